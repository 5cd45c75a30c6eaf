"""Tables and parties of the floor as plain data: one shape for the plan, the API and the socket.

Words and clock times are in the active language and on the restaurant's clock; instants are UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.floor import TableState, TableView, Visit
from bookings.presenters.clock import clock_text, local
from bookings.selectors.floor import Floor
from restaurants.models import Restaurant

LONGEST_NAME = 12
LONGEST_REASON = 14
"""In characters: what fits into a small table."""

HEALTH = frozenset({"allergy"})
"""Signs for those who may see contact and health data only (rule 107)."""

_AT_TABLE = (TableState.SEATED, TableState.FINISHING)
_OVER = (TableState.OVERTIME, TableState.CONFLICT)


def table_data(
    view: TableView, restaurant: Restaurant, *, at: datetime, sees_contact: bool = True
) -> dict[str, Any]:
    """One table: `line` and `time` are what stands on it, as read at `at`.

    `timer` is there where the time counts: `{"from": instant, "total": minutes | None}`; a page
    goes on counting by itself, `0:52 / 1:30` with a total and `+7` without.
    """
    visit = view.visit
    return {
        "type": "table.status",
        "table_id": view.table_id,
        "status": view.state.value,
        "colour": view.colour.value,
        "signs": _signs(view.signs, sees_contact),
        "version": visit.version if visit else 0,
        "reservation_id": visit.reservation_id if visit else None,
        "reservation_status": visit.status.value if visit else None,
        "party_size": view.party_size or None,
        "guest_name": visit.guest_name if visit else "",
        "starts_at": _instant(view.starts_at),
        "ends_at": _instant(visit.ends_at if visit else None),
        "since": _instant(view.since),
        "until": _instant(view.until),
        "line": _line(view),
        "time": _time(view, restaurant, at),
        "timer": _timer(view),
        "reason": view.reason,
        "block_id": view.block_id,
        "next": visit_data(view.next, restaurant, sees_contact=sees_contact) if view.next else None,
    }


def visit_data(
    visit: Visit, restaurant: Restaurant, *, sees_contact: bool = True
) -> dict[str, Any]:
    """One party, as the next one of a table or in the list of those without a table."""
    return {
        "reservation_id": visit.reservation_id,
        "reference": visit.reference,
        "status": visit.status.value,
        "version": visit.version,
        "guest_name": visit.guest_name,
        "party_size": visit.party_size,
        "starts_at": _instant(visit.starts_at),
        "ends_at": _instant(visit.ends_at),
        "eta_at": _instant(visit.eta_at),
        "signs": _signs(visit.flags, sees_contact),
        "table_ids": list(visit.table_ids),
        "line": party_line(visit),
        "time": _clock(visit.starts_at, restaurant),
    }


def floor_data(
    floor: Floor, restaurant: Restaurant, *, sees_contact: bool = True
) -> dict[str, Any]:
    """The whole floor, as the snapshot of the socket and the answer of the API."""
    return {
        "at": _instant(floor.at),
        "service_date": floor.service_date.isoformat(),
        "mode": "live" if floor.is_live else "day" if floor.is_day else "at",
        "tables": [
            table_data(view, restaurant, at=floor.at, sees_contact=sees_contact)
            for view in floor.tables
        ],
        "unassigned": [
            visit_data(visit, restaurant, sees_contact=sees_contact) for visit in floor.unassigned
        ],
        "counts": dict(floor.counts),
    }


def party_line(visit: Visit) -> str:
    """``4 Anna``: the size comes first, the name as far as it fits on a table."""
    first = visit.guest_name.split(" ", 1)[0] or _("walk-in")
    short = first if len(first) <= LONGEST_NAME else f"{first[: LONGEST_NAME - 1]}…"
    return f"{visit.party_size} {short}"


def timer_text(since: datetime, at: datetime, total: int | None) -> str:
    """``0:52 / 1:30`` of a planned stay, ``+7`` of what should have been over."""
    minutes = max(0, int((at - since) / timedelta(minutes=1)))
    if total is None:
        return f"+{minutes}"
    return f"{_hours(minutes)} / {_hours(total)}"


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _signs(signs: tuple[str, ...], sees_contact: bool) -> list[str]:
    return [sign for sign in signs if sees_contact or sign not in HEALTH]


def _clock(at: datetime, restaurant: Restaurant) -> str:
    return clock_text(local(at, restaurant), restaurant)


def _line(view: TableView) -> str:
    if view.visit is not None:
        return party_line(view.visit)
    if view.state in (TableState.SOON, TableState.CONFIRMED, TableState.PENDING):
        return party_line(view.next) if view.next else str(view.party_size or "")
    if view.state is TableState.HELD:
        return str(view.party_size or "")
    return Truncator(view.reason).chars(LONGEST_REASON)  # in full beside it, as `reason`


def _timer(view: TableView) -> dict[str, Any] | None:
    visit = view.visit
    if visit is None or view.since is None:
        return None
    if view.state in _AT_TABLE:
        total = int((visit.ends_at - view.since) / timedelta(minutes=1))
        return {"from": _instant(view.since), "total": total}
    if view.state in _OVER:
        return {"from": _instant(visit.ends_at), "total": None}
    if view.state is TableState.LATE:
        return {"from": _instant(visit.starts_at), "total": None}
    return None


def _time(view: TableView, restaurant: Restaurant, at: datetime) -> str:
    visit = view.visit
    if visit is not None and view.since is not None:
        if view.state in _AT_TABLE:
            total = int((visit.ends_at - view.since) / timedelta(minutes=1))
            return timer_text(view.since, at, total)
        if view.state in _OVER:
            return timer_text(visit.ends_at, at, None)
        if view.state is TableState.LATE:
            return timer_text(visit.starts_at, at, None)
    if view.state in (TableState.AVAILABLE, TableState.CLEANING, TableState.BLOCKED):
        # Translators: on a table of the floor plan: free, being cleaned or blocked until 21:00.
        until = pgettext("table", "until %(time)s")
        return until % {"time": _clock(view.until, restaurant)} if view.until else ""
    shown = view.starts_at or view.until
    return _clock(shown, restaurant) if shown else ""
