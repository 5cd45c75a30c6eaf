"""Bookings by phone and their changes: what is refused says why and keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.test import Client

from bookings.models import Occupancy, Reservation
from bookings.services import Changes, reservation_create, reservation_modify
from reservehub.core import clock
from restaurants.models import Restaurant, Role, ServicePeriod
from tests.factories import NOW, STAFF, a_request, make_member, make_restaurant

pytestmark = pytest.mark.django_db

TYPED = {
    "date": "2026-06-05",
    "guests": "2",
    "slot": "2026-06-05T19:00",
    "name": "Carla Conti",
    "phone": "06 12345678",
    "occasion": "birthday",
    "notes": "Regular",
    "nonce": "one",
}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4), slug="bistro-anna")


@pytest.fixture
def host(restaurant: Restaurant) -> Client:
    client = Client()
    client.force_login(make_member(restaurant, Role.HOST))
    return client


def send(client: Client, path: str = "book/", **changes: Any) -> Any:
    return client.post(f"/staff/bistro-anna/{path}", TYPED | changes)


def test_a_call_becomes_a_confirmed_booking_by_phone(host: Client) -> None:
    response = send(host)
    assert response.status_code == 303
    row = Reservation.objects.get()
    assert (row.source, row.status, row.is_online) == ("phone", "confirmed", False)
    assert (str(row.guest_phone), row.internal_notes) == ("+31612345678", "Regular")


def test_a_double_tap_books_once(host: Client) -> None:
    send(host)
    assert send(host).status_code == 303
    assert Reservation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"name": ""}, "Enter the name the guest gives you."),
        ({"phone": ""}, "Enter a phone number or an e-mail address"),
        ({"guests": "many"}, "Enter the number of guests in digits"),
        ({"slot": ""}, "Choose a time first."),
        ({"date": "tomorrow"}, "This is not a date."),
        ({"table": "x"}, "Choose a table from the list."),
        ({"dietary": "vegan"}, "Ask the guest and tick this"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(
    host: Client, wrong: dict[str, str], text: str
) -> None:
    response = send(host, **wrong)
    html = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert text in html
    assert "Regular" in html
    assert Reservation.objects.count() == 0


def test_a_full_time_offers_others_and_one_tap_books_one(host: Client) -> None:
    send(host, guests="4", nonce="a")
    response = send(host, guests="4", phone="06 87654321", nonce="b")
    html = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "No table of this size is free." in html
    assert 'name="instead" value="2026-06-05T20:45"' in html
    again = send(host, guests="4", phone="06 87654321", nonce="b", instead="2026-06-05T20:45")
    assert again.status_code == 303
    assert Reservation.objects.latest("pk").local_time == time(20, 45)


def test_the_limit_binds_a_named_table_too_until_it_is_lifted(
    host: Client, restaurant: Restaurant
) -> None:
    ServicePeriod.objects.filter(restaurant=restaurant).update(max_arriving_covers=1)
    table = str(restaurant.tables.get(number="1").pk)
    response = send(host, table=table)
    assert response.status_code == 409
    assert "The limit of guests arriving at once is reached" in response.content.decode()
    assert send(host, table=table, overrides="pacing").status_code == 303


def test_a_second_booking_of_one_guest_is_asked_about(host: Client) -> None:
    send(host)
    response = send(host, slot="2026-06-05T20:00", nonce="two")
    assert response.status_code == 409
    assert 'value="same_guest"' in response.content.decode()
    again = send(host, slot="2026-06-05T20:00", nonce="two", overrides="same_guest")
    assert again.status_code == 303


def test_a_change_moves_the_party_and_corrects_its_contact(
    host: Client, restaurant: Restaurant
) -> None:
    row = reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation
    path = f"reservations/{row.pk}/edit/"
    assert "Anna de Vries" in host.get(f"/staff/bistro-anna/{path}").content.decode()
    table = str(restaurant.tables.get(number="2").pk)
    response = send(host, path, slot="2026-06-05T20:00", table=table, minutes="120", version="1")
    assert response.status_code == 303
    row.refresh_from_db()
    assert (row.guest_name, row.local_time, row.version) == ("Carla Conti", time(20), 2)
    assert Occupancy.objects.get(reservation=row).table.number == "2"
    assert (row.ends_at - row.starts_at).total_seconds() == 120 * 60


def test_the_slower_host_sees_who_was_faster_and_can_save_on_top(
    host: Client, restaurant: Restaurant
) -> None:
    row = reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation
    reservation_modify(reservation_id=row.pk, changes=Changes(time=time(21)), actor=STAFF, now=NOW)
    path = f"reservations/{row.pk}/edit/"
    response = send(host, path, version="1", slot="2026-06-05T20:00", minutes="90")
    html = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "Maria changed this booking" in html
    assert "Carla Conti" in html
    assert 'name="version" value="2"' in html
    again = send(host, path, version="2", slot="2026-06-05T20:00", minutes="90")
    assert again.status_code == 303
    row.refresh_from_db()
    assert row.local_time == time(20)


def test_a_booking_of_another_restaurant_is_not_found(host: Client) -> None:
    theirs = reservation_create(
        request=a_request(make_restaurant()), actor=STAFF, now=NOW
    ).reservation
    assert send(host, f"reservations/{theirs.pk}/edit/", version="1").status_code == 404
