"""Many possible evenings: who sits leaves, who has booked comes, and whoever waits gets, in the
order of joining, the first seat that suits (rules 94-96).

Taking parties one after the other, each its earliest seat, is the same as giving every table that
becomes free to the first party it suits. Lengths of stay are spread evenly over their distribution
(a Latin hypercube), so that few evenings say as much as many drawn at random.
"""

from __future__ import annotations

import random
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from waitlist.prediction.house import House, Seat, Waiting
from waitlist.prediction.turns import Stay

EVENINGS = 160
"""Enough for a quantile of 96 of 100."""
NEVER = 24 * 60.0
"""No seat tonight."""
_ORDERS = 97

Span = tuple[float, float, float]
"""From when, until when at the earliest, and how long from whenever it really begins."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Minutes until a seat, one per evening and in ascending order."""

    minutes: tuple[float, ...]

    def quantile(self, share: float) -> float:
        """Between the two nearest evenings."""
        at = share * len(self.minutes) - 0.5
        low = min(max(int(at), 0), len(self.minutes) - 1)
        high = min(low + 1, len(self.minutes) - 1)
        part = min(max(at - low, 0.0), 1.0)
        return self.minutes[low] + part * (self.minutes[high] - self.minutes[low])

    @property
    def is_hopeless(self) -> bool:
        """Most evenings end without a seat."""
        return self.quantile(0.5) >= NEVER


def outlook(
    house: House,
    queue: Sequence[Waiting],
    asking: Sequence[Waiting] = (),
    *,
    evenings: int = EVENINGS,
    seed: int = 0,
) -> tuple[list[Outlook], list[Outlook]]:
    """How long each party of the queue waits from now, and how long each of those asking would if
    it joined behind the queue; those asking do not compete with each other.
    """
    shares = _Shares(evenings, seed)
    room = _Room(house, shares, evenings)
    stays = [shares.stay(waiting.stay) for waiting in queue]
    waits: list[list[float]] = [[] for _ in queue]
    asked: list[list[float]] = [[] for _ in asking]
    for evening in range(evenings):
        room.begin(evening)
        for number, waiting in enumerate(queue):
            at, seat = room.best(waiting)
            waits[number].append(at)
            if seat is not None:
                room.take(seat, at + stays[number][evening] + house.reset)
        for number, waiting in enumerate(asking):
            asked[number].append(room.best(waiting)[0])
    return [Outlook(tuple(sorted(w))) for w in waits], [Outlook(tuple(sorted(w))) for w in asked]


@lru_cache(maxsize=8)
def _orders(evenings: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Shuffles of the evenings, made once: parties take them in turn."""
    dice = random.Random(f"{seed}/{evenings}")  # noqa: S311 - a simulation
    return tuple(tuple(dice.sample(range(evenings), evenings)) for _ in range(_ORDERS))


class _Shares:
    """Evenly spread shares of a distribution, in another order for every party."""

    def __init__(self, evenings: int, seed: int) -> None:
        self._even = [(n + 0.5) / evenings for n in range(evenings)]
        self._orders = _orders(evenings, seed)
        self._next = 0

    def left(self, stay: Stay, elapsed: float) -> list[float]:
        minutes = stay.left_after(max(elapsed, 0.0), self._even)
        order = self._orders[self._next % _ORDERS]
        self._next += 1
        return [minutes[n] for n in order]

    def stay(self, stay: Stay) -> list[float]:
        return self.left(stay, 0.0)


class _Room:
    """When each table becomes free, and when it is kept for others, in one evening."""

    def __init__(self, house: House, shares: _Shares, evenings: int) -> None:
        self._least = house.least
        self._frees = [[0.0] * house.tables for _ in range(evenings)]
        self._kept: list[dict[int, list[Span]]] = [{} for _ in range(evenings)]
        for party in house.sitting:
            comes = max(-party.elapsed, 0.0) + house.reset
            for free, left in zip(self._frees, shares.left(party.stay, party.elapsed), strict=True):
                for table in party.tables:
                    free[table] = max(free[table], left + comes)
        for due in house.due:
            starts = max(due.starts_in, 0.0)
            for kept, stay in zip(self._kept, shares.stay(due.stay), strict=True):
                span = (starts, starts + stay + house.reset, stay + house.reset)
                for table in due.tables:
                    insort(kept.setdefault(table, []), span)
        for block in house.blocks:
            for kept in self._kept:
                insort(kept.setdefault(block.table, []), (block.starts_in, block.ends_in, 0.0))

    def begin(self, evening: int) -> None:
        self.free = self._frees[evening]
        self.kept = self._kept[evening]

    def best(self, waiting: Waiting) -> tuple[float, Seat | None]:
        """When the party gets a seat, and which: the first one, the best of those free at once."""
        if waiting.held:
            return 0.0, Seat(waiting.held)
        best, chosen = NEVER, None
        free, kept = self.free, self.kept
        for seat in waiting.seats:
            tables = seat.tables
            at = free[tables[0]] if len(tables) == 1 else max([free[t] for t in tables])
            if at >= best:
                continue
            if kept:
                at = self._around(tables, at, best)
                if at >= best:
                    continue
            best, chosen = at, seat
            if at <= 0.0:
                break
        return best, chosen

    def _around(self, tables: tuple[int, ...], at: float, limit: float) -> float:
        """The first moment from `at` on with room before whoever is due at these tables."""
        spans: list[Span] = []
        for table in tables:
            spans += self.kept.get(table, ())
        if len(tables) > 1:
            spans.sort()
        for starts, ends, length in spans:
            if at >= limit or at + self._least <= starts:
                break
            if at < ends or length:
                at = max(ends, at + length)  # who sits there may keep those due waiting
        return at

    def take(self, seat: Seat, until: float) -> None:
        for table in seat.tables:
            self.free[table] = until
