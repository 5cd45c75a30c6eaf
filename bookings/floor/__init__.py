"""What a table looks like, at one moment or for most of a day. Pure: no database, no clock."""

from __future__ import annotations

from bookings.floor.day import day_view
from bookings.floor.model import COLOURS, Colour, Stay, TableState, TableView, Visit
from bookings.floor.moment import SOON_BEFORE, next_change_at, table_view

__all__ = [
    "COLOURS",
    "SOON_BEFORE",
    "Colour",
    "Stay",
    "TableState",
    "TableView",
    "Visit",
    "day_view",
    "next_change_at",
    "table_view",
]
