from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guests.models import GuestTag, Segment, Tag
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db

VISITS = [{"field": "visits", "op": "gte", "value": 5}]


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant()


def enter(place: Restaurant, role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(make_member(place, role))
    return client


def url(place: Restaurant, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[place.slug, *args])


def make_segment(place: Restaurant, conditions: Any = None, name: str = "Regulars") -> Segment:
    return Segment.objects.create(
        organisation=place.organisation, name=name, conditions=conditions or [], created_at=NOW
    )


def test_a_segment_is_made_from_rows_and_keeps_their_order(place: Restaurant) -> None:
    tag = Tag.objects.create(organisation=place.organisation, name="Press", created_at=NOW)
    response = enter(place).post(
        url(place, "segment-add"),
        {
            "name": " Good  guests ",
            "question-0": "visits:gte",
            "number-0": "5",
            "question-1": "",
            "number-1": "",
            "question-2": "spend_minor:gte",
            "number-2": "250,50",
            "question-3": f"tag:has_not:{tag.pk}",
            "question-4": "usual_weekday:in:4",
            "question-5": "marketing_consent:is:yes",
        },
    )
    segment = Segment.objects.get()
    assert response.status_code == 303
    assert segment.name == "Good guests"
    assert segment.conditions == [
        {"field": "visits", "op": "gte", "value": 5},
        {"field": "spend_minor", "op": "gte", "value": 25_050},
        {"field": "tag", "op": "has_not", "value": tag.pk},
        {"field": "usual_weekday", "op": "in", "value": [4]},
        {"field": "marketing_consent", "op": "is", "value": True},
    ]
    page = enter(place).get(url(place, "segment-edit", segment.pk)).content.decode()
    assert 'value="250.5"' in page
    assert page.count(" selected") == 5


def test_saving_what_a_program_stored_changes_nothing(place: Restaurant) -> None:
    stored = [
        {"field": "usual_weekday", "op": "in", "value": [4, 5]},
        {"field": "language", "op": "in", "value": ["en", "ru"]},
        {"field": "blocked", "op": "is", "value": False},
    ]
    segment = make_segment(place, stored)
    client = enter(place)
    page = client.get(url(place, "segment-edit", segment.pk)).context["rows"]
    sent = {f"question-{row.number}": row.question for row in page.rows}
    client.post(url(place, "segment-edit", segment.pk), {"name": segment.name, **sent})
    segment.refresh_from_db()
    assert segment.conditions == stored


def test_what_is_wrong_stands_beside_its_row_and_nothing_typed_is_lost(place: Restaurant) -> None:
    response = enter(place).post(
        url(place, "segment-add"),
        {"name": "", "question-0": "visits:gte", "number-0": "many", "question-1": "x:y:z"},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="many"' in page
    assert 'href="#question-0"' in page
    assert 'href="#question-1"' in page
    assert 'href="#id_name"' in page
    assert not Segment.objects.exists()


def test_more_rows_are_added_without_scripts(place: Restaurant) -> None:
    sent = {f"question-{number}": "vip:is:yes" for number in range(3)}
    response = enter(place).post(url(place, "segment-add"), {"name": "A", "more": "1", **sent})
    assert response.status_code == 200
    assert len(response.context["rows"].rows) == 5


def test_the_count_follows_while_editing_and_stores_nothing(place: Restaurant) -> None:
    make_guest(place.organisation, visits=5)
    make_guest(place.organisation, visits=1)
    client, address = enter(place, Role.HOST), url(place, "segment-count")
    sent = {"question-0": "visits:gte", "number-0": "5"}
    assert "1 guest now" in client.post(address, sent).content.decode()
    assert "2 guests now" in client.post(address, {}).content.decode()
    sent["number-0"] = "x"
    assert "whole number" in client.post(address, sent).content.decode()
    assert not Segment.objects.exists()


def test_the_list_counts_all_segments_in_the_same_number_of_queries(place: Restaurant) -> None:
    make_guest(place.organisation, visits=5)
    make_guest(place.organisation, visits=5, is_blocked=True)
    client, counts = enter(place), []
    for number in range(2):
        for one in range(1 + number * 5):
            make_segment(place, VISITS, name=f"Segment {number} {one}")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url(place, "segments")).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("1 guest\n") + page.count("1 guest<") >= 1
    assert "2 guests" not in page


def test_people_of_a_segment_are_listed_with_tags_in_few_queries(place: Restaurant) -> None:
    segment = make_segment(place, VISITS)
    client, counts = enter(place), []
    tag = Tag.objects.create(organisation=place.organisation, name="Press", created_at=NOW)
    for _round in range(2):
        for _number in range(3):
            guest = make_guest(place.organisation, visits=5)
            GuestTag.objects.create(guest=guest, tag=tag, created_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url(place, "segment", segment.pk)).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("Press") == 6


def test_the_file_holds_no_formulas_and_the_export_is_audited(place: Restaurant) -> None:
    make_guest(place.organisation, name="=HYPERLINK(1)", phone="+31612345678", email=None)
    make_guest(place.organisation, name="Anna, de Vries")
    segment = make_segment(place)
    response = enter(place).post(url(place, "segment-export", segment.pk))
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("name,phone,email")
    assert lines[1].startswith("'=HYPERLINK(1),'+31612345678,,en,no,no")
    assert lines[2].startswith('"Anna, de Vries",')
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.after) == (
        "guests.segment.exported",
        {"segment": "Regulars", "rows": 2},
    )


@pytest.mark.parametrize(
    ("role", "look", "change"),
    [(Role.VIEWER, 403, 403), (Role.HOST, 200, 403), (Role.MARKETING, 200, 303)],
)
def test_roles_look_and_change_as_their_capabilities_say(
    place: Restaurant, role: str, look: int, change: int
) -> None:
    segment, client = make_segment(place), enter(place, role)
    assert client.get(url(place, "segments")).status_code == look
    assert client.get(url(place, "segment", segment.pk)).status_code == look
    edit = url(place, "segment-edit", segment.pk)
    assert client.post(edit, {"name": "Other"}).status_code == change
    file = client.post(url(place, "segment-export", segment.pk)).status_code
    assert file == (200 if change == 303 else 403)
    assert client.post(url(place, "segment-delete", segment.pk)).status_code == change


def test_segments_and_tags_of_other_houses_do_not_exist(place: Restaurant) -> None:
    other = make_restaurant()
    segment, client = make_segment(other), enter(place)
    tag = Tag.objects.create(organisation=other.organisation, name="Theirs", created_at=NOW)
    guest = make_guest(other.organisation)
    assert client.get(url(place, "segment", segment.pk)).status_code == 404
    assert client.post(url(place, "segment-delete", segment.pk)).status_code == 404
    assert client.get(url(place, "tag-edit", tag.pk)).status_code == 404
    assert client.get(url(place, "guest-tags", guest.pk)).status_code == 404
    own = make_guest(place.organisation)
    assert client.post(url(place, "guest-tags", own.pk), {"tag": tag.pk}).status_code == 404


def test_a_tag_with_a_rule_is_made_on_its_page(place: Restaurant) -> None:
    guest = make_guest(place.organisation, visits=5)
    client = enter(place)
    sent = {"name": "Often", "colour": "green", "question-0": "visits:gte", "number-0": "5"}
    assert client.post(url(place, "tag-add"), sent).status_code == 303
    assert GuestTag.objects.get(guest=guest).is_automatic
    refused = client.post(url(place, "tag-add"), sent)
    assert refused.status_code == 422
    assert "Another tag has this name" in refused.content.decode()
    page = client.get(url(place, "tags")).content.decode()
    assert "by rule" in page
    assert client.post(url(place, "tag-delete", Tag.objects.get().pk)).status_code == 303
    assert not GuestTag.objects.exists()


def test_suggestions_are_offered_until_they_are_used(place: Restaurant) -> None:
    client = enter(place)
    assert 'value="regular"' in client.get(url(place, "tags")).content.decode()
    client.post(url(place, "tags-suggested"), {"key": ["regular", "nonsense"]})
    page = client.get(url(place, "tags")).content.decode()
    assert 'value="regular"' not in page
    assert 'value="lapsed"' in page
    russian = client.get(url(place, "tags") + "?lang=ru").content.decode()
    assert 'value="regular"' not in russian


def test_hosts_give_and_take_tags_but_define_none(place: Restaurant) -> None:
    tag = Tag.objects.create(organisation=place.organisation, name="Press", created_at=NOW)
    guest = make_guest(place.organisation)
    client, address = enter(place, Role.HOST), url(place, "guest-tags", guest.pk)
    assert client.post(address, {"tag": tag.pk}).status_code == 303
    assert "Press" in client.get(address).content.decode()
    client.post(address, {"tag": tag.pk, "take": "1"})
    assert not GuestTag.objects.exists()
    assert client.post(url(place, "tag-add"), {"name": "New"}).status_code == 403
    assert client.post(address, {"tag": "x"}).status_code == 404
    assert enter(place, Role.MARKETING).post(address, {"tag": tag.pk}).status_code == 403
