"""Looking for a chain of moves that makes room (rules 34-36). Deterministic.

A party takes a seat; those who sit there are put out and take others in turn, rule 35's first
first, each of them possibly putting out more. Reservations are bits, as in :class:`Sitting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bookings.availability.fits import Option

NEWCOMER = -1

Way = tuple[int, int, int, Option]
"""An option that nothing immovable bars: its cost, its tables, who sits there to begin with."""


class Seeker(NamedTuple):
    """A party that needs a seat during the search."""

    number: int  # position in Board.items, or NEWCOMER
    window: int
    ways: tuple[Way, ...]


Taken = tuple[int, int, int, Option]
"""A seat taken during the search: by whom, its window and tables."""

Find = Callable[[int], Seeker]


class Chain:
    """One search. Nobody is put out twice.

    Whoever found nothing is not asked to leave again with as few moves to spend: that keeps the
    search short, at the price of some rooms that need another order.
    """

    def __init__(self, find: Find, *, moves: int, looks: int) -> None:
        self.taken: list[Taken] = []
        self._find = find
        self._moves = moves
        self._looks = looks
        self._out = 0
        self._stuck = [0] * (moves + 1)  # who found nothing with so many moves left

    def seat(self, seeker: Seeker) -> bool:
        """Seat a party and all whom that puts out; ``taken`` says where."""
        number, window, ways = seeker
        taken, moves, out = self.taken, self._moves, self._out
        barred = _barred(taken, window)
        if out and self._take_free(seeker, barred):
            return True
        self._looks -= 1
        mark, stuck = len(taken), self._stuck
        for cost, mask, sitting, option in ways:
            if cost > moves:
                break
            if mask & barred:
                continue
            leaving = sitting & ~out
            left = moves - leaving.bit_count()
            if left < 0 or leaving & stuck[left]:
                continue
            taken.append((number, window, mask, option))
            self._moves, self._out = left, out | leaving
            if self._all_leave(leaving):
                return True
            del taken[mark:]
            self._moves, self._out = moves, out
            if self._looks < 0:
                return False
        self._give_up(number)
        return False

    def _take_free(self, seeker: Seeker, barred: int) -> bool:
        """Take a seat that puts out nobody more."""
        number, window, ways = seeker
        out = self._out
        for _, mask, sitting, option in ways:
            if not (sitting & ~out or mask & barred):
                self.taken.append((number, window, mask, option))
                return True
        return False

    def _give_up(self, number: int) -> None:
        if number != NEWCOMER:
            for moves in range(self._moves + 1):
                self._stuck[moves] |= 1 << number

    def _all_leave(self, numbers: int) -> bool:
        while numbers:
            lowest = numbers & -numbers
            if self._looks < 0 or not self.seat(self._find(lowest.bit_length() - 1)):
                return False
            numbers ^= lowest
        return True


class Exhaustive:
    """Tries everything, the party with the fewest ways first: for days with few reservations."""

    def __init__(self, find: Find, *, looks: int) -> None:
        self.taken: list[Taken] = []
        self._find = find
        self._looks = looks
        self._out = 0

    def seat(self, seeker: Seeker) -> bool:
        """Seat a party and all whom that puts out; ``taken`` says where."""
        return self._seat((seeker,))

    def _seat(self, seekers: tuple[Seeker, ...]) -> bool:
        self._looks -= len(seekers)
        if not seekers or self._looks < 0:
            return not seekers
        open_to = [self._open(seeker) for seeker in seekers]
        least = min(range(len(seekers)), key=lambda position: len(open_to[position]))
        chosen, rest = seekers[least], (*seekers[:least], *seekers[least + 1 :])
        out = self._out
        for leaving, option in open_to[least]:
            self.taken.append((chosen.number, chosen.window, option.mask, option))
            self._out = out | leaving
            if self._seat(rest + self._seekers(leaving)):
                return True
            self.taken.pop()
        self._out = out
        return False

    def _open(self, seeker: Seeker) -> list[tuple[int, Option]]:
        """What a party may take now, that which puts out fewest first."""
        barred = _barred(self.taken, seeker.window)
        found = [
            (sitting & ~self._out, option)
            for _, mask, sitting, option in seeker.ways
            if not mask & barred
        ]
        found.sort(key=lambda one: one[0].bit_count())
        return found

    def _seekers(self, numbers: int) -> tuple[Seeker, ...]:
        found = []
        while numbers:
            lowest = numbers & -numbers
            found.append(self._find(lowest.bit_length() - 1))
            numbers ^= lowest
        return tuple(found)


def _barred(taken: list[Taken], window: int) -> int:
    """Mask of the tables taken during the search at any moment of a window."""
    found = 0
    for _, other, mask, _ in taken:
        if other & window:
            found |= mask
    return found
