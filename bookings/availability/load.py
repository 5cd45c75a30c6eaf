"""What is taken on a service day. Instants are aware datetimes in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings.availability.model import Channel


@dataclass(frozen=True, slots=True)
class Busy:
    """One row of occupancy: a table taken from ``starts_at`` to ``ends_at``, buffer included."""

    table_id: int
    starts_at: datetime
    ends_at: datetime
    reservation_id: int | None = None
    hold_id: int | None = None
    is_movable: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """One party of the day, seated or to come: what it adds to pacing, and how it may be moved.

    ``ends_at`` is the guest-facing end. ``area_id`` and ``required_features`` are its hard wishes,
    kept when it is re-packed (rule 36). Its tables are the :class:`Busy` rows of the same id; a
    reservation without any is unassigned (rule 37), and needs them until ``occupied_until``, or for
    the buffer of its period after its end.
    """

    starts_at: datetime
    ends_at: datetime
    covers: int
    reservation_id: int | None = None
    hold_id: int | None = None
    channel: Channel = Channel.ONLINE
    period_id: int | None = None
    area_id: int | None = None
    required_features: frozenset[str] = frozenset()
    is_paced: bool = True
    occupied_until: datetime | None = None

    @property
    def is_online(self) -> bool:
        """Whether it counts toward the online caps."""
        return self.channel is Channel.ONLINE


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What is taken on a service date, including tails of the day before and blocks."""

    busy: tuple[Busy, ...] = ()
    booked: tuple[Booked, ...] = ()
