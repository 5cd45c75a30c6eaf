"""Setting up a restaurant, step by step, back and forth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from django.test import Client

from accounts.models import User
from bookings.models import Reservation
from reservehub.core import clock
from restaurants.models import Membership, Organisation, Restaurant, Role, ServicePeriod
from restaurants.places import country_of_zone, currency_of_country
from restaurants.services import organisation_create
from tests.factories import NOW, STAFF, make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db

NAME = {"name": "Bistro Anna", "kind": "restaurant"}
PLACE = {"timezone": "Europe/Amsterdam", "city": "Amsterdam"}
HOURS = {"weekdays": ["0", "1", "2", "3", "4", "5"], "preset": "dinner"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def person() -> User:
    return make_user("anna@example.com")


@pytest.fixture
def office(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def begin(office: Client) -> Restaurant:
    office.post("/staff/start/", NAME)
    office.post("/staff/start/where/", PLACE)
    return Restaurant.objects.get(name="Bistro Anna")


def url(step: str) -> str:
    return f"/staff/start/bistro-anna/{step}/"


def test_five_steps_lead_to_a_live_booking_page(office: Client, person: User) -> None:
    assert office.get("/staff/start/").status_code == 200
    assert office.post("/staff/start/", NAME)["Location"] == "/staff/start/where/"
    assert not Restaurant.objects.exists(), "a name alone makes nothing"
    assert office.post("/staff/start/where/", PLACE)["Location"] == url("hours")
    restaurant = Restaurant.objects.get()
    assert (restaurant.country, restaurant.currency) == ("NL", "EUR")
    assert not restaurant.is_public
    assert Membership.objects.get(user=person).role == Role.OWNER
    assert Client().get("/r/bistro-anna/").status_code == 404

    assert office.post(url("hours"), HOURS)["Location"] == url("tables")
    period = ServicePeriod.objects.get()
    assert (period.first_seating, period.last_seating) == (time(18), time(21, 30))
    text = {"text": "4x2, 3x4 terrace, bar 10"}
    look = office.post(url("tables"), text | {"look": "1"})
    assert "Terrace" in look.content.decode().replace("terrace", "Terrace")
    assert restaurant.tables.count() == 0
    assert office.post(url("tables"), text)["Location"] == url("preview")
    assert restaurant.tables.count() > 7

    preview = office.get(url("preview"))
    assert "18:00" in preview.content.decode()
    assert office.get(url("share"))["Location"] == url("preview"), "not open yet"
    assert office.post(url("preview"))["Location"] == url("share")
    share = office.get(url("share")).content.decode()
    assert "http://testserver/r/bistro-anna/" in share
    assert "<svg" in share
    assert office.get("/staff/bistro-anna/qr.svg")["Content-Type"] == "image/svg+xml"

    page = Client().get("/r/bistro-anna/", {"date": "2026-06-05"})
    assert "19:00" in page.content.decode()
    assert not Reservation.objects.exists()


def test_every_step_can_be_taken_again(office: Client) -> None:
    restaurant = begin(office)
    office.post(url("hours"), HOURS)
    office.post(url("tables"), {"text": "2x2"})
    for step in ("name", "where", "hours", "tables", "preview"):
        assert office.get(url(step)).status_code == 200
    office.post(url("name"), {"name": "Bistro Boris", "kind": "bar"})
    office.post(url("where"), PLACE | {"timezone": "Europe/Moscow"})
    office.post(url("hours"), HOURS | {"preset": "lunch_dinner", "weekdays": ["4"]})
    restaurant.refresh_from_db()
    assert (restaurant.name, restaurant.kind) == ("Bistro Boris", "bar")
    assert (restaurant.country, restaurant.currency) == ("RU", "RUB")
    assert [p.weekdays for p in ServicePeriod.objects.all()] == [[4], [4]]
    office.post(url("hours"), {"preset": "keep"})
    assert ServicePeriod.objects.count() == 2
    office.post(url("tables"), {"clear": "1"})
    assert restaurant.tables.count() == 0
    assert office.post(url("preview"))["Location"] == url("tables"), "nothing to book"
    restaurant.refresh_from_db()
    assert not restaurant.is_public


def test_one_goes_on_where_one_left_off(office: Client) -> None:
    begin(office)
    assert url("hours") in office.get("/staff/start/").content.decode()
    office.post(url("hours"), HOURS)
    assert url("tables") in office.get("/staff/start/").content.decode()


def test_mistakes_are_named_and_nothing_is_lost(office: Client) -> None:
    assert office.post("/staff/start/", {"kind": "bar"}).status_code == 422
    begin(office)
    page = office.post(url("hours"), {"preset": "own", "weekdays": ["1"], "first_seating": "18:00"})
    assert page.status_code == 422
    assert b'href="#id_last_seating"' in page.content
    assert b'value="18:00"' in page.content
    assert office.post(url("hours"), {"preset": "dinner"}).status_code == 422
    odd = office.post(url("tables"), {"text": "many tables"})
    assert odd.status_code == 422
    assert "many tables</textarea>" in odd.content.decode()
    assert office.post(url("tables"), {"text": ""}).status_code == 422
    late = office.post("/staff/start/where/", {"timezone": "Mars/Base"})
    assert late.status_code == 302


def test_a_second_restaurant_joins_the_organisation(office: Client, person: User) -> None:
    organisation_create(name="Anna & Co", owner=person, actor=STAFF, now=NOW)
    begin(office)
    assert Organisation.objects.count() == 1


def test_words_of_the_staff_area_are_no_addresses(office: Client) -> None:
    office.post("/staff/start/", {"name": "Start", "kind": "bar"})
    office.post("/staff/start/where/", PLACE)
    assert Restaurant.objects.get().slug == "start-2"


def test_only_owners_set_up() -> None:
    restaurant = make_restaurant(slug="bistro-anna")
    client = Client()
    client.force_login(make_member(restaurant, Role.MANAGER))
    assert client.get(url("tables")).status_code == 403
    client.force_login(make_user())
    assert client.get(url("tables")).status_code == 404
    assert Client().get("/staff/start/").status_code == 302


def test_a_time_zone_knows_its_country() -> None:
    assert country_of_zone("Europe/Moscow") == "RU"
    assert country_of_zone("UTC") == ""
    assert currency_of_country("NL") == "EUR"
