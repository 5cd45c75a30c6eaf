"""What could be had at all, moment by moment: most refusals without a search (rule 36).

There must be seats enough even if everybody took as few as would do. And at one moment a table can
be had if it is free, or if whoever sits there, unlocked, has another seat all of whose tables can
be had. That is worked out for all moments at once, a bit per cell of the grid. It ignores that
stays last, so it permits more than the search finds; it forbids too much only where parties at
combinations would have to change places in a circle.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from bookings.availability.board import Board, Item, Window


class Room:
    """The cells of each table that could be had if everybody unlocked moved for them."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._fixed = board.fixed
        self._barred: dict[int, int] = {}
        self._found: dict[int, int] = {}
        self._cells = [~busy for busy in board.busy]
        waiting = [(item, table) for item in board.items for table in item.tables]
        grown = True
        while waiting and grown:
            grown, left = False, []
            for item, table in waiting:
                missing = item.window.mask & ~self._cells[table]
                gained = self._gained(item, table, missing)
                if gained:
                    self._cells[table] |= gained
                    grown = True
                if gained != missing:
                    left.append((item, table))
            waiting = left

    def tables(self, window: Window) -> int:
        """Mask of the tables that could be had for every moment of a window."""
        found = self._found.get(window.mask)
        if found is None:
            found, bit, mask = 0, 1, window.mask
            for cells in self._cells:
                if not mask & ~cells:
                    found |= bit
                bit <<= 1
            self._found[window.mask] = found
        return found

    def has_seats(self, window: Window, seats: int) -> bool:
        """Whether so many seats are left at every moment, wherever everybody sits.

        Everybody is counted with the fewest seats that would do.
        """
        left = self._seats_left
        return min(left[window.start : window.start + window.length], default=seats) >= seats

    @cached_property
    def _seats_left(self) -> list[int]:
        board = self._board
        floor = board.prepared.floor
        change = [0] * (board.cells + 1)
        change[0] = floor.seats
        taken = [(item.window, item.least_seats) for item in board.items]
        taken += [(window, floor.seats_of((table,))) for table, window in board.immovable]
        for window, seats in taken:
            change[window.start] -= seats
            change[window.start + window.length] += seats
        return list(accumulate(change))

    def _gained(self, item: Item, table: int, missing: int) -> int:
        """The missing cells of its table during which a party could be elsewhere."""
        cells, own, gained = self._cells, item.mask, 0
        barred = self._fixed_during(item.window) | 1 << table
        for option in item.options:
            if option.mask & barred:
                continue
            here = missing & ~gained
            for other in option.tables:
                if not own >> other & 1:
                    here &= cells[other]
            gained |= here
            if gained == missing:
                break
        return gained

    def _fixed_during(self, window: Window) -> int:
        """Mask of the tables that nothing can free for a whole window."""
        found = self._barred.get(window.mask)
        if found is None:
            found, bit, mask = 0, 1, window.mask
            for fixed in self._fixed:
                if fixed & mask:
                    found |= bit
                bit <<= 1
            self._barred[window.mask] = found
        return found
