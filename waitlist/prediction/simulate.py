"""Many possible evenings: who sits leaves, who has booked comes, and whoever waits gets, in the
order of joining, the first seat that suits (rules 94-96).

Taking parties one after the other, each its earliest seat, is the same as giving every table that
becomes free to the first party it suits. Lengths of stay are spread evenly over their distribution
(a Latin hypercube), so that few evenings say as much as many drawn at random.
"""

from __future__ import annotations

import random
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

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
    line = [(room.wish(waiting), shares.stay(waiting.stay), list[float]()) for waiting in queue]
    asks = [(room.wish(waiting), list[float]()) for waiting in asking]
    for evening in range(evenings):
        room.begin(evening)
        for wish, stays, minutes in line:
            at, tables = room.best(wish)
            minutes.append(at)
            room.take(tables, at + stays[evening] + house.reset)
        for wish, minutes in asks:
            minutes.append(room.best(wish)[0])
    waits = [minutes for _, _, minutes in line]
    asked = [minutes for _, minutes in asks]
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


class _Wish(NamedTuple):
    """What suits a party, ready to be looked up in every evening: single tables that are kept for
    nobody all at once, and the other seats one by one with their places in the order.
    """

    plain: tuple[int, ...]
    ranks: tuple[int, ...]
    look: Callable[[list[float]], Sequence[float]]
    others: tuple[tuple[int, tuple[int, ...]], ...]
    held: tuple[int, ...]


class _Room:
    """When each table becomes free, and when it is kept for others, in one evening."""

    def __init__(self, house: House, shares: _Shares, evenings: int) -> None:
        self._least = house.least
        self._frees = [[0.0] * house.tables for _ in range(evenings)]
        self._kept: list[dict[int, list[Span]]] = [{} for _ in range(evenings)]
        self._wishes: dict[tuple[Seat, ...], _Wish] = {}
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
        self._is_kept = set(self._kept[0])

    def begin(self, evening: int) -> None:
        self.free = self._frees[evening]
        self.kept = self._kept[evening]

    def wish(self, waiting: Waiting) -> _Wish:
        if waiting.held:
            return _Wish((), (), _looking_at(()), (), waiting.held)
        if waiting.seats not in self._wishes:
            self._wishes[waiting.seats] = self._wish(waiting.seats)
        return self._wishes[waiting.seats]

    def _wish(self, seats: tuple[Seat, ...]) -> _Wish:
        singles = [
            (seat.tables[0], rank)
            for rank, seat in enumerate(seats)
            if len(seat.tables) == 1 and seat.tables[0] not in self._is_kept
        ]
        plain = tuple(table for table, _ in singles)
        ranks = tuple(rank for _, rank in singles)
        others = tuple((n, seat.tables) for n, seat in enumerate(seats) if n not in ranks)
        return _Wish(plain, ranks, _looking_at(plain), others, ())

    def best(self, wish: _Wish) -> tuple[float, tuple[int, ...]]:
        """When the party gets a seat, and which tables: the first seat, and of those free at once
        the best. `NEVER` and none if nothing suits tonight.
        """
        if wish.held:
            return 0.0, wish.held
        best, rank, chosen = NEVER, len(wish.others) + len(wish.plain), wish.held
        free = self.free
        if wish.plain:
            frees = wish.look(free)
            best = min(frees)
            first = frees.index(best)
            rank, chosen = wish.ranks[first], (wish.plain[first],)
        for number, tables in wish.others:
            at = max([free[table] for table in tables]) if len(tables) > 1 else free[tables[0]]
            if at > best or (at == best and number > rank):
                continue
            at = self._around(tables, at, best)
            if at < best or (at == best and number < rank):
                best, rank, chosen = at, number, tables
        return (best, chosen) if best < NEVER else (NEVER, ())

    def _around(self, tables: tuple[int, ...], at: float, limit: float) -> float:
        """The first moment from `at` on with room before whoever is due at these tables."""
        kept = self.kept
        spans: list[Span] = []
        for table in tables:
            if table in kept:
                spans += kept[table]
        if len(tables) > 1:
            spans.sort()
        for starts, ends, length in spans:
            if at > limit or at + self._least <= starts:
                break
            if at < ends or length:
                at = max(ends, at + length)  # who sits there may keep those due waiting
        return at

    def take(self, tables: tuple[int, ...], until: float) -> None:
        for table in tables:
            self.free[table] = until


def _looking_at(tables: tuple[int, ...]) -> Callable[[list[float]], Sequence[float]]:
    """When these tables become free; always a sequence, unlike `itemgetter`."""
    if len(tables) == 1:
        (table,) = tables
        return lambda free: (free[table],)
    return itemgetter(*(tables or (0, 0)))
