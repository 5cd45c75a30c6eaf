"""Telling open screens that tables changed: best effort, after commit; screens ask for the whole
state when in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable

from bookings.models import Reservation
from reservehub.core.realtime import push, reservation_group, restaurant_group


def push_tables(reservation: Reservation, table_ids: Iterable[int]) -> None:
    """One `table.status` message per table, and one for the reservation itself (it may have no
    table); and to its guests, who have the page of the booking open, that it changed.
    """
    group = restaurant_group(reservation.restaurant_id)
    about = {
        "reservation_id": reservation.pk,
        "status": reservation.status,
        "version": reservation.version,
        "service_date": reservation.service_date.isoformat(),
        "starts_at": reservation.starts_at.isoformat(),
    }
    push(group, {"type": "reservation.status", **about})
    for table_id in sorted(table_ids):
        push(group, {"type": "table.status", "table_id": table_id, **about})
    push(
        reservation_group(reservation.pk),
        {
            "type": "reservation.changed",
            "version": reservation.version,
            "status": reservation.status,
        },
    )


def push_blocked(restaurant_id: int, table_ids: Iterable[int], *, is_blocked: bool) -> None:
    """Tables that staff keep free of guests, or no longer do."""
    status = "blocked" if is_blocked else "available"
    for table_id in sorted(table_ids):
        push(
            restaurant_group(restaurant_id),
            {"type": "table.status", "table_id": table_id, "status": status, "version": 0},
        )


def push_holds(restaurant_id: int) -> None:
    """A guest's hold came, was prolonged or went; screens look at the tables themselves."""
    push(restaurant_group(restaurant_id), {"type": "holds.changed"})
