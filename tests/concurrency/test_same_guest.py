"""One guest gets one table by asking many times at once (rule 57), and one record (rule 99)."""

from __future__ import annotations

from datetime import time

import pytest

from bookings.models import Reservation
from bookings.services import create
from guests.models import Guest
from guests.services import matching
from restaurants.models import Restaurant
from tests.concurrency.racing import (
    assert_book_is_sound,
    kinds,
    race_to_book,
)
from tests.factories import NOW, a_request, make_restaurant
from tests.races import meet_before


def known_guest(restaurant: Restaurant, **contact: str) -> None:
    Guest.objects.create(
        organisation=restaurant.organisation, name="Anna de Vries", created_at=NOW, **contact
    )


pytestmark = pytest.mark.django_db(transaction=True)


def test_a_guest_who_asks_many_times_gets_one_table() -> None:
    restaurant = make_restaurant(tables=(2,) * 10)

    outcomes = race_to_book(
        [
            a_request(restaurant, guest_email="anna@example.com", time=time(19, 15 * (n % 4)))
            for n in range(10)
        ]
    )

    assert kinds(outcomes) == {"Booked": 1, "SameGuestOverlap": 9}
    assert Guest.objects.count() == 1
    assert_book_is_sound()


def test_a_known_guest_gets_one_table_too(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_before(monkeypatch, (create, "party_place"))
    restaurant = make_restaurant(tables=(2,) * 10)
    known_guest(restaurant, phone="+31612345678")

    outcomes = race_to_book(
        [a_request(restaurant, guest_phone="+31 6 1234 5678", guest_email="") for _ in range(10)]
    )

    assert kinds(outcomes) == {"Booked": 1, "SameGuestOverlap": 9}


def test_the_race_is_real_without_the_guest_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: looking at the guest's other bookings without waiting for rivals."""
    restaurant = make_restaurant(tables=(2,) * 10)
    known_guest(restaurant, email="anna@example.com")
    meet_before(monkeypatch, (create, "party_place"))
    unlocked = matching._BY_EMAIL.replace(matching._LOCK, "")
    monkeypatch.setattr(matching, "_BY_EMAIL", unlocked)

    outcomes = race_to_book(
        [a_request(restaurant, guest_email="anna@example.com") for _ in range(10)]
    )

    assert kinds(outcomes)["Booked"] > 1
    assert Reservation.objects.count() > 1


def test_two_guests_do_not_wait_for_each_other_for_long() -> None:
    restaurant = make_restaurant(tables=(2,) * 10)

    outcomes = race_to_book(
        [a_request(restaurant, guest_email=f"guest-{n % 5}@example.org") for n in range(10)]
    )

    assert kinds(outcomes) == {"Booked": 5, "SameGuestOverlap": 5}
