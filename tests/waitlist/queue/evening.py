"""A Friday evening at the door: 19:00 in Amsterdam, dinner is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bookings.models import Occupancy
from bookings.services import Booked, walk_in_create
from restaurants.models import Restaurant
from tests.factories import STAFF
from waitlist.models import QueueEntry, QueueSettings, QueueSkip
from waitlist.services.queue import QueueRequest, queue_join, queue_ready

EVENING = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)

_number = count(1)


def later(minutes: float) -> datetime:
    return EVENING + timedelta(minutes=minutes)


def sit(restaurant: Restaurant, size: int = 2, *, now: datetime = EVENING, **more: Any) -> Booked:
    """A party sits down without waiting."""
    return walk_in_create(
        restaurant_id=restaurant.pk, party_size=size, actor=STAFF, now=now, **more
    )


def fill_house(restaurant: Restaurant, now: datetime = EVENING) -> list[Booked]:
    """A party at every table."""
    return [
        sit(restaurant, table.seats, now=now, table_ids=(table.pk,))
        for table in restaurant.tables.order_by("pk")
    ]


def wait_at_door(
    restaurant: Restaurant, size: int = 2, *, now: datetime = EVENING, **more: Any
) -> QueueEntry:
    """Another party joins at the door."""
    number = next(_number)
    request = QueueRequest(
        restaurant_id=restaurant.pk,
        party_size=size,
        **{"name": f"Party {number}", "phone": f"+3161{number:07d}", **more},
    )
    at = now + timedelta(milliseconds=number)
    return queue_join(request=request, actor=STAFF, now=at).entry


def from_afar(restaurant: Restaurant, size: int = 2, **more: Any) -> QueueRequest:
    number = next(_number)
    return QueueRequest(
        restaurant_id=restaurant.pk,
        party_size=size,
        source="remote",
        **{"name": "Bo", "phone": f"+3162{number:07d}", **more},
    )


def open_from_afar(restaurant: Restaurant, **settings: Any) -> None:
    QueueSettings.objects.update_or_create(
        restaurant=restaurant, defaults={"is_remote_open": True, **settings}
    )


def held_tables(restaurant: Restaurant) -> list[int]:
    """The tables that somebody holds."""
    rows = Occupancy.objects.filter(restaurant=restaurant, kind="hold")
    return sorted(rows.values_list("table_id", flat=True))


def table_of(restaurant: Restaurant, number: str) -> int:
    return restaurant.tables.get(number=number).pk


def ready(entry: QueueEntry, *tables: int, minutes: float = 1, **more: Any) -> QueueEntry:
    return queue_ready(entry_id=entry.pk, table_ids=tables, actor=STAFF, now=later(minutes), **more)


def skips() -> list[tuple[int, int | None, str]]:
    rows = QueueSkip.objects.order_by("pk")
    return list(rows.values_list("entry_id", "in_favour_of_id", "reason"))
