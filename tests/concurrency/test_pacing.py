"""Covers arriving at once stay under the cap whoever books at the same moment (rules 41-44, 53)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time
from typing import Any

import pytest

from bookings.services import (
    BookingRequest,
    Start,
    create,
    hold_create,
    holds,
    placing,
    reservation_create,
)
from restaurants.models import Area, Restaurant
from tests.concurrency.racing import (
    arriving_covers,
    assert_book_is_sound,
    kinds,
    race,
    race_to_book,
)
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant
from tests.races import meet_before

pytestmark = pytest.mark.django_db(transaction=True)

RIVALS = 30
CAP = 10


def paced(**period: object) -> Restaurant:
    return make_restaurant(tables=(2,) * RIVALS, period={"max_arriving_covers": CAP, **period})


def rivals_in_rooms_of_their_own(restaurant: Restaurant) -> list[BookingRequest]:
    """Each wants the only table of another room, so that nothing but pacing stands between them."""
    requests = []
    for table in restaurant.tables.order_by("pk"):
        table.area = Area.objects.create(restaurant=restaurant, name=f"Room {table.number}")
        table.save()
        requests.append(a_request(restaurant, area_id=table.area.pk))
    return requests


def test_rivals_fill_the_cap_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_before(monkeypatch, (create, "party_place"))
    restaurant = paced()

    outcomes = race_to_book(rivals_in_rooms_of_their_own(restaurant))

    assert kinds(outcomes) == {"Booked": CAP // 2, "SlotUnavailable": RIVALS - CAP // 2}
    assert list(arriving_covers(restaurant.pk).values()) == [CAP]
    assert_book_is_sound()


def test_the_race_is_real_without_the_day_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: counting and then booking, with nobody waiting for anybody."""

    def no_lock(_restaurant_id: int, _dates: Iterable[object]) -> None:
        pass

    meet_before(monkeypatch, (create, "party_place"))
    for module in (create, holds, placing):
        monkeypatch.setattr(module, "advisory_day_lock", no_lock)
    restaurant = paced()

    outcomes = race_to_book(rivals_in_rooms_of_their_own(restaurant))

    assert kinds(outcomes)["Booked"] > CAP // 2
    assert max(arriving_covers(restaurant.pk).values()) > CAP


def test_each_quarter_of_an_hour_has_a_cap_of_its_own() -> None:
    restaurant = paced()
    times = [time(19), time(19, 15), time(19, 30)]

    race_to_book([a_request(restaurant, time=times[n % 3]) for n in range(RIVALS)])

    assert sorted(arriving_covers(restaurant.pk).values()) == [CAP] * 3


def test_holds_and_bookings_share_the_cap() -> None:
    restaurant = paced()
    start = Start(date=FRIDAY, time=time(19))

    def hold(number: int) -> Callable[[], Any]:
        return lambda: hold_create(
            restaurant_id=restaurant.pk,
            start=start,
            party_size=2,
            owner_key=f"session-{number}",
            now=NOW,
        )

    def book(_number: int) -> Callable[[], Any]:
        request = a_request(restaurant)
        return lambda: reservation_create(request=request, actor=GUEST, now=NOW)

    outcomes = race(*[(hold, book)[n % 2](n) for n in range(RIVALS)])

    found = kinds(outcomes)
    assert found.get("Booked", 0) + found.get("Held", 0) == CAP // 2
    assert found["SlotUnavailable"] == RIVALS - CAP // 2


def test_two_restaurants_do_not_wait_for_each_other() -> None:
    here, there = paced(), paced()

    outcomes = race_to_book(
        [a_request(restaurant) for restaurant in (here, there) for _ in range(10)]
    )

    assert kinds(outcomes) == {"Booked": 10, "SlotUnavailable": 10}
    assert_book_is_sound()
