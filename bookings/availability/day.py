"""A service day: a prepared configuration together with what is taken on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from bookings.availability.board import Board
from bookings.availability.load import Booked, Busy, DayLoad
from bookings.availability.model import DayConfig
from bookings.availability.pacing import Pacing
from bookings.availability.prepared import PreparedDay
from bookings.availability.question import Query
from bookings.availability.repack import Repacker

Row = TypeVar("Row", Busy, Booked)


class ServiceDay:
    """What the questions of this package are asked of. Cheap to make: one per request."""

    def __init__(self, prepared: PreparedDay, load: DayLoad | None = None) -> None:
        self.prepared = prepared
        self.load = DayLoad() if load is None else load
        self._loads: dict[tuple[int | None, int | None], DayLoad] = {(None, None): self.load}
        self._boards: dict[tuple[int | None, int | None, datetime, int], Board] = {}
        self._repackers: dict[Board, Repacker] = {}
        self._pacings: dict[tuple[int | None, int | None], Pacing] = {}

    @classmethod
    def of(cls, config: DayConfig, load: DayLoad | None = None) -> ServiceDay:
        """A service day straight from its configuration, without a cache."""
        return cls(PreparedDay(config), load)

    def board_for(self, query: Query, step: int) -> Board:
        """The occupancy a query sees: without its own reservation or hold (rule 47)."""
        own = (query.exclude_reservation_id, query.exclude_hold_id)
        key = (*own, query.now, step)
        if key not in self._boards:
            load = self._load_without(*own)
            self._boards[key] = Board(self.prepared, load, now=query.now, step=step)
        return self._boards[key]

    def board_at(self, now: datetime) -> Board:
        """The occupancy of the whole day, nobody left out."""
        return Board(self.prepared, self.load, now=now, step=self.prepared.step)

    def repacker_for(self, query: Query, step: int) -> Repacker:
        """The search for room over the board of a query (rule 36)."""
        board = self.board_for(query, step)
        if board not in self._repackers:
            self._repackers[board] = Repacker(board)
        return self._repackers[board]

    def pacing_for(self, query: Query) -> Pacing:
        """The pacing counters a query sees: without its own contribution (rule 47)."""
        own = (query.exclude_reservation_id, query.exclude_hold_id)
        if own not in self._pacings:
            self._pacings[own] = Pacing(self.prepared, self._load_without(*own))
        return self._pacings[own]

    def _load_without(self, reservation_id: int | None, hold_id: int | None) -> DayLoad:
        key = (reservation_id, hold_id)
        if key not in self._loads:
            self._loads[key] = DayLoad(
                _without(self.load.busy, reservation_id, hold_id),
                _without(self.load.booked, reservation_id, hold_id),
            )
        return self._loads[key]


def _without(
    rows: Iterable[Row], reservation_id: int | None, hold_id: int | None
) -> tuple[Row, ...]:
    return tuple(
        row
        for row in rows
        if (reservation_id is None or row.reservation_id != reservation_id)
        and (hold_id is None or row.hold_id != hold_id)
    )
