"""The pages of campaigns: who may open them, what they say, what they start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guests.models import Guest, Segment
from notifications.models import Campaign, CampaignRecipient, CampaignStatus
from notifications.services.campaigns import Wording, campaign_save, campaign_start
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import NOW, STAFF, make_member, make_restaurant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant()


def client_of(house: Restaurant, role: str = Role.MARKETING) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


def readers(house: Restaurant, count: int = 2) -> None:
    Guest.objects.bulk_create(
        Guest(
            organisation=house.organisation,
            name=f"Guest {number}",
            email=f"guest-{number}@example.com",
            has_marketing_consent=number > 0,
            created_at=NOW,
        )
        for number in range(count + 1)
    )


def written(house: Restaurant, name: str = "Asparagus") -> Campaign:
    segment, _new = Segment.objects.get_or_create(
        organisation=house.organisation, name="All", defaults={"created_at": NOW}
    )
    return campaign_save(
        restaurant=house,
        name=name,
        segment=segment,
        channels=["email"],
        texts={"en": Wording(subject="Asparagus", text="Six dishes, {name}!")},
        actor=STAFF,
        now=NOW,
    )


def url(house: Restaurant, *parts: object) -> str:
    return "/".join(["/staff", house.slug, "campaigns", *map(str, parts), ""])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_campaign_is_written_counted_confirmed_and_started(house: Restaurant) -> None:
    readers(house)
    segment = Segment.objects.create(organisation=house.organisation, name="All", created_at=NOW)
    client = client_of(house)
    typed = {
        "name": "Asparagus",
        "segment": segment.pk,
        "channels": ["email", "sms"],
        "subject_en": "Asparagus is here",
        "text_en": "Six dishes, {first_name}!",
    }
    saved = client.post(url(house, "add"), typed)
    made = Campaign.objects.get()
    assert saved["Location"] == url(house, made.pk)
    page = text_of(client.get(url(house, made.pk)))
    assert "2 guests get it" in page
    assert "1 have not agreed to offers and news" in page
    assert "Six dishes, Guest!" in page
    assert "Send to 2 guests now" in text_of(client.get(url(house, made.pk, "start")))
    made.refresh_from_db()
    assert made.status == CampaignStatus.DRAFT, "looking starts nothing"
    client.post(url(house, made.pk, "start"), {"when": "now"})
    assert CampaignRecipient.objects.filter(campaign=made).count() == 2
    fragment = text_of(client.get(url(house, made.pk, "progress")))
    assert "0 of 2" in fragment
    assert 'hx-trigger="every 3s"' in fragment
    assert client.post(url(house, made.pk, "start"), {"when": "now"}).status_code == 303
    assert CampaignRecipient.objects.count() == 2


def test_steps_move_a_campaign_and_a_late_one_is_refused(house: Restaurant) -> None:
    readers(house)
    made = written(house)
    campaign_start(campaign_id=made.pk, actor=STAFF, now=NOW)
    client = client_of(house, Role.MANAGER)
    for step, status in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        assert client.post(url(house, made.pk, step)).status_code == 303
        made.refresh_from_db()
        assert made.status == status
    assert client.post(url(house, made.pk, "resume")).status_code == 409
    assert client.post(url(house, made.pk, "explode")).status_code == 404
    assert 'hx-trigger="every' not in text_of(client.get(url(house, made.pk)))
    assert client.get(url(house, made.pk, "edit")).status_code == 303


def test_it_may_start_later_by_the_clock_of_the_restaurant(house: Restaurant) -> None:
    readers(house)
    made = written(house)
    client = client_of(house)
    wish = {"when": "later", "scheduled_at": "2026-06-01T12:00"}
    assert client.post(url(house, made.pk, "start"), wish).status_code == 303
    made.refresh_from_db()
    assert made.scheduled_at is not None
    assert made.scheduled_at.hour == 10, "noon in Amsterdam"
    for wrong in ("2026-06-01T09:00", "soon"):
        answer = client.post(url(house, made.pk, "start"), wish | {"scheduled_at": wrong})
        assert answer.status_code == 422
        assert 'id="error-summary"' in text_of(answer)


def test_what_is_wrong_stands_beside_its_field(house: Restaurant) -> None:
    segment = Segment.objects.create(organisation=house.organisation, name="All", created_at=NOW)
    typed = {"name": "x", "segment": segment.pk, "channels": ["email"], "text_en": "At {time}"}
    answer = client_of(house).post(url(house, "add"), typed)
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'id="id_subject_en_error"' in page
    assert "{time} belongs to a booking" in page
    assert not Campaign.objects.exists()


def test_other_restaurants_do_not_exist(house: Restaurant) -> None:
    other = make_restaurant()
    foreign = written(other)
    client = client_of(house)
    for rest in ((), ("edit",), ("start",), ("progress",)):
        assert client.get(url(house, foreign.pk, *rest)).status_code == 404
        assert client.get(url(other, foreign.pk, *rest)).status_code == 404
    assert client.post(url(house, foreign.pk, "cancel")).status_code == 404
    typed = {"name": "x", "segment": foreign.segment_id, "channels": ["email"], "text_en": "x"}
    assert client.post(url(house, "add"), typed).status_code == 422


def test_the_list_takes_the_same_queries_for_any_number(house: Restaurant) -> None:
    client = client_of(house)
    counts = []
    for number in (1, 6):
        for index in range(number):
            written(house, f"Campaign {number}.{index}")
        client.get(url(house))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(house)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
