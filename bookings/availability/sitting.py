"""Who sits where when, and who of them could go elsewhere: sets of reservations as bit masks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from operator import or_

from bookings.availability.board import Board, Window
from bookings.availability.fits import Option

STEPS = 5
"""More steps than this are not told apart."""


Held = list[tuple[int, Option]]
"""Options, each with who sits there."""


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
        self._in_the_way: dict[tuple[int, int], Held] = {}
        self._free: dict[int, list[Option]] = {}
        self._at_options: dict[int, list[tuple[int, Option]]] = {}

    def during(self, window: Window) -> int:
        """Who sits anywhere at any moment of a window."""
        found = self._during.get(window.mask)
        if found is None:
            begun = self._begun[bisect_left(self._starts, window.start + window.length)]
            gone = self._gone[bisect_right(self._ends, window.start)]
            found = self._during[window.mask] = begun & ~gone if window.length else 0
        return found

    def in_the_way(self, window: Window, options: tuple[Option, ...]) -> Held:
        """Who sits at each option, without those options that something immovable bars."""
        key = (window.mask, id(options))  # they live as long as the day: many parties share them
        found = self._in_the_way.get(key)
        if found is None:
            here, fixed = self.during(window), self._immovable
            found = self._in_the_way[key] = [
                (sitting, option)
                for at, option in self._at_each(options)
                if not (sitting := here & at) & fixed
            ]
        return found

    def _at_each(self, options: tuple[Option, ...]) -> list[tuple[int, Option]]:
        """Options, each with who sits there at any time."""
        found = self._at_options.get(id(options))
        if found is None:
            at = self._at
            found = self._at_options[id(options)] = [(at[one.mask], one) for one in options]
        return found

    def free_seat(self, number: int, barred: int = 0) -> Option | None:
        """The best seat an item could take if nobody else moved, clear of some tables and its own.

        Its own tables count as taken: it would not be out of the way there.
        """
        found = self._free.get(number)
        if found is None:
            item = self.items[number]
            here = self.during(item.window)
            found = [option for at, option in self._at_each(item.options) if not here & at]
            self._free[number] = found
        for option in found:
            if not option.mask & barred:
                return option
        return None

    @cached_property
    def moves_for(self) -> _MovesFor:
        """How many moves it would take to put some out if they were not in each other's way."""
        return _MovesFor(self._by_steps)

    @cached_property
    def _by_steps(self) -> list[int]:
        """Who could leave in at most one move, in two, and so on."""
        alike: dict[int, tuple[int, Held]] = {}
        for number, item in enumerate(self.items):
            held = self.in_the_way(item.window, item.options)
            alike[id(held)] = (alike.get(id(held), (0, held))[0] | 1 << number, held)
        waiting = [(who, [sitting for sitting, _ in held]) for who, held in alike.values()]
        found: list[int] = []
        can = 0
        while len(found) < STEPS:
            rest, still, more = ~can, [], 0
            for who, ways in waiting:
                for sitting in ways:
                    if not sitting & rest:
                        more |= who
                        break
                else:
                    still.append((who, ways))
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
        found, rest = 0, mask
        while rest:
            lowest = rest & -rest
            found |= self._at[lowest.bit_length() - 1]
            rest ^= lowest
        self[mask] = found
        return found


class _MovesFor(dict[int, int]):
    """How many moves it takes to put out a set of reservations, worked out when first asked for."""

    def __init__(self, by_steps: list[int]) -> None:
        super().__init__()
        self._by_steps = by_steps

    def __missing__(self, numbers: int) -> int:
        found = numbers.bit_count()
        for can in self._by_steps:
            found += (numbers & ~can).bit_count()
        self[numbers] = found
        return found
