"""The list: who comes, who sits, who has left; found by name, reference or the tail of a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import make_member
from tests.staff.evening import EVENING, fill, make_house

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_house(tables=6)


def logged_in(house: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


def listed(client: Client, house: Restaurant, **query: str) -> str:
    response = client.get(f"/staff/{house.slug}/list/", query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def group(html: str, key: str) -> str:
    match = re.search(rf'data-group="{key}".*?</section>', html)
    return match[0] if match else ""


def names(html: str) -> list[str]:
    return re.findall(r'class="party-name"[^>]*>([^<]*)<', html)


def test_the_late_come_first_and_say_by_how_much(house: Restaurant) -> None:
    fill(house, 12)
    late = Reservation.objects.filter(status="confirmed").order_by("-starts_at").first()
    assert late is not None
    Reservation.objects.filter(pk=late.pk).update(
        starts_at=EVENING - timedelta(minutes=12), guest_name="Late Larry"
    )
    arriving = group(listed(logged_in(house), house), "coming")
    assert "12 min late" in arriving
    assert "Late Larry" in names(arriving)


def test_everybody_stands_in_one_column(house: Restaurant) -> None:
    rows = fill(house, 30)
    html = listed(logged_in(house), house)
    assert sorted(names(html)) == sorted(row.guest_name for row in rows)


@pytest.mark.parametrize("text", ["Orlov", "orlov", "0003", "RES-2026-700035", "700035"])
def test_a_party_is_found_by_what_the_guest_says(house: Restaurant, text: str) -> None:
    fill(house, 8)
    assert names(listed(logged_in(house), house, q=text)) == ["Dmitri Orlov"]


def test_who_may_not_see_contact_cannot_probe_phones(house: Restaurant) -> None:
    fill(house, 8)
    client = logged_in(house, Role.VIEWER)
    html = listed(client, house, q="0003")
    assert "Dmitri Orlov" not in html
    assert "+31" not in html
    assert "Nut allergy" not in listed(client, house)


def test_a_guest_of_another_day_is_found_too(house: Restaurant) -> None:
    rows = fill(house, 8)
    Reservation.objects.filter(pk=rows[0].pk).update(
        service_date=rows[0].service_date + timedelta(days=3), guest_name="Otto Later"
    )
    html = listed(logged_in(house), house, q="later")
    assert names(html) == ["Otto Later"]
    assert "On other days" in html


def test_after_midnight_it_is_still_the_evening_before(house: Restaurant) -> None:
    fill(house, 8)
    with clock.freeze(EVENING + timedelta(hours=6)):
        html = listed(logged_in(house), house)
    assert "Friday 5 June" in html
    assert "Today" in html


def test_each_party_offers_its_next_step(house: Restaurant) -> None:
    fill(house, 30)
    html = listed(logged_in(house), house)
    assert "/finish/" in group(html, "seated")
    assert "/arrive/" in group(html, "coming")
    assert "/finish/" not in listed(logged_in(house, Role.VIEWER), house)


@pytest.mark.parametrize(
    "bad", ["date=nonsense", "date=9999-99-99", "service=x", "show=%00", "q=%00"]
)
def test_an_address_full_of_mistakes_shows_today(house: Restaurant, bad: str) -> None:
    response = logged_in(house).get(f"/staff/{house.slug}/list/?{bad}")
    assert response.status_code == 200


def queries(client: Client, path: str, **headers: Any) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, **headers).status_code == 200
    return len(captured)


def test_a_large_evening_costs_no_more_queries_than_a_small_one() -> None:
    house = make_house(60)
    fill(house, 250)
    client = logged_in(house)
    assert queries(client, f"/staff/{house.slug}/list/") <= 15
    assert queries(client, f"/staff/{house.slug}/heat/") <= 15
