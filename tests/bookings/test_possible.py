"""What a floor plan lights up while a party is moved, and moving it there."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.errors import TransitionRefused
from bookings.models import Occupancy, Reservation
from bookings.services import (
    PossibleSeat,
    reservation_arrive,
    reservation_assign_tables,
    reservation_auto_assign,
    reservation_cancel,
    reservation_complete,
    reservation_create,
    reservation_seat,
    reservation_undo,
    tables_possible,
    walk_in_create,
)
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_combination, make_restaurant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def possible(reservation: Reservation, now: Any = NOW) -> dict[str, PossibleSeat]:
    numbers = dict(reservation.restaurant.tables.values_list("pk", "number"))
    found = tables_possible(reservation_id=reservation.pk, now=now)
    return {"+".join(numbers[one] for one in seat.table_ids): seat for seat in found}


def table_of(reservation: Reservation) -> str:
    return Occupancy.objects.get(reservation=reservation).table.number


def test_free_suitable_tables_are_possible_and_the_others_say_why_not() -> None:
    restaurant = make_restaurant(tables=(2, 2, 4, 8))
    make_combination(restaurant, *restaurant.tables.filter(seats=2))
    restaurant.refresh_from_db()
    party, other = book(restaurant), book(restaurant)
    seats = possible(party)
    here, there = table_of(party), table_of(other)

    assert seats[here].is_present
    assert seats[here].is_possible
    assert seats[there].reasons == ("table_busy",)
    assert seats[there].in_the_way == (other.pk,)
    assert not seats[there].is_overridable
    assert seats["3"].is_possible
    assert seats["4"].reasons == ("oversize",)
    assert seats["4"].is_overridable
    assert seats["1+2"].combo_id is not None
    assert "table_busy" in seats["1+2"].reasons


def test_it_promises_what_assigning_does() -> None:
    restaurant = make_restaurant(tables=(2, 2, 4, 4, 8), policy={"buffer_minutes": 15})
    party = book(restaurant)
    sitting, left = book(restaurant, time=time(18)), book(restaurant, time=time(18))
    for one in (sitting, left):
        reservation_seat(reservation_id=one.pk, actor=STAFF, now=one.starts_at)
    now = party.starts_at + 20 * MINUTE
    reservation_complete(reservation_id=left.pk, actor=STAFF, now=now - MINUTE)
    for seated in (False, True):
        if seated:
            reservation_seat(reservation_id=party.pk, actor=STAFF, now=now)
        for seat in tables_possible(reservation_id=party.pk, now=now):
            try:
                reservation_assign_tables(
                    reservation_id=party.pk, table_ids=seat.table_ids, actor=STAFF, now=now
                )
            except DomainError:
                assert not seat.is_possible
            else:
                assert seat.is_possible
                reservation_undo(reservation_id=party.pk, actor=STAFF, now=now)


def test_the_number_of_queries_does_not_grow_with_the_restaurant() -> None:
    counts = []
    for tables in ((2, 2), (2,) * 12 + (4,) * 12):
        restaurant = make_restaurant(tables=tables)
        party = book(restaurant)
        tables_possible(reservation_id=party.pk, now=party.starts_at)  # fills the caches
        with CaptureQueriesContext(
            connection,
        ) as queries:
            tables_possible(reservation_id=party.pk, now=party.starts_at)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_who_is_over_goes_nowhere() -> None:
    party = book(make_restaurant())
    reservation_cancel(reservation_id=party.pk, actor=STAFF, now=NOW)
    with pytest.raises(TransitionRefused):
        possible(party)


def test_a_seated_party_moves_to_a_table_left_a_moment_ago() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    start = first.starts_at
    for one in (first, second):
        reservation_seat(reservation_id=one.pk, actor=STAFF, now=start)
    there = Occupancy.objects.get(reservation=second).table_id
    left = start + 30 * MINUTE
    reservation_complete(reservation_id=second.pk, actor=STAFF, now=left)

    moved = reservation_assign_tables(
        reservation_id=first.pk, table_ids=(there,), actor=STAFF, now=left
    )

    row = Occupancy.objects.get(reservation=first)
    assert (row.table_id, row.period.lower, row.period.upper) == (there, left, moved.ends_at)
    assert moved.seated_at == start


def test_a_move_is_taken_back_and_then_the_step_before_it() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    party = book(restaurant)
    before = Occupancy.objects.get(reservation=party)
    other = restaurant.tables.exclude(pk=before.table_id).get()
    now = party.starts_at - 5 * MINUTE
    reservation_arrive(reservation_id=party.pk, actor=STAFF, now=now)
    reservation_assign_tables(
        reservation_id=party.pk, table_ids=(other.pk,), actor=STAFF, now=now + MINUTE
    )

    back = reservation_undo(reservation_id=party.pk, actor=STAFF, now=now + 2 * MINUTE)
    row = Occupancy.objects.get(reservation=party)
    assert (back.status, back.is_table_locked) == ("arrived", False)
    assert (row.table_id, row.period) == (before.table_id, before.period)

    back = reservation_undo(reservation_id=party.pk, actor=STAFF, now=now + 2 * MINUTE)
    assert (back.status, back.arrived_at) == ("confirmed", None)
    with pytest.raises(TransitionRefused):
        reservation_undo(reservation_id=party.pk, actor=STAFF, now=now + 2 * MINUTE)


def test_each_step_can_be_taken_back_for_its_own_fifteen_minutes() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    party = book(restaurant)
    other = restaurant.tables.exclude(occupancies__reservation=party).get()
    start = party.starts_at
    reservation_arrive(reservation_id=party.pk, actor=STAFF, now=start)
    reservation_assign_tables(
        reservation_id=party.pk, table_ids=(other.pk,), actor=STAFF, now=start + 10 * MINUTE
    )
    later = start + 20 * MINUTE
    reservation_undo(reservation_id=party.pk, actor=STAFF, now=later)
    with pytest.raises(TransitionRefused):
        reservation_undo(reservation_id=party.pk, actor=STAFF, now=later)


def test_a_late_party_without_a_table_gets_the_best_from_now_on() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    party = book(restaurant)
    Occupancy.objects.all().delete()
    late = party.starts_at + 10 * MINUTE + timedelta(seconds=7, microseconds=5)
    reservation_arrive(reservation_id=party.pk, actor=STAFF, now=late)
    reservation_auto_assign(reservation_id=party.pk, actor=STAFF, now=late)
    row = Occupancy.objects.get(reservation=party)
    assert (row.table.seats, row.period.lower, row.period.upper) == (2, late, party.ends_at)


def test_moving_a_party_that_overran_keeps_its_new_table_for_five_minutes() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    here, there = restaurant.tables.order_by("pk")
    booked = walk_in_create(
        restaurant_id=restaurant.pk, table_ids=(here.pk,), party_size=2, actor=STAFF, now=NOW
    )
    late = booked.reservation.ends_at + 7 * MINUTE
    reservation_assign_tables(
        reservation_id=booked.reservation.pk, table_ids=(there.pk,), actor=STAFF, now=late
    )
    row = Occupancy.objects.get()
    assert (row.table_id, row.period.upper) == (there.pk, late + 5 * MINUTE)
