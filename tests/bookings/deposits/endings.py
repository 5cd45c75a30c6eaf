"""Bookings that are paid for, and the ways in which they end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bookings.models import Reservation
from bookings.services import (
    reservation_complete,
    reservation_fee_charge,
    reservation_no_show,
    reservation_seat,
)
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    later,
    make_house,
    make_rule,
    minutes,
    paid_booking,
    payments_for,
    seen,
)
from tests.factories import STAFF

START = datetime.fromisoformat("2026-06-05T17:00:00+00:00")
DEADLINE = START - timedelta(days=1)
GRACE_OVER = START + minutes(15)


def state(reservation: Reservation) -> tuple[str, str, int]:
    """Reservation, deposit, and what the restaurant has in the end."""
    fresh = seen(reservation)
    kept = sum(payment.kept_minor for payment in payments_for(fresh))
    return fresh.status, fresh.deposit_status, kept


def paid(bank: Bank, **rule: Any) -> Reservation:
    restaurant = make_house()
    make_rule(restaurant, **rule)
    return paid_booking(bank, restaurant, now=START - timedelta(days=2))


def no_show(reservation: Reservation, now: datetime = GRACE_OVER) -> Reservation:
    return reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=now)


def visit(reservation: Reservation) -> datetime:
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=START)
    left = START + timedelta(hours=1)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    return left


def charge(reservation: Reservation, now: datetime, missing: int | None = None) -> Reservation:
    found = reservation_fee_charge(
        reservation_id=reservation.pk, missing=missing, reason="did not come", actor=STAFF, now=now
    )
    later(now)
    return found
