"""Several people change one reservation, or one evening, at the same moment (rules 54, 56, 70)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest

from bookings.errors import TransitionRefused
from bookings.lifecycle import CANCELLED
from bookings.models import Occupancy, Reservation
from bookings.services import (
    Booked,
    Changes,
    reservation_approve,
    reservation_assign_tables,
    reservation_cancel,
    reservation_create,
    reservation_decline,
    reservation_expire,
    reservation_modify,
    table_block,
)
from bookings.services.optimisation import service_optimise
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.concurrency.racing import assert_book_is_sound, kinds, race
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_combination,
    make_restaurant,
)

pytestmark = pytest.mark.django_db(transaction=True)

SATURDAY = FRIDAY + timedelta(days=1)


def book(restaurant: Restaurant, **fields: Any) -> Booked:
    return reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=NOW)


def booking(restaurant: Restaurant, **fields: Any) -> Callable[[], Booked]:
    request = a_request(restaurant, **fields)
    return lambda: reservation_create(request=request, actor=GUEST, now=NOW)


def modifying(booked: Booked, *, version: int | None = None, **changes: Any) -> Callable[[], Any]:
    return lambda: reservation_modify(
        reservation_id=booked.reservation.pk,
        changes=Changes(**changes),
        actor=GUEST,
        now=NOW,
        expected_version=version,
    )


def cancelling(booked: Booked) -> Callable[[], Any]:
    return lambda: reservation_cancel(reservation_id=booked.reservation.pk, actor=GUEST, now=NOW)


def assert_refusals_only(outcomes: Any) -> None:
    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert [error for error in errors if not isinstance(error, DomainError)] == []


def test_a_cancellation_and_a_change_leave_no_ghost() -> None:
    restaurant = make_restaurant(tables=(2, 2))

    for _ in range(8):
        booked = book(restaurant)
        outcomes = race(
            cancelling(booked),
            modifying(booked, time=time(20)),
            modifying(booked, date=SATURDAY),
            cancelling(booked),
            booking(restaurant, time=time(20)),
        )
        assert_refusals_only(outcomes)
        status = Reservation.objects.get(pk=booked.reservation.pk).status
        assert status in CANCELLED
        assert_book_is_sound()
        Occupancy.objects.all().delete()
        Reservation.objects.all().delete()


def test_of_two_edits_of_one_version_the_second_is_told() -> None:
    restaurant = make_restaurant(tables=(2, 2, 4))
    booked = book(restaurant)

    outcomes = race(*[modifying(booked, version=1, time=time(20, 15 * n)) for n in range(4)])

    assert kinds(outcomes) == {"Reservation": 1, "VersionConflict": 3}
    assert_book_is_sound()


def test_two_parties_change_places_without_a_deadlock() -> None:
    """Each wants the hour the other has; the only table is never free for a moment (rule 70)."""
    restaurant = make_restaurant(tables=(2,))
    early, late = book(restaurant, time=time(18)), book(restaurant, time=time(20))

    for _ in range(5):
        outcomes = race(modifying(early, time=time(20)), modifying(late, time=time(18)))
        assert_refusals_only(outcomes)
        assert Occupancy.objects.count() == 2
        assert_book_is_sound()


def test_two_parties_change_days_without_a_deadlock() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    fridays = [book(restaurant) for _ in range(2)]
    saturdays = [book(restaurant, date=SATURDAY) for _ in range(2)]

    for to, back in ((SATURDAY, FRIDAY), (FRIDAY, SATURDAY)):
        outcomes = race(
            *[modifying(one, date=to) for one in fridays],
            *[modifying(one, date=back) for one in saturdays],
            booking(restaurant),
            booking(restaurant, date=SATURDAY),
        )
        assert_refusals_only(outcomes)
        assert_book_is_sound()


def test_a_request_is_answered_once() -> None:
    """Approve, decline, expire and cancel: one of them happens (rule 54)."""
    restaurant = make_restaurant(tables=(2,), policy={"confirmation_mode": "approval"})

    for _ in range(6):
        booked = book(restaurant)
        about: dict[str, Any] = {
            "reservation_id": booked.reservation.pk,
            "actor": STAFF,
            "now": NOW,
        }
        due = booked.reservation.expires_at
        outcomes = race(
            partial(reservation_approve, **about),
            partial(reservation_approve, **about),
            partial(reservation_decline, **about),
            partial(reservation_expire, **{**about, "actor": SYSTEM, "now": due}),
        )
        answered = [one for one in outcomes if isinstance(one, Reservation)]
        assert len(answered) == 1
        assert all(
            one is None or isinstance(one, Reservation | TransitionRefused) for one in outcomes
        )
        reservation = Reservation.objects.get(pk=booked.reservation.pk)
        assert reservation.status == answered[0].status
        assert reservation.version == 2
        assert_book_is_sound()
        Occupancy.objects.all().delete()
        Reservation.objects.all().delete()


def test_a_table_that_is_freed_goes_to_one_of_those_who_wait() -> None:
    restaurant = make_restaurant(tables=(2,))

    for _ in range(5):
        booked = book(restaurant)
        outcomes = race(cancelling(booked), *[booking(restaurant) for _ in range(8)])
        assert kinds(outcomes).get("Booked", 0) <= 1
        assert_refusals_only(outcomes)
        assert_book_is_sound()
        Occupancy.objects.all().delete()
        Reservation.objects.all().delete()


def test_staff_give_one_table_to_one_of_two_parties() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2))
    parties = [book(restaurant), book(restaurant)]
    free = restaurant.tables.exclude(pk__in=[one.table_ids[0] for one in parties]).get()

    outcomes = race(
        *[
            lambda one=one: reservation_assign_tables(
                reservation_id=one.reservation.pk, table_ids=(free.pk,), actor=STAFF, now=NOW
            )
            for one in parties
        ],
        lambda: table_block(
            restaurant_id=restaurant.pk,
            table_ids=(free.pk,),
            starts_at=parties[0].reservation.starts_at,
            ends_at=parties[0].reservation.ends_at,
            actor=STAFF,
            now=NOW,
        ),
    )

    assert len([one for one in outcomes if not isinstance(one, Exception)]) == 1
    assert_refusals_only(outcomes)
    assert_book_is_sound()


def crowded(day: date) -> tuple[Restaurant, list[Booked]]:
    """Four-tops taken by couples that could sit elsewhere: fours need somebody to move."""
    restaurant = make_restaurant(tables=(2, 2, 2, 2, 4, 4))
    make_combination(restaurant, *restaurant.tables.filter(seats=2).order_by("number")[:2])
    restaurant.refresh_from_db()
    pairs = [book(restaurant, date=day, time=time(18)) for _ in range(4)]
    couples = [book(restaurant, date=day, time=time(19)) for _ in range(2)]
    for one in pairs[:2]:
        reservation_cancel(reservation_id=one.reservation.pk, actor=GUEST, now=NOW)
    return restaurant, couples


def test_re_packing_under_rivals_moves_nobody_twice() -> None:
    for day in (FRIDAY, SATURDAY):
        restaurant, couples = crowded(day)
        outcomes = race(
            *[booking(restaurant, date=day, time=time(19), party_size=4) for _ in range(6)],
            *[booking(restaurant, date=day, time=time(19)) for _ in range(4)],
            *[modifying(one, time=time(20, 30)) for one in couples],
            cancelling(couples[0]),
            *[
                lambda restaurant=restaurant, day=day: service_optimise(
                    restaurant_id=restaurant.pk, date=day, apply=True, actor=STAFF, now=NOW
                )
            ]
            * 2,
        )
        assert_refusals_only(outcomes)
        assert kinds(outcomes)["Booked"] >= 2
        assert_book_is_sound()
