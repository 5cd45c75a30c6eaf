"""The words of the floor: who stays at a table, and what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bookings.lifecycle import Status


class TableState(StrEnum):
    AVAILABLE = "available"
    SOON = "soon"
    HELD = "held"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    LATE = "late"
    ARRIVED = "arrived"
    SEATED = "seated"
    FINISHING = "finishing"
    OVERTIME = "overtime"
    CLEANING = "cleaning"
    BLOCKED = "blocked"
    CONFLICT = "conflict"


class Colour(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


_T = TableState

COLOURS: Mapping[TableState, Colour] = {
    _T.AVAILABLE: Colour.GREEN,
    _T.SOON: Colour.YELLOW,
    _T.HELD: Colour.YELLOW,
    _T.PENDING: Colour.YELLOW,
    _T.FINISHING: Colour.YELLOW,
    _T.CLEANING: Colour.YELLOW,
    _T.CONFIRMED: Colour.RED,
    _T.LATE: Colour.RED,
    _T.ARRIVED: Colour.RED,
    _T.SEATED: Colour.RED,
    _T.OVERTIME: Colour.RED,
    _T.CONFLICT: Colour.RED,
    _T.BLOCKED: Colour.GREY,
}
"""The colour says how free a table is; it is never the only sign of a state."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A reservation as far as the floor is concerned. `flags` are words such as "vip", "birthday",
    "allergy", "note", "locked", "walk_in", "first_visit", "partly_seated", in a fixed order.
    """

    reservation_id: int
    reference: str = ""
    status: Status
    version: int = 1
    guest_name: str = ""
    party_size: int
    starts_at: datetime
    ends_at: datetime
    eta_at: datetime | None = None
    arrived_at: datetime | None = None
    seated_at: datetime | None = None
    completed_at: datetime | None = None
    is_vip: bool = False
    flags: tuple[str, ...] = ()
    table_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One row of occupancy of one table, `[starts_at, ends_at)`, reset time included. `expires_at`
    and `party_size` belong to holds, `reason` and `block_id` to blocks.
    """

    table_id: int
    starts_at: datetime
    ends_at: datetime
    kind: Literal["reservation", "hold", "block"]
    visit: Visit | None = None
    reason: str = ""
    expires_at: datetime | None = None
    party_size: int = 0
    block_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TableView:
    """The state of one table. `visit` is who has it now, `next` the next party of the day;
    `starts_at` is the booked start of whichever of them the state is about. `until` is when the
    state is planned to end: the next stay of a free table, the end of the visit, the end of the
    reset, block or hold; None if nothing is planned.
    """

    table_id: int
    state: TableState
    colour: Colour
    signs: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    visit: Visit | None = None
    next: Visit | None = None
    starts_at: datetime | None = None
    reason: str = ""
    party_size: int = 0
    block_id: int | None = None


def signs_of(visit: Visit | None) -> tuple[str, ...]:
    if visit is None:
        return ()
    return (*visit.flags, "joined") if len(visit.table_ids) > 1 else visit.flags
