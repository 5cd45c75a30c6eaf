"""A restaurant that takes money, and what was written about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bookings.models import Reservation
from bookings.services import reservation_no_show
from notifications.kinds import Kind
from notifications.models import Message
from notifications.rendering import render
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import work
from tests.bookings.deposits.people import make_house
from tests.factories import NOW, STAFF
from tests.notifications.rendering.support import stored

MAIL: dict[str, Any] = {"guest_email": "anna@example.com"}
MINUTE = timedelta(minutes=1)


def bistro() -> Restaurant:
    return make_house(name="Bistro Anna", email="bistro@example.com", tables=(2, 4))


def kinds(reservation: Reservation) -> list[str]:
    """What the guest was told, in order; what nobody wants any more is left out."""
    rows = Message.objects.filter(reservation=reservation).exclude(kind__startswith="staff_")
    return list(rows.exclude(status="dropped").order_by("pk").values_list("kind", flat=True))


def the(kind: Kind) -> Message:
    return Message.objects.get(kind=kind)


def text_of(kind: Kind, now: datetime = NOW) -> str:
    with clock.freeze(now):
        content = render(stored(the(kind)))
    return f"{content.subject}\n{content.text}"


def after_start(reservation: Reservation) -> datetime:
    return reservation.starts_at + 40 * MINUTE


def no_show(reservation: Reservation) -> datetime:
    at = after_start(reservation)
    with clock.freeze(at):
        reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
        work(at)
    return at
