"""What is asked about one party, and what the answer is. Instants are aware datetimes in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bookings.availability.model import Channel, Period
from bookings.availability.reasons import Reason


@dataclass(frozen=True, slots=True)
class Query:
    """A question about one party.

    ``overrides`` are reasons staff have decided to accept (pacing, notice, ...); reasons of space
    cannot be overridden. ``area_id`` and ``required_features`` are hard, the preferred ones soft.
    ``minutes`` replaces the turn time. ``allows_moves`` permits re-packing others (rule 36).
    """

    party_size: int
    now: datetime
    channel: Channel = Channel.ONLINE
    area_id: int | None = None
    preferred_area_id: int | None = None
    required_features: frozenset[str] = frozenset()
    preferred_features: frozenset[str] = frozenset()
    exclude_reservation_id: int | None = None
    exclude_hold_id: int | None = None
    is_notice_exempt: bool = False
    minutes: int | None = None
    allows_moves: bool = True
    overrides: frozenset[Reason] = frozenset()


class Slot(NamedTuple):
    """A possible start: an instant, its wall clock and the period it belongs to."""

    local_time: datetime
    fold: int
    starts_at: datetime
    period: Period
    is_ambiguous: bool


class Move(NamedTuple):
    """Another, unlocked reservation that has to change tables first (rule 36)."""

    reservation_id: int
    from_tables: tuple[int, ...]
    to_tables: tuple[int, ...]


class Seat(NamedTuple):
    """Where a party can sit, until when, and who must be moved to make room (normally nobody)."""

    table_ids: tuple[int, ...]
    combo_id: int | None
    area_id: int | None
    ends_at: datetime
    occupied_until: datetime
    moves: tuple[Move, ...] = ()


class SlotAnswer(NamedTuple):
    """Whether a party can start then, and if not, why not.

    ``tables_left`` counts the suitable free tables (combinations if no single one is free).
    ``utc_offset`` is a label such as ``+02:00`` for local times that happen twice, else empty.
    """

    local_time: datetime
    fold: int
    starts_at: datetime
    ends_at: datetime
    occupied_until: datetime
    period_id: int | None
    available: bool
    reasons: tuple[Reason, ...]
    area_ids: tuple[int, ...]
    tables_left: int
    needs_moves: bool
    utc_offset: str
