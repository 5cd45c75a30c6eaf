from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guests.models import Guest, GuestMerge, MergeCandidate
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def manager(place: Restaurant) -> Client:
    return enter(place)


def enter(place: Restaurant, role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(make_member(place, role))
    return client


def url(place: Restaurant, name: str, *args: int, **query: Any) -> str:
    return reverse(f"staff:{name}", args=[place.slug, *args]) + (
        f"?{urlencode(query)}" if query else ""
    )


def make_pair(place: Restaurant, **fields: Any) -> tuple[Guest, Guest, MergeCandidate]:
    one = make_guest(place.organisation, name="Anna de Vries", phone="+31612345678", visits=4)
    two = make_guest(place.organisation, name="A. de Vries", **fields)
    candidate = MergeCandidate.objects.create(
        guest=one, other=two, name=two.name, reason="email", score=0.9, created_at=NOW
    )
    return one, two, candidate


def test_from_the_list_to_one_record_and_back(place: Restaurant, manager: Client) -> None:
    one, two, _candidate = make_pair(place, is_vip=True, visits=1)
    page = manager.get(url(place, "duplicates")).content.decode()
    assert "Both have the same e-mail address." in page
    compare = url(place, "duplicates-compare", kept=one.pk, merged=two.pk)
    assert compare.replace("&", "&amp;") in page

    shown = manager.get(compare).content.decode()
    assert "The guest is a VIP, as the other record says." in shown
    assert not GuestMerge.objects.exists(), "looking changes nothing"
    sent = {"kept": one.pk, "merged": two.pk}
    answer = manager.post(url(place, "duplicates-merge"), sent)
    assert answer.status_code == 303
    assert Guest.objects.get(pk=two.pk).merged_into == one

    page = manager.get(url(place, "duplicates")).content.decode()
    assert "No two records look like one person." in page
    assert "Merged in the last 30 days" in page
    done = GuestMerge.objects.get()
    assert manager.post(url(place, "merge-undo", done.pk)).status_code == 303
    assert Guest.objects.get(pk=two.pk).merged_into is None
    assert "No two records look like one person." in (
        manager.get(url(place, "duplicates")).content.decode()
    )


def test_what_goes_over_is_told_before(place: Restaurant, manager: Client) -> None:
    one, two, _candidate = make_pair(place, preferences="Window", is_blocked=True)
    Guest.objects.filter(pk=one.pk).update(has_marketing_consent=True)
    two.notes.create(text="Tea", created_at=NOW, updated_at=NOW)

    page = manager.get(url(place, "duplicates-compare", kept=one.pk, merged=two.pk))
    text = page.content.decode()

    assert "These go over to Anna de Vries: 1 note." in text
    assert "No more offers and news" in text
    assert "The preferences are taken over: Window" in text
    turned = url(place, "duplicates-compare", kept=two.pk, merged=one.pk)
    assert turned.replace("&", "&amp;") in text
    viewed = AuditEntry.objects.filter(action="guests.guest.viewed")
    assert set(viewed.values_list("object_id", flat=True)) == {str(one.pk), str(two.pk)}


def test_two_people_are_remembered(place: Restaurant, manager: Client) -> None:
    _one, _two, candidate = make_pair(place)

    assert manager.post(url(place, "duplicate-apart", candidate.pk)).status_code == 303

    candidate.refresh_from_db()
    assert candidate.dismissed_at is not None
    again = manager.post(url(place, "duplicate-apart", candidate.pk))
    assert again.status_code == 404, "it is no longer there"


def test_a_name_given_with_a_contact_leads_to_looking_for_it(
    place: Restaurant, manager: Client
) -> None:
    one, two, _candidate = make_pair(place)
    MergeCandidate.objects.create(
        guest=one, name="Boris Bakker", reason="same_contact", created_at=NOW
    )
    boris = make_guest(place.organisation, name="Boris Bakker")
    page = manager.get(url(place, "duplicates")).content.decode()
    assert "as “Boris Bakker”" in page

    found = manager.get(url(place, "duplicates-compare", kept=one.pk, q="boris bakker"))
    assert [row.guest for row in found.context["rows"]] == [boris]
    assert two.name not in found.content.decode()


def test_a_refused_merge_says_why(place: Restaurant, manager: Client) -> None:
    one, two, _candidate = make_pair(place)
    sent = {"kept": one.pk, "merged": one.pk}
    assert manager.post(url(place, "duplicates-merge"), sent).status_code == 303
    page = manager.get(url(place, "duplicates")).content.decode()
    assert "This is one and the same record." in page
    assert (
        manager.get(url(place, "duplicates-compare", kept=two.pk, merged=two.pk)).status_code == 302
    )
    assert manager.get(url(place, "duplicates-compare")).status_code == 404


def test_only_owners_and_managers_and_only_their_own(place: Restaurant) -> None:
    one, two, candidate = make_pair(place)
    for role in (Role.HOST, Role.MARKETING, Role.VIEWER):
        assert enter(place, role).get(url(place, "duplicates")).status_code == 403
    other_place = make_restaurant()
    stranger = enter(other_place, Role.OWNER)
    assert stranger.get(url(place, "duplicates")).status_code == 404
    elsewhere = url(other_place, "duplicates-compare", kept=one.pk, merged=two.pk)
    assert stranger.get(elsewhere).status_code == 404
    assert stranger.post(url(other_place, "duplicate-apart", candidate.pk)).status_code == 404
    sent = {"kept": one.pk, "merged": two.pk}
    assert stranger.post(url(other_place, "duplicates-merge"), sent).status_code == 404
    assert not GuestMerge.objects.exists()


def test_the_list_takes_as_many_queries_for_many(place: Restaurant, manager: Client) -> None:
    counts = []
    for number in (1, 8):
        for _ in range(number):
            one, two = (make_guest(place.organisation, visits=1) for _ in range(2))
            MergeCandidate.objects.create(
                guest=one, other=two, name=two.name, reason="email", created_at=NOW
            )
            three = make_guest(place.organisation)
            GuestMerge.objects.create(kept=one, merged=three, merged_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            page = manager.get(url(place, "duplicates"))
        assert page.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
