from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import DeadlinePassed, SlotUnavailable, TransitionRefused
from bookings.models import Occupancy, Reservation
from bookings.services import (
    Changes,
    reservation_assign_tables,
    reservation_cancel,
    reservation_create,
    reservation_modify,
)
from reservehub.core.actors import Actor
from reservehub.core.models import OutboxEvent
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def modify(
    reservation: Reservation, *, now: datetime = NOW, actor: Actor = GUEST, **changes: Any
) -> Reservation:
    return reservation_modify(
        reservation_id=reservation.pk, changes=Changes(**changes), actor=actor, now=now
    )


def state(reservation: Reservation) -> tuple[object, ...]:
    fresh = Reservation.objects.get(pk=reservation.pk)
    rows = list(Occupancy.objects.filter(reservation=fresh).values_list("table_id", "period"))
    return fresh.version, fresh.starts_at, fresh.party_size, fresh.status, rows


def test_moving_to_another_time_takes_the_new_seat_and_frees_the_old() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = book(restaurant)
    moved = modify(reservation, time=time(21))
    assert moved.local_time == time(21)
    assert moved.version == 2
    assert Occupancy.objects.get(reservation=moved).period.lower == moved.starts_at
    book(restaurant, time=time(19))


def test_a_small_shift_may_overlap_the_own_old_seat() -> None:
    reservation = book(make_restaurant(tables=(2,)))
    assert modify(reservation, time=time(19, 15)).local_time == time(19, 15)


def test_a_failed_change_is_a_no_op() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    reservation = book(restaurant)
    book(restaurant, time=time(21))
    book(restaurant, time=time(21))
    before = state(reservation)
    with pytest.raises(SlotUnavailable) as refused:
        modify(reservation, time=time(21))
    assert state(reservation) == before
    assert refused.value.extra["alternatives"]


def test_its_own_party_does_not_count_against_pacing() -> None:
    restaurant = make_restaurant(tables=(4,), period={"max_arriving_covers": 3})
    reservation = book(restaurant, party_size=2)
    assert modify(reservation, party_size=3).party_size == 3
    with pytest.raises(SlotUnavailable):
        modify(reservation, party_size=4)


def test_a_growing_party_moves_to_a_larger_table() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    four = restaurant.tables.get(seats=4)
    grown = modify(book(restaurant), party_size=4)
    assert list(grown.occupancies.values_list("table_id", flat=True)) == [four.pk]
    assert grown.ends_at - grown.starts_at == timedelta(minutes=105)


def test_guests_change_until_the_cutoff_and_staff_after_it() -> None:
    reservation = book(make_restaurant(tables=(2,)))
    late = reservation.starts_at - timedelta(minutes=119)
    with pytest.raises(DeadlinePassed):
        modify(reservation, now=late, time=time(21))
    assert modify(reservation, now=late, actor=STAFF, time=time(21)).local_time == time(21)


def test_growing_beyond_the_threshold_asks_for_approval_again() -> None:
    restaurant = make_restaurant(
        tables=(8,),
        policy={"confirmation_mode": "threshold", "instant_up_to": 6, "oversize_cap": None},
    )
    reservation = book(restaurant, party_size=5)
    assert reservation.status == "confirmed"
    grown = modify(reservation, party_size=8)
    assert grown.status == "pending"
    assert grown.expires_at is not None


def test_moving_a_booking_does_not_dodge_the_cancellation_deadline() -> None:
    restaurant = make_restaurant(
        tables=(2,), policy={"cancel_cutoff_minutes": 24 * 60, "modify_cutoff_minutes": 60}
    )
    reservation = book(restaurant)
    late = reservation.starts_at - timedelta(hours=3)
    modify(reservation, now=late, date=FRIDAY + timedelta(days=7))
    with pytest.raises(DeadlinePassed):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=late)


def test_wishes_can_change_without_moving_anybody() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = book(restaurant)
    rows = state(reservation)[-1]
    changed = modify(reservation, special_requests="Window, please")
    assert changed.special_requests == "Window, please"
    assert state(reservation)[-1] == rows


def test_a_cancelled_booking_cannot_be_changed() -> None:
    reservation = book(make_restaurant(tables=(2,)))
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    with pytest.raises(TransitionRefused):
        modify(reservation, time=time(21))


def test_a_locked_table_is_not_moved_for_others() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    four = restaurant.tables.get(seats=4)
    reservation = book(restaurant)
    reservation_assign_tables(
        reservation_id=reservation.pk, table_ids=(four.pk,), actor=STAFF, now=NOW
    )
    with pytest.raises(SlotUnavailable):
        book(restaurant, party_size=4)


def test_a_change_is_told_with_what_was_given_up() -> None:
    reservation = book(make_restaurant(tables=(2,)))
    old_starts_at = reservation.starts_at
    modify(reservation, time=time(21))
    event = OutboxEvent.objects.get(name="bookings.reservation.modified")
    assert event.payload["old_starts_at"].startswith(old_starts_at.isoformat()[:16])
