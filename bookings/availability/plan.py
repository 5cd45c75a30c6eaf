"""An assignment of a service's reservations to tables that can be changed quickly. Pure.

Reservations are numbered; sets of them are bit masks, so that "who is in the way" is a few integer
operations. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bookings.availability.board import Item
from bookings.availability.fits import Option

ROUNDS = 4
SHUFFLES = (0, 3, 1, 8)
"""Parties moved about at random after each ejection, in successive quarters of the effort: crowded
services are solved best with few, half-empty ones with more."""
Cost = tuple[int, int, int, int]


class Stay(NamedTuple):
    """A reservation, the cells it needs, where it may sit and where it sits now."""

    item: Item
    window: int
    options: tuple[Option, ...]
    present: Option | None


class _Dice:
    """Throws that are the same every time (a linear congruential generator)."""

    def __init__(self) -> None:
        self._state = 1

    def below(self, sides: int) -> int:
        """A number from 0 to ``sides - 1``."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self._state >> 33) % sides


class Plan:
    """Who sits where. ``at[number]`` is None for those without a table."""

    def __init__(self, stays: Sequence[Stay]) -> None:
        self.stays = stays
        self.at: list[Option | None] = [None] * len(stays)
        self._on: dict[int, int] = {}  # table -> set of reservations
        self._together = [self._overlapping(stay) for stay in stays]
        # Rule 35: largest party, then earliest start, then longest stay.
        self._order = sorted(range(len(stays)), key=self._precedence)

    def copy(self) -> Plan:
        """The same assignment, to be changed separately."""
        twin = Plan(self.stays)
        for number in self.seated():
            twin.put(number, self.option_of(number))
        return twin

    def seated(self) -> list[int]:
        """Those who have a table."""
        return [number for number, option in enumerate(self.at) if option is not None]

    def option_of(self, number: int) -> Option:
        """Where somebody who has a table sits."""
        option = self.at[number]
        if option is None:
            raise LookupError(number)
        return option

    def put(self, number: int, option: Option) -> None:
        """Seat a reservation; whoever is in the way must have been taken out before."""
        self.at[number] = option
        for table in option.tables:
            self._on[table] = self._on.get(table, 0) | 1 << number

    def take_out(self, number: int) -> None:
        """Take a reservation's seat away."""
        for table in self.option_of(number).tables:
            self._on[table] &= ~(1 << number)
        self.at[number] = None

    def in_the_way(self, number: int, option: Option) -> int:
        """The set of reservations that an option of another one would put out."""
        found = 0
        for table in option.tables:
            found |= self._on.get(table, 0)
        return found & self._together[number] & ~(1 << number)

    # ------------------------------------------------------------------ seating
    def fill(self) -> None:
        """Seat everybody who finds a free table, in the order of rule 35."""
        for number in self._order:
            free = [o for o in self.stays[number].options if not self.in_the_way(number, o)]
            if free and self.at[number] is None:
                self.put(number, free[0])

    def seat_everybody(self, effort: int) -> None:
        """Seat those left over by putting out others; ends with the best assignment met.

        Best is the one with the most covers in which nobody who had a seat is without one.
        """
        size = [stay.item.covers for stay in self.stays]
        entitled = sum(1 << number for number in self.seated())
        best, covers, missing = list(self.at), self._covers(), 0
        most, weights = covers, [1] * len(self.stays)
        left = [n for n in reversed(self._order) if self.at[n] is None and self.stays[n].options]
        dice = _Dice()
        for step in range(effort):
            if not left:
                break
            number = left.pop()
            option, out = self._cheapest(number, weights, dice)
            if out:
                weights[number] += 1
            for other in _members(out):
                self.take_out(other)
                left.append(other)
                covers -= size[other]
            self.put(number, option)
            covers += size[number]
            missing = (missing | out & entitled) & ~(1 << number)
            if covers > most and not missing:
                best, most = list(self.at), covers
            if out:
                self._shuffle(dice, SHUFFLES[step * len(SHUFFLES) // effort])
        self._restore(best)

    def _cheapest(self, number: int, weights: list[int], dice: _Dice) -> tuple[Option, int]:
        """The option that puts out the least weight; equals are drawn by lot."""
        options = self.stays[number].options
        least, chosen, chosen_out, equals = -1, options[0], 0, 0
        for option in options:
            out = self.in_the_way(number, option)
            if not out:
                return option, 0
            weight = sum([weights[other] for other in _members(out)])
            if least < 0 or weight < least:
                least, chosen, chosen_out, equals = weight, option, out, 1
            elif weight == least:
                equals += 1
                if not dice.below(equals):
                    chosen, chosen_out = option, out
        return chosen, chosen_out

    def _shuffle(self, dice: _Dice, times: int) -> None:
        """Give a few parties another free table, so that the next try finds a different room."""
        for _ in range(times):
            number = dice.below(len(self.stays))
            options = self.stays[number].options
            if self.at[number] is not None and options:
                option = options[dice.below(len(options))]
                if not self.in_the_way(number, option):
                    self.take_out(number)
                    self.put(number, option)

    def _covers(self) -> int:
        return sum(
            stay.item.covers
            for stay, option in zip(self.stays, self.at, strict=True)
            if option is not None
        )

    def _restore(self, best: list[Option | None]) -> None:
        for number in self.seated():
            self.take_out(number)
        for number, option in enumerate(best):
            if option is not None:
                self.put(number, option)

    # ------------------------------------------------------------------ improving
    def improve(self) -> None:
        """Move and exchange parties while that saves combinations, seats or tables."""
        for _ in range(ROUNDS):
            changed = False
            for number in self._order:
                if self.at[number] is not None:
                    changed |= self._improve(number)
            if not changed:
                return

    def _improve(self, number: int) -> bool:
        old = self.option_of(number)
        for option in self.stays[number].options:
            if option.mask == old.mask or option.rank >= old.rank:
                continue
            out = self.in_the_way(number, option)
            if not out:
                self.take_out(number)
                self.put(number, option)
                return True
            if out.bit_count() == 1 and self._exchange(number, option, out.bit_length() - 1):
                return True
        return False

    def _exchange(self, number: int, option: Option, other: int) -> bool:
        """Give one party the seat of another if that finds one that is not worse by as much."""
        mine, theirs = self.option_of(number), self.option_of(other)
        limit = _sum(mine.rank, theirs.rank)
        self.take_out(number)
        self.take_out(other)
        self.put(number, option)
        for instead in self.stays[other].options:
            if _sum(option.rank, instead.rank) < limit and not self.in_the_way(other, instead):
                self.put(other, instead)
                return True
        self.take_out(number)
        self.put(number, mine)
        self.put(other, theirs)
        return False

    def _overlapping(self, stay: Stay) -> int:
        return sum(
            1 << number for number, other in enumerate(self.stays) if other.window & stay.window
        )

    def _precedence(self, number: int) -> tuple[int, int, int, int]:
        item = self.stays[number].item
        return -item.covers, item.window.start, -item.window.length, item.reservation_id


def _members(numbers: int) -> Iterator[int]:
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def _sum(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]
