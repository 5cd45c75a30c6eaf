"""A payment that comes when its time is over: the party gets its tables back if there is room (rule
79).
"""

from __future__ import annotations

from datetime import datetime

from bookings.availability import SPACE_REASONS, Channel, Query, answer_slot
from bookings.loading import active_restaurant, load_day
from bookings.models import Reservation
from bookings.services.people import other_bookings
from bookings.services.placing import party_place
from bookings.services.records import minutes_between
from bookings.services.seats import Claim, seats_take


def seat_again(reservation: Reservation, *, now: datetime) -> bool:
    """Take the tables that the party had, or others as good; whether that was possible.

    The caller has locked the guest, the day and the reservation. Hours, pacing and the guest's
    other bookings bind as they bind everybody (rules 44, 57); notice was kept when they booked.
    """
    restaurant = active_restaurant(reservation.restaurant_id)
    if restaurant is None or now >= reservation.starts_at:
        return False
    if _has_another(reservation, restaurant.policy.same_guest_gap_minutes):
        return False
    day = load_day(restaurant, reservation.service_date, now=now)
    query = Query(
        party_size=reservation.party_size,
        now=now,
        channel=Channel.ONLINE if reservation.is_online else Channel.IN_HOUSE,
        area_id=reservation.area_preference_id,
        required_features=frozenset(reservation.required_features),
        is_notice_exempt=True,
    )
    answer = answer_slot(day.service, query, reservation.starts_at)
    if set(answer.reasons) - SPACE_REASONS:
        return False
    if _take_back(reservation, now=now):
        return True
    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=reservation.starts_at,
        claim_for=lambda seat: _claim(reservation, seat.table_ids, seat.occupied_until),
    )
    if seat is None:
        return False
    reservation.ends_at = seat.ends_at
    reservation.buffer_minutes = minutes_between(seat.ends_at, seat.occupied_until)
    return True


def _take_back(reservation: Reservation, *, now: datetime) -> bool:
    """The same tables, which expiry wrote down; the day is locked, so several may be taken."""
    rows = (reservation.undo or {}).get("tables", [])
    tables = tuple(sorted({row[0] for row in rows}))
    if not tables:
        return False
    claim = _claim(reservation, tables, reservation.occupied_until)
    return seats_take([claim], restaurant_id=reservation.restaurant_id, now=now)


def _claim(reservation: Reservation, table_ids: tuple[int, ...], until: datetime) -> Claim:
    return Claim(
        table_ids=table_ids,
        starts_at=reservation.starts_at,
        ends_at=until,
        reservation_id=reservation.pk,
    )


def _has_another(reservation: Reservation, gap_minutes: int) -> bool:
    if reservation.guest_id is None:
        return False
    others = other_bookings(
        guest_id=reservation.guest_id,
        restaurant_id=reservation.restaurant_id,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        gap_minutes=gap_minutes,
        reservation_id=reservation.pk,
    )
    return bool(others.overlap)
