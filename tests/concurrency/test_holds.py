"""Holds between rivals: one winner, one per session, consumed once (rules 48-52)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest

from bookings.errors import SlotUnavailable
from bookings.models import Hold, Occupancy, Reservation
from bookings.services import (
    Held,
    Start,
    hold_create,
    hold_extend,
    hold_release,
    holds_tidy,
    reservation_create,
)
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.concurrency.racing import assert_book_is_sound, kinds, race, race_to_book
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=10)


def hold(restaurant: Restaurant, session: str, **fields: Any) -> Held:
    at = fields.pop("time", time(19))
    return hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=at),
        **{"party_size": 2, "owner_key": session, "now": NOW, **fields},
    )


def holding(restaurant: Restaurant, session: str, **fields: Any) -> Callable[[], Held]:
    return lambda: hold(restaurant, session, **fields)


def booking(restaurant: Restaurant, *, now: Any = NOW, **fields: Any) -> Callable[[], Any]:
    request = a_request(restaurant, **fields)
    return lambda: reservation_create(request=request, actor=GUEST, now=now)


def assert_no_hold_lost_its_tables() -> None:
    assert not Occupancy.objects.filter(kind="hold", hold=None).exists()
    assert all(one.occupancies.exists() for one in Hold.objects.all())


def test_holds_and_bookings_fight_for_one_table() -> None:
    restaurant = make_restaurant(tables=(2,))

    outcomes = race(
        *[holding(restaurant, f"session-{n}") for n in range(15)],
        *[booking(restaurant) for _ in range(15)],
    )

    found = kinds(outcomes)
    assert found.get("Held", 0) + found.get("Booked", 0) == 1
    assert found["SlotUnavailable"] == 29
    assert Occupancy.objects.count() == 1


def test_an_expired_hold_goes_to_exactly_one_of_many() -> None:
    restaurant = make_restaurant(tables=(2,))
    hold(restaurant, "somebody")

    outcomes = race(*[booking(restaurant, now=LATER) for _ in range(20)])

    assert kinds(outcomes) == {"Booked": 1, "SlotUnavailable": 19}
    assert not Hold.objects.exists()
    assert_book_is_sound()


def test_a_session_holds_one_table_however_many_tabs_it_has() -> None:
    restaurant = make_restaurant(tables=(2,) * 10)

    outcomes = race(*[holding(restaurant, "one", time=time(19, 15 * (n % 4))) for n in range(12)])

    assert kinds(outcomes) == {"Held": 12}
    assert Hold.objects.count() == Occupancy.objects.count() == 1
    assert_no_hold_lost_its_tables()


def test_an_address_holds_three_tables_at_most() -> None:
    restaurant = make_restaurant(tables=(2,) * 10)

    outcomes = race(*[holding(restaurant, f"session-{n}", ip_key="home") for n in range(10)])

    assert kinds(outcomes) == {"Held": 3, "HoldLimitReached": 7}


def test_a_hold_is_consumed_once() -> None:
    restaurant = make_restaurant(tables=(2,))
    token = hold(restaurant, "somebody").token

    outcomes = race(*[booking(restaurant, hold_token=token) for _ in range(10)])

    assert kinds(outcomes) == {"Booked": 1, "SlotUnavailable": 9}
    assert not Hold.objects.exists()
    assert_book_is_sound()


def test_a_hold_keeps_the_table_against_everybody_else() -> None:
    restaurant = make_restaurant(tables=(2,))
    token = hold(restaurant, "somebody").token

    outcomes = race(
        booking(restaurant, hold_token=token), *[booking(restaurant) for _ in range(10)]
    )

    assert kinds([outcomes[0]]) == {"Booked": 1}
    assert kinds(outcomes[1:]) == {"SlotUnavailable": 10}


@pytest.mark.parametrize("period", [{}, {"max_arriving_covers": 10}], ids=["free", "paced"])
def test_one_session_may_do_everything_at_once(period: dict[str, int]) -> None:
    """Swap, book, extend and release one hold at the same moment, tidying meanwhile."""
    restaurant = make_restaurant(tables=(2, 2), period=period)

    for _ in range(8):
        token = hold(restaurant, "one").token
        outcomes = race(
            holding(restaurant, "one", time=time(20)),
            holding(restaurant, "one", now=LATER),
            booking(restaurant, hold_token=token),
            booking(restaurant, hold_token=token, now=LATER),
            booking(restaurant, hold_token=token, time=time(20, 15)),
            partial(hold_extend, token=token, now=NOW),
            partial(hold_release, token=token),
            lambda: holds_tidy(now=LATER),
        )
        errors = [one for one in outcomes if isinstance(one, Exception)]
        assert all(isinstance(error, DomainError) for error in errors), errors
        assert_book_is_sound()
        assert_no_hold_lost_its_tables()
        Occupancy.objects.all().delete()
        Hold.objects.all().delete()
        Reservation.objects.all().delete()


@pytest.mark.parametrize("period", [{}, {"max_arriving_covers": 10}], ids=["free", "paced"])
def test_swapping_an_expired_hold_does_not_deadlock_with_those_who_want_it(
    period: dict[str, int],
) -> None:
    restaurant = make_restaurant(tables=(2,), period=period)

    for _ in range(10):
        hold(restaurant, "one")
        outcomes = race(
            *[holding(restaurant, "one", now=LATER)] * 2,
            *[booking(restaurant, now=LATER) for _ in range(6)],
        )
        errors = [one for one in outcomes if isinstance(one, Exception)]
        assert all(isinstance(error, SlotUnavailable) for error in errors), errors
        assert_no_hold_lost_its_tables()
        Occupancy.objects.all().delete()
        Hold.objects.all().delete()
        Reservation.objects.all().delete()


def test_two_sessions_swap_their_expired_holds_crosswise() -> None:
    restaurant = make_restaurant(tables=(2,))

    for _ in range(10):
        hold(restaurant, "one", time=time(18))
        hold(restaurant, "two", time=time(20))
        outcomes = race(
            holding(restaurant, "one", time=time(20), now=LATER),
            holding(restaurant, "two", time=time(18), now=LATER),
        )
        assert set(kinds(outcomes)) <= {"Held", "SlotUnavailable"}
        Hold.objects.all().delete()


def test_a_hold_that_expired_while_its_booking_waited_is_no_table() -> None:
    """The booking read the clock before the hold expired, but comes after the rival."""
    restaurant = make_restaurant(tables=(2,))
    token = hold(restaurant, "slow").token
    booking(restaurant, now=LATER)()

    with pytest.raises(SlotUnavailable):
        booking(restaurant, hold_token=token, now=NOW)()

    assert Reservation.objects.count() == 1


def test_a_failed_swap_keeps_the_hold() -> None:
    restaurant = make_restaurant(tables=(2,))
    booking(restaurant, time=time(20, 30))()
    hold(restaurant, "one", time=time(18))

    with pytest.raises(SlotUnavailable):
        hold(restaurant, "one", time=time(20, 15))

    assert Hold.objects.get().occupancies.count() == 1


def test_rivals_at_the_same_moment_cannot_take_what_is_held() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    hold(restaurant, "one")

    outcomes = race_to_book([a_request(restaurant) for _ in range(8)])

    assert kinds(outcomes) == {"Booked": 1, "SlotUnavailable": 7}
