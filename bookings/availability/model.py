"""What a service day is made of, whatever is booked on it.

Plain immutable values. Instants (``*_at``, ``*_until``) are aware datetimes in UTC; ``time`` and
``date`` values are wall clock of the restaurant. Rule numbers refer to the domain rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bookings.availability.reasons import Reason


class Access(StrEnum):
    """Who may be given a table (rule 38)."""

    ONLINE = "online"
    IN_HOUSE = "in_house"
    WALK_IN = "walk_in"


class Channel(StrEnum):
    """Who asks: each channel sees its own tables and those of the channels above it (rule 38)."""

    ONLINE = "online"
    IN_HOUSE = "in_house"
    WALK_IN = "walk_in"

    def can_use(self, access: Access) -> bool:
        """Whether this channel sees tables of the given access."""
        return access in VISIBLE[self]


VISIBLE: Mapping[Channel, frozenset[Access]] = {
    Channel.ONLINE: frozenset({Access.ONLINE}),
    Channel.IN_HOUSE: frozenset({Access.ONLINE, Access.IN_HOUSE}),
    Channel.WALK_IN: frozenset(Access),
}


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table that exists on the service date. ``max_party`` may exceed ``seats`` (a squeeze)."""

    id: int
    seats: int
    min_party: int = 1
    max_party: int = 0
    area_id: int | None = None
    features: frozenset[str] = frozenset()
    priority: int = 0
    access: Access = Access.ONLINE
    access_by_period: Mapping[int, Access] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.max_party:
            object.__setattr__(self, "max_party", self.seats)

    def access_in(self, period_id: int | None) -> Access:
        """The access of this table during a period."""
        if period_id is None:
            return self.access
        return self.access_by_period.get(period_id, self.access)


@dataclass(frozen=True, slots=True)
class ComboSpec:
    """One declared, bookable set of adjacent tables with its own capacity (rule 28)."""

    id: int
    table_ids: tuple[int, ...]
    min_party: int
    max_party: int
    area_id: int | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class TurnBand:
    """Parties up to ``up_to`` (None: all larger ones) stay ``minutes``."""

    up_to: int | None
    minutes: int


@dataclass(frozen=True, slots=True)
class TurnRule:
    """Turn times under optional conditions; the most specific matching rule wins (rule 22).

    ``weekdays`` are of the service date (Monday 0); ``time_from``/``time_to`` bound the start,
    half open, and may pass midnight.
    """

    bands: tuple[TurnBand, ...]
    date_from: date | None = None
    date_to: date | None = None
    period_id: int | None = None
    weekdays: frozenset[int] = frozenset()
    time_from: time | None = None
    time_to: time | None = None
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class PacingCaps:
    """Four independent caps per bucket; None is unlimited (rule 41)."""

    arriving_covers: int | None = None
    arriving_parties: int | None = None
    seated_covers: int | None = None
    seated_parties: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A service period in force on a date.

    A last seating before the first, and a closing at or before it, are next morning (rule 7).
    """

    id: int
    name: str
    first_seating: time
    last_seating: time
    closes: time
    slot_interval_minutes: int = 15
    must_finish_by_close: bool = False
    buffer_minutes: int = 0
    pacing_total: PacingCaps = PacingCaps()
    pacing_online: PacingCaps = PacingCaps()
    walk_in_quota_covers: int | None = None
    walk_in_quota_percent: int | None = None
    walk_in_release_minutes: int = 0


class OverrideState(StrEnum):
    """State of a span of slots."""

    NORMAL = "normal"
    PRIVATE_EVENT = "private_event"
    CLOSED = "closed"
    MAINTENANCE = "maintenance"
    WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class Override:
    """A dated change to the starts in ``[starts, ends)`` of the service date (rule 15).

    ``ends`` at or before ``starts`` is next morning. An ``area_id`` limits it to that area.
    The narrowest override that says something about a slot wins (rule 14).
    """

    starts: time
    ends: time
    state: OverrideState = OverrideState.NORMAL
    min_party: int | None = None
    max_party: int | None = None
    arriving_covers: int | None = None
    arriving_parties: int | None = None
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeCutoff:
    """Bookable until ``at`` local time, ``days_before`` days before the service date (rule 18)."""

    days_before: int
    at: time


@dataclass(frozen=True, slots=True)
class Rules:
    """Booking policy of the restaurant. ``min_party``/``max_party`` limit the online channel."""

    zone: ZoneInfo
    min_notice_minutes: int = 30
    notice_cutoff: NoticeCutoff | None = None
    horizon_days: int = 60
    horizon_release: time = time(0, 0)
    min_party: int = 1
    max_party: int | None = None
    oversize_cap: int | None = 2
    oversize_relaxed_minutes: int | None = None
    bucket_minutes: int = 15
    offers_ambiguous_twice: bool = True
    accepts_reservations: bool = True
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayConfig:
    """Everything about a service date that does not depend on bookings; safe to cache."""

    restaurant_id: int
    date: date
    rules: Rules
    periods: tuple[Period, ...] = ()
    turn_rules: tuple[TurnRule, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    combos: tuple[ComboSpec, ...] = ()
    overrides: tuple[Override, ...] = ()
    is_closed: bool = False
    closed_reason: Reason = Reason.CLOSED
