"""An evening that is full, and guests who wait for it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from bookings.models import Occupancy, Reservation
from bookings.services import reservation_cancel, reservation_create
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request
from waitlist.models import WaitlistEntry, WaitlistOffer
from waitlist.services import JoinRequest, entry_join, entry_notify, gains_match

_number = count(1)


def fill(restaurant: Restaurant, at: time = time(19), **fields: Any) -> list[Reservation]:
    """Book every table of the restaurant for that time, the largest party each can take."""
    found = []
    for table in restaurant.tables.order_by("seats", "pk"):
        request = a_request(restaurant, time=at, party_size=table.seats, **fields)
        found.append(reservation_create(request=request, actor=GUEST, now=NOW).reservation)
    return found


def join_request(restaurant: Restaurant, **fields: Any) -> JoinRequest:
    """Two people, Friday 19:00 exactly, every time another guest."""
    return JoinRequest(
        restaurant_id=restaurant.pk,
        **{
            "date": FRIDAY,
            "from_time": time(19),
            "party_size": 2,
            "guest_name": "Bo Jansen",
            "guest_email": f"waits-{next(_number)}@example.com",
            **fields,
        },
    )


def join(restaurant: Restaurant, *, now: datetime = NOW, **fields: Any) -> WaitlistEntry:
    """An entry of a new guest, who came after all others of the test."""
    request = join_request(restaurant, **fields)
    entry = entry_join(request=request, actor=GUEST, now=now).entry
    entry.created_at += timedelta(milliseconds=next(_number))
    entry.save(update_fields=["created_at"])
    return entry


def offered(restaurant: Restaurant, at: time = time(21, 30), **fields: Any) -> WaitlistEntry:
    """An entry to which staff have just offered a table; nothing is left to be delivered to it."""
    booked = fill(restaurant, at)
    entry = join(restaurant, from_time=at, **fields)
    reservation_cancel(reservation_id=booked[0].pk, actor=STAFF, now=NOW)
    entry_notify(entry_id=entry.pk, actor=STAFF, now=NOW)
    entry.refresh_from_db()
    return entry


def settle(now: datetime = NOW) -> list[WaitlistOffer]:
    """Let all that happened arrive, and match what became free."""
    run_deliveries(now=now)
    made = gains_match(now=now)
    run_deliveries(now=now)
    return made


def cancel(reservation: Reservation, now: datetime = NOW) -> list[WaitlistOffer]:
    """A booking is cancelled; the offers that follow."""
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=now)
    return settle(now)


def tables_taken(restaurant: Restaurant) -> list[int]:
    """The table of every occupancy row."""
    return list(Occupancy.objects.filter(restaurant=restaurant).values_list("table_id", flat=True))
