"""Evenings of a house with a queue at its door, for `bench.waits`: who comes, how long they stay
and who gets which table. Sizes, hours, stays and no-shows follow published figures, and so does how
long people wait on the whole (docs/wait-prediction.md names them).

The predictor is never told these figures: it learns from earlier evenings of the same house, as
the host saw them.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from statistics import fmean, pvariance

from waitlist.prediction import Block, Due, House, Seat, Sitting, Tally, TurnTimes, Waiting
from waitlist.prediction.turns import Daypart, stay_of_mean

SIZES = {1: 1.8, 2: 41.8, 3: 16.5, 4: 13.3, 5: 6.2, 6: 5.1, 7: 2.9, 8: 2.7}
"""Parties of nine and more do not walk in."""
HOURS = {17: 10.1, 18: 26.4, 19: 23.9, 20: 14.5, 21: 8.1, 22: 3.5}
MEANS = {1: 45, 2: 52, 3: 57, 4: 61, 5: 66, 6: 71, 7: 76, 8: 80}
VARIATION = 0.35
RESET = 5.0
CONFIGURED = {2: 90.0, 4: 105.0, 6: 120.0, 8: 150.0}
LEAST = 30.0
OVERSIZE = 2
NO_SHOWS = 0.046
GIVEN_UP = 15.0
"""A booked table is given away so many minutes after its time."""
LEARNED_FROM, LEARNED_FIRST = 30, 500_000
"""So many earlier evenings, with seeds that no other evening has."""
_EVENING = 17
TRUE = {size: stay_of_mean(mean, VARIATION) for size, mean in MEANS.items()}


class Stays(StrEnum):
    """How the lengths of stay are spread. Under `GAMMA` the predictor's form is wrong; under `SLOW`
    everybody stays an eighth longer than on the evenings it learned from.
    """

    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    SLOW = "slow"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A house: seats of its tables, parties at the door and bookings of an evening."""

    name: str
    tables: tuple[int, ...]
    walk_ins: int
    bookings: int

    def seats_for(self, size: int) -> tuple[Seat, ...]:
        """The tables that suit, smallest first; the largest also take those who fit nowhere."""
        fits = [n for n, seats in enumerate(self.tables) if size <= seats <= size + OVERSIZE]
        return tuple(Seat((n,)) for n in sorted(fits, key=lambda n: self.tables[n]))


PLACES = (
    Place(name="bistro, 14 tables", tables=(2,) * 6 + (4,) * 6 + (6,) * 2, walk_ins=36, bookings=6),
    Place(
        name="brasserie, 24 tables",
        tables=(2,) * 9 + (4,) * 10 + (6,) * 3 + (8,) * 2,
        walk_ins=68,
        bookings=10,
    ),
    Place(
        name="restaurant, 40 tables",
        tables=(2,) * 15 + (4,) * 16 + (6,) * 6 + (8,) * 3,
        walk_ins=145,
        bookings=18,
    ),
    Place(
        name="hall, 60 tables",
        tables=(2,) * 22 + (4,) * 24 + (6,) * 9 + (8,) * 5,
        walk_ins=226,
        bookings=28,
    ),
)
"""So many come that those who wait do so for about 23 minutes, as restaurants report."""


@dataclass
class Party:
    """Somebody at the door. `told` is what each way of quoting said, `sat` when they sat down."""

    size: int
    came: float
    stay: float
    ahead: int = 0
    told: dict[str, float] = field(default_factory=dict)
    sat: float | None = None

    @property
    def waited(self) -> float:
        return (self.sat or self.came) - self.came


@dataclass
class Booking:
    """A table booked for a time. `comes` is when the party really does; None is a no-show."""

    table: int
    size: int
    starts: float
    comes: float | None
    stay: float


@dataclass
class Moment:
    """What the house knows when a party joins the queue."""

    now: float
    place: Place
    busy: dict[int, tuple[float, int]]
    unclean: dict[int, float]
    bookings: list[Booking]
    queue: list[Party]
    turns: TurnTimes

    def house(self) -> House:
        return House(
            tables=len(self.place.tables),
            sitting=tuple(
                Sitting((table,), self.now - since, self.turns.stay(size, Daypart.EVENING))
                for table, (since, size) in self.busy.items()
            ),
            due=tuple(
                Due((one.table,), one.starts - self.now, self.turns.stay(one.size, Daypart.EVENING))
                for one in self.bookings
            ),
            blocks=tuple(
                Block(table, 0.0, until - self.now) for table, until in self.unclean.items()
            ),
            reset=RESET,
            least=LEAST,
        )

    def waiting(self, size: int) -> Waiting:
        return Waiting(self.place.seats_for(size), self.turns.stay(size, Daypart.EVENING))


Quoting = Callable[[Moment, Party], dict[str, float]]


@lru_cache(maxsize=16)
def learned(place: Place, evenings: int = LEARNED_FROM) -> TurnTimes:
    """What a house has learned from its earlier evenings: nothing but who sat for how long."""
    seen: dict[int, list[float]] = {}
    for seed in range(LEARNED_FIRST, LEARNED_FIRST + evenings):
        dice = random.Random(f"{place.name}/{seed}")
        earlier = _Evening(place, dice, TurnTimes.learn(CONFIGURED, ()))
        earlier.play(None)
        for size, minutes in earlier.stayed:
            seen.setdefault(size, []).append(math.log(minutes))
    return TurnTimes.learn(
        CONFIGURED,
        [
            Tally(size, Daypart.EVENING, len(logs), fmean(logs), pvariance(logs))
            for size, logs in seen.items()
        ],
    )


def all_knowing() -> TurnTimes:
    """The true spread of every size: what nobody can beat."""
    every = {(size, part): stay for size, stay in TRUE.items() for part in Daypart}
    return TurnTimes(CONFIGURED, every)


def evening(
    place: Place,
    *,
    seed: int,
    quoting: Quoting,
    turns: TurnTimes | None = None,
    stays: Stays = Stays.LOGNORMAL,
) -> list[Party]:
    """One evening, played to its end; returns the parties that had to wait."""
    dice = random.Random(f"{place.name}/{seed}")
    return _Evening(place, dice, turns or learned(place), stays).play(quoting)


class _Evening:
    """Events in order of time: a party comes, a table is clean again, a booking is due."""

    def __init__(
        self,
        place: Place,
        dice: random.Random,
        turns: TurnTimes,
        stays: Stays = Stays.LOGNORMAL,
    ) -> None:
        self.place, self.dice, self.turns, self.stays = place, dice, turns, stays
        self.stayed: list[tuple[int, float]] = []
        self.busy: dict[int, tuple[float, int]] = {}
        self.unclean: dict[int, float] = {}
        self.queue: list[Party] = []
        self.bookings = list(self._booked())
        self.late: dict[int, Booking] = {}
        self.order = 0
        self.events: list[tuple[float, int, str, object]] = []

    def play(self, quoting: Quoting | None) -> list[Party]:
        waited: list[Party] = []
        for party in self._coming():
            self._at(party.came, "comes", party)
        for booking in self.bookings:
            comes = booking.starts + GIVEN_UP if booking.comes is None else booking.comes
            self._at(comes, "due", booking)
        while self.events:
            now, _, what, thing = heapq.heappop(self.events)
            if isinstance(thing, Party):
                if self._joins(thing, now, quoting):
                    waited.append(thing)
            elif isinstance(thing, Booking):
                self._is_due(thing, now)
            elif isinstance(thing, int):
                self._changes(thing, what, now)
        return [party for party in waited if party.sat is not None]

    def _at(self, when: float, what: str, thing: object) -> None:
        self.order += 1
        heapq.heappush(self.events, (when, self.order, what, thing))

    def _coming(self) -> Iterator[Party]:
        hours, sizes = list(HOURS), list(SIZES)
        for _ in range(self.place.walk_ins):
            hour = self.dice.choices(hours, list(HOURS.values()))[0]
            size = self.dice.choices(sizes, list(SIZES.values()))[0]
            came = (hour - _EVENING) * 60 + self.dice.random() * 60
            yield Party(size, came, self._stay(size))

    def _booked(self) -> Iterator[Booking]:
        free_from = [0.0] * len(self.place.tables)
        for _ in range(self.place.bookings):
            table = self.dice.randrange(len(self.place.tables))
            starts = free_from[table] + 15 * self.dice.randrange(2, 14)
            if starts > 5 * 60:
                continue
            size = max(1, self.place.tables[table] - self.dice.randrange(2))
            comes = None if self.dice.random() < NO_SHOWS else starts + self.dice.gauss(2, 5)
            yield Booking(table, size, starts, comes, self._stay(size))
            free_from[table] = starts + 120

    def _stay(self, size: int) -> float:
        if self.stays == Stays.GAMMA:
            shape = 1 / VARIATION**2
            return max(self.dice.gammavariate(shape, MEANS[size] / shape), 5.0)
        longer = 9 / 8 if self.stays == Stays.SLOW else 1.0
        return longer * self.dice.lognormvariate(TRUE[size].mu, TRUE[size].sigma)

    def _joins(self, party: Party, now: float, quoting: Quoting | None) -> bool:
        seat = next((s for s in self.place.seats_for(party.size) if self._is_free(s, now)), None)
        if seat is not None:
            self._sit(seat.tables[0], party.size, party.stay, now)
            return False
        if not self.place.seats_for(party.size):
            return False
        party.ahead = len(self.queue)
        if quoting is not None:
            party.told = quoting(self._moment(now), party)
        self.queue.append(party)
        return True

    def _moment(self, now: float) -> Moment:
        return Moment(
            now=now,
            place=self.place,
            busy=dict(self.busy),
            unclean=dict(self.unclean),
            bookings=[*self.late.values(), *self.bookings],
            queue=list(self.queue),
            turns=self.turns,
        )

    def _is_free(self, seat: Seat, now: float) -> bool:
        table = seat.tables[0]
        if table in self.busy or table in self.unclean or table in self.late:
            return False
        return all(one.table != table or now + LEAST <= one.starts for one in self.bookings)

    def _sit(self, table: int, size: int, stay: float, now: float) -> None:
        self.busy[table] = (now, size)
        self.stayed.append((size, stay))
        self._at(now + stay, "leaves", table)

    def _is_due(self, booking: Booking, now: float) -> None:
        self.bookings.remove(booking)
        if booking.comes is None:
            self._offer(booking.table, now)
        elif booking.table in self.busy or booking.table in self.unclean:
            self.late[booking.table] = booking
        else:
            self._sit(booking.table, booking.size, booking.stay, now)

    def _changes(self, table: int, what: str, now: float) -> None:
        if what == "leaves":
            del self.busy[table]
            self.unclean[table] = now + RESET
            self._at(now + RESET, "clean", table)
            return
        del self.unclean[table]
        waiting = self.late.pop(table, None)
        if waiting is not None:
            self._sit(table, waiting.size, waiting.stay, now)
        else:
            self._offer(table, now)

    def _offer(self, table: int, now: float) -> None:
        """To the first of the queue whom the table suits."""
        if not self._is_free(Seat((table,)), now):
            return
        for party in self.queue:
            if Seat((table,)) in self.place.seats_for(party.size):
                self.queue.remove(party)
                party.sat = now
                self._sit(table, party.size, party.stay, now)
                return
