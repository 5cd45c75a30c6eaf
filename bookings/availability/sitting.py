"""Who sits where when, and who of them could go elsewhere: sets of reservations as bit masks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from operator import or_

from bookings.availability.board import Board, Window
from bookings.availability.fits import Option

STEPS = 5
"""More steps than this are not told apart."""


class Sitting:
    """Everybody who takes a table on a board, as bits of a mask.

    The first bits are ``Board.items`` in their order; those after them are rows of occupancy that
    nothing can move.
    """

    def __init__(self, board: Board) -> None:
        self.items = board.items
        stays = [(item.window, item.mask) for item in board.items]
        self._immovable = -1 << len(stays)
        stays += [(window, 1 << table) for table, window in board.immovable]
        self._at = _AtTables(len(board.busy), [mask for _, mask in stays])
        bits = [(window, 1 << number) for number, (window, _) in enumerate(stays) if window.length]
        starts = sorted((window.start, bit) for window, bit in bits)
        ends = sorted((window.start + window.length, bit) for window, bit in bits)
        self._starts = [at for at, _ in starts]
        self._ends = [at for at, _ in ends]
        self._begun = [0, *accumulate((bit for _, bit in starts), or_)]
        self._gone = [0, *accumulate((bit for _, bit in ends), or_)]
        self._during: dict[int, int] = {}
        self._free: dict[int, list[Option]] = {}
        self._moves: dict[int, int] = {}

    def during(self, window: Window) -> int:
        """Who sits anywhere at any moment of a window."""
        found = self._during.get(window.mask)
        if found is None:
            begun = self._begun[bisect_left(self._starts, window.start + window.length)]
            gone = self._gone[bisect_right(self._ends, window.start)]
            found = self._during[window.mask] = begun & ~gone if window.length else 0
        return found

    def in_the_way(
        self, window: Window, options: Iterable[Option], own: int = 0
    ) -> list[tuple[int, Option]]:
        """Who else sits at each option, without those options that something immovable bars."""
        here, at, fixed = self.during(window), self._at, self._immovable
        found = [(here & at[option.mask], option) for option in options]
        return [(sitting & ~own, option) for sitting, option in found if not sitting & fixed]

    def free_seat(self, number: int, barred: int = 0) -> Option | None:
        """The best seat an item could take if nobody else moved, clear of some tables and its own.

        Its own tables count as taken: it would not be out of the way there.
        """
        found = self._free.get(number)
        if found is None:
            item = self.items[number]
            here, at = self.during(item.window), self._at
            found = [option for option in item.options if not here & at[option.mask]]
            self._free[number] = found
        for option in found:
            if not option.mask & barred:
                return option
        return None

    @cached_property
    def elsewhere(self) -> list[list[tuple[int, Option]]]:
        """For each item, who sits at each of its options, as :meth:`in_the_way` says."""
        return [
            self.in_the_way(item.window, item.options, 1 << number)
            for number, item in enumerate(self.items)
        ]

    def moves_for(self, numbers: int) -> int:
        """How many moves it would take to put these out if they were not in each other's way."""
        found = self._moves.get(numbers)
        if found is None:
            found = numbers.bit_count()
            for can in self._by_steps:
                found += (numbers & ~can).bit_count()
            self._moves[numbers] = found
        return found

    @cached_property
    def _by_steps(self) -> list[int]:
        """Who could leave in at most one move, in two, and so on."""
        found: list[int] = []
        can = 0
        waiting = [
            (1 << number, [others for others, option in ways if option.mask != item.mask])
            for number, (item, ways) in enumerate(zip(self.items, self.elsewhere, strict=True))
        ]
        while len(found) < STEPS:
            rest, still, more = ~can, [], 0
            for own, ways in waiting:
                for others in ways:
                    if not others & rest:
                        more |= own
                        break
                else:
                    still.append((own, ways))
            can |= more
            waiting = still
            found.append(can)
        return found


class _AtTables(dict[int, int]):
    """Who sits at any table of a mask at any time, worked out when first asked for."""

    def __init__(self, tables: int, masks: list[int]) -> None:
        super().__init__()
        self._at = [0] * tables
        for number, mask in enumerate(masks):
            for table in range(mask.bit_length()):
                if mask >> table & 1:
                    self._at[table] |= 1 << number

    def __missing__(self, mask: int) -> int:
        found = 0
        for table, sitting in enumerate(self._at):
            if mask >> table & 1:
                found |= sitting
        self[mask] = found
        return found
