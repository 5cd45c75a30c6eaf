"""A restaurant whose guests are told: what tests of messages share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bookings.models import Reservation
from bookings.services import reservation_create
from notifications.models import Message, MessageStatus
from notifications.tasks import send_message
from reservehub.core import clock
from reservehub.core.actors import Actor
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_restaurant

MAIL = "anna@example.com"
PHONE = "+31612345678"
LATER = timedelta(minutes=10)


def make_house(**fields: Any) -> Restaurant:
    """Open at once, with a mailbox for requests."""
    return make_restaurant(
        tables=(2, 4, 4, 6), **{"name": "Bistro Anna", "email": "bistro@example.com", **fields}
    )


def book(
    house: Restaurant, *, actor: Actor = GUEST, now: datetime = NOW, **wish: Any
) -> Reservation:
    """A booking, and the rows its events cause; nothing is sent yet."""
    wish = {"guest_name": "Anna de Vries", "guest_email": MAIL, "guest_phone": PHONE} | wish
    made = reservation_create(request=a_request(house, **wish), actor=actor, now=now).reservation
    run_deliveries(now=now)
    return made


def send_due(now: datetime = NOW) -> int:
    """Try every message that is due once; returns how many were taken."""
    with clock.freeze(now):
        due = Message.objects.filter(status=MessageStatus.WAITING, due_at__lte=now).order_by("pk")
        return sum(send_message(pk) for pk in list(due.values_list("pk", flat=True)))


def the(kind: str) -> Message:
    """The one message of a kind."""
    return Message.objects.get(kind=kind)


def on(day: date, hour: int, minute: int = 0) -> dict[str, Any]:
    """The start of a wish."""
    return {"date": day, "time": time(hour, minute)}
