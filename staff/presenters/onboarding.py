"""A restaurant that is being set up, as it will look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.selectors import availability, day_strip
from restaurants.models import Restaurant


@dataclass(frozen=True)
class TableGroup:
    """Tables of one area; `seats` is their sum."""

    area: str
    tables: tuple[tuple[str, int], ...]
    seats: int


@dataclass(frozen=True)
class Preview:
    """The next open day as guests would see it; None if there is none."""

    date: date
    times: tuple[str, ...]


def table_groups(tables: Iterable[Any]) -> list[TableGroup]:
    """Tables (or what a text would make) by area, in the order in which they come."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for table in tables:
        groups.setdefault(str(table.area), []).append((table.number, table.seats))
    return [
        TableGroup(area, tuple(found), sum(seats for _number, seats in found))
        for area, found in groups.items()
    ]


def preview_of(restaurant: Restaurant, *, now: datetime) -> Preview | None:
    """The times of the next day on which two guests could come."""
    today = now.astimezone(ZoneInfo(restaurant.timezone)).date()
    days = [today + timedelta(days=ahead) for ahead in range(14)]
    for day in day_strip(restaurant=restaurant, dates=days, party_size=2, now=now):
        if day.state == "open":
            slots = availability(restaurant=restaurant, date=day.date, party_size=2, now=now)
            times = tuple(f"{slot.local_time:%H:%M}" for slot in slots if slot.available)
            return Preview(day.date, times)
    return None
