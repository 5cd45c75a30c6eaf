"""Who takes which table when, as one integer per table: bit i is the i-th cell of the grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from bookings.availability.fits import Option, Options, Party
from bookings.availability.load import Booked, Busy, DayLoad
from bookings.availability.prepared import SPAN, PreparedDay

EVERYWHERE = -1
"""The mask of all tables."""


class Window(NamedTuple):
    """A stretch of cells: from ``start``, ``length`` of them, also as a mask."""

    start: int
    length: int
    mask: int


class Item:
    """A reservation that may be given other tables: unlocked, not begun, its tables known.

    Its options are only worked out when somebody wants its seat.
    """

    def __init__(
        self, board: Board, booked: Booked, window: Window, table_ids: tuple[int, ...]
    ) -> None:
        floor = board.prepared.floor
        self._board = board
        self._booked = booked
        self.reservation_id = booked.reservation_id or 0
        self.covers = booked.covers
        self.window = window
        self.table_ids = table_ids
        self.tables = tuple([floor.number[table_id] for table_id in table_ids])
        self.mask = floor.mask_of(table_ids)

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Where it may sit by its own size, wishes and channel, best first."""
        options, allowed = self._wishes
        if allowed == EVERYWHERE:
            return options.every
        return tuple([option for option in options.every if not option.mask & ~allowed])

    @property
    def least_seats(self) -> int:
        """It cannot take fewer seats than these, wherever it sits."""
        present = self._board.prepared.floor.seats_of(self.tables)
        return min(present, self._wishes[0].least_seats or present)

    @cached_property
    def _wishes(self) -> tuple[Options, int]:
        return self._board.wishes(self._booked)


class Moved(NamedTuple):
    """A seat for a new party and the new options of the reservations that move for it."""

    option: Option
    moves: tuple[tuple[Item, Option], ...]


class Board:
    """The occupancy of a day on a grid of ``step`` seconds, seen at ``now``."""

    def __init__(self, prepared: PreparedDay, load: DayLoad, *, now: datetime, step: int) -> None:
        self.prepared = prepared
        self.now = now
        self._unit = timedelta(seconds=step)
        self.cells = SPAN // self._unit
        self._shortest = timedelta(minutes=prepared.shortest_turn) // self._unit
        self._windows: dict[tuple[datetime, datetime], Window] = {}
        self._taken: dict[tuple[int, int], int] = {}
        self._load = load
        self.busy = [0] * len(prepared.floor.tables)
        number = prepared.floor.number
        self._rows = [
            (row, number[row.table_id], self.window(row.starts_at, row.ends_at))
            for row in load.busy
            if row.table_id in number
        ]
        for _, table, window in self._rows:
            self.busy[table] |= window.mask

    # ------------------------------------------------------------------ reading
    def window(self, starts_at: datetime, until: datetime) -> Window:
        """The cells of ``[starts_at, until)``, rounded outward and cut to the span."""
        key = (starts_at, until)
        found = self._windows.get(key)
        if found is None:
            origin = self.prepared.origin
            start = max(0, (starts_at - origin) // self._unit)
            end = min(self.cells, -((origin - until) // self._unit))
            length = max(0, end - start)
            found = self._windows[key] = Window(start, length, ((1 << length) - 1) << start)
        return found

    def taken(self, window: Window) -> int:
        """Mask of the tables that are busy at any moment of a window."""
        key = (window.start, window.length)
        found = self._taken.get(key)
        if found is None:
            found, bit, mask = 0, 1, window.mask
            for busy in self.busy:
                if busy & mask:
                    found |= bit
                bit <<= 1
            self._taken[key] = found
        return found

    def unusable_gaps(
        self, option: Option, window: Window, busy_of: Sequence[int] | None = None
    ) -> int:
        """How many holes shorter than the shortest turn a seating would leave (rules 32, 33)."""
        occupied = self.busy if busy_of is None else busy_of
        reach = self._shortest
        if reach < 2:
            return 0
        end = window.start + window.length
        below = max(0, window.start - reach)
        last_below = window.start - 1 - below
        found = 0
        for table in option.tables:
            busy = occupied[table]
            before = (busy >> below) & ((1 << (window.start - below)) - 1)
            if before and not before >> last_below:
                found += 1
            after = (busy >> end) & ((1 << reach) - 1)
            # A neighbour at exactly `reach` cells leaves room for one more turn.
            if after and not after & 1:
                found += 1
        return found

    # ------------------------------------------------------------------ what may be moved
    @cached_property
    def items(self) -> list[Item]:
        """The reservations that may be given other tables, in the order of rule 35."""
        rows: defaultdict[int, list[Busy]] = defaultdict(list)
        for row in self._load.busy:
            if row.reservation_id is not None:
                rows[row.reservation_id].append(row)
        booked = {one.reservation_id: one for one in self._load.booked}
        made = (self._item(rows[number], booked.get(number)) for number in sorted(rows))
        known = [item for item in made if item is not None]
        known.sort(key=lambda item: (-item.covers, item.window.start, -item.window.length))
        return known

    @cached_property
    def immovable(self) -> list[tuple[int, Window]]:
        """The tables taken by what nothing can move, and when."""
        movable = {item.reservation_id for item in self.items}
        return [
            (table, window)
            for row, table, window in self._rows
            if row.reservation_id not in movable
        ]

    @cached_property
    def fixed(self) -> list[int]:
        """Per table, the cells that nothing can free."""
        fixed = [0] * len(self.busy)
        for table, window in self.immovable:
            fixed[table] |= window.mask
        return fixed

    @cached_property
    def unassigned(self) -> list[Item]:
        """The reservations to come that have no table yet (rule 37), by id."""
        seated = {row.reservation_id for row in self._load.busy}
        found = []
        for booked in self._load.booked:
            if booked.reservation_id is None or booked.reservation_id in seated:
                continue
            until = booked.occupied_until
            if until is None:
                buffer = self.prepared.slot_for(booked.starts_at).period.buffer_minutes
                until = booked.ends_at + timedelta(minutes=buffer)
            if booked.starts_at > self.now:
                found.append(self._as_item(booked, (booked.starts_at, until), ()))
        known = [item for item in found if item is not None]
        return sorted(known, key=lambda item: item.reservation_id)

    def _item(self, rows: list[Busy], booked: Booked | None) -> Item | None:
        """A reservation as something movable, or None if it must stay where it is (rule 34)."""
        first = rows[0]
        if booked is None or first.starts_at <= self.now or first.reservation_id is None:
            return None
        known = self.prepared.floor.number
        stay = (first.starts_at, first.ends_at)
        for row in rows:
            if row.table_id not in known or not row.is_movable:
                return None
            if (row.starts_at, row.ends_at) != stay:
                return None
        return self._as_item(booked, stay, tuple(sorted({row.table_id for row in rows})))

    def _as_item(
        self, booked: Booked, stay: tuple[datetime, datetime], table_ids: tuple[int, ...]
    ) -> Item | None:
        starts_at, until = stay
        if not self.prepared.origin <= starts_at <= until <= self.prepared.until:
            return None
        return Item(self, booked, self.window(starts_at, until), table_ids)

    def wishes(self, booked: Booked) -> tuple[Options, int]:
        """The options of a booking by its own size, wishes and channel, and the tables allowed."""
        prepared = self.prepared
        slot = prepared.slot_for(booked.starts_at)
        party = Party(
            size=booked.covers,
            channel=booked.channel,
            period_id=slot.period.id if booked.period_id is None else booked.period_id,
            is_relaxed=prepared.is_relaxed(booked.starts_at, self.now),
            area_id=booked.area_id,
            features=booked.required_features,
        )
        allowed = EVERYWHERE
        for area_id, rules in prepared.rules_for(slot).areas.items():
            if rules.refusal is not None:  # do not move anybody onto a terrace in the rain
                allowed &= ~prepared.floor.area_masks.get(area_id, 0)
        return prepared.floor.options(party), allowed
