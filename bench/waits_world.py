"""Evenings of a house with a queue at its door, for `bench.waits`: who comes, how long they stay and
who gets which table. Sizes, hours and stays follow the published figures (docs/benchmarks.md).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from waitlist.prediction import Due, House, Seat, Sitting, Stay, Tally, TurnTimes, Waiting
from waitlist.prediction.turns import Daypart, stay_of_mean

SIZES = {1: 1.8, 2: 41.8, 3: 16.5, 4: 13.3, 5: 6.2, 6: 5.1, 7: 2.9, 8: 12.5}
HOURS = {17: 10.1, 18: 26.4, 19: 23.9, 20: 14.5, 21: 8.1, 22: 3.5}
MEANS = {1: 45, 2: 52, 3: 57, 4: 61, 5: 66, 6: 71, 7: 76, 8: 80}
VARIATION = 0.35
RESET = 5.0
CONFIGURED = {2: 90.0, 4: 105.0, 6: 120.0, 8: 150.0}
LEAST = 30.0
OVERSIZE = 2
TRUE = {size: stay_of_mean(mean, VARIATION) for size, mean in MEANS.items()}


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
    Place(name="bistro, 14 tables", tables=(2,) * 6 + (4,) * 6 + (8,) * 2, walk_ins=52, bookings=6),
    Place(
        name="brasserie, 24 tables",
        tables=(2,) * 9 + (4,) * 10 + (6,) * 2 + (8,) * 3,
        walk_ins=100,
        bookings=10,
    ),
    Place(
        name="hall, 60 tables",
        tables=(2,) * 22 + (4,) * 24 + (6,) * 6 + (8,) * 8,
        walk_ins=270,
        bookings=28,
    ),
)


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
            reset=RESET,
            least=LEAST,
        )

    def waiting(self, size: int) -> Waiting:
        return Waiting(self.place.seats_for(size), self.turns.stay(size, Daypart.EVENING))


Quoting = Callable[[Moment, Party], dict[str, float]]


def learned(dice: random.Random, visits: int) -> TurnTimes:
    """What a house has learned from so many visits of earlier weeks."""
    tallies = []
    for size, share in SIZES.items():
        count = max(2, round(visits * share / 100))
        logs = [dice.gauss(TRUE[size].mu, TRUE[size].sigma) for _ in range(count)]
        mean = sum(logs) / count
        spread = sum((one - mean) ** 2 for one in logs) / count
        tallies.append(Tally(size, Daypart.EVENING, count, mean, spread))
    return TurnTimes.learn(CONFIGURED, tallies)


def evening(place: Place, *, seed: int, quoting: Quoting, visits: int = 1500) -> list[Party]:
    """One evening, played to its end; returns the parties that had to wait."""
    dice = random.Random(f"{place.name}/{seed}")  # noqa: S311 - a simulation
    return _Evening(place, dice, learned(dice, visits)).play(quoting)


class _Evening:
    """Events in order of time: a party comes, a table is clean again, a booking is due."""

    def __init__(self, place: Place, dice: random.Random, turns: TurnTimes) -> None:
        self.place, self.dice, self.turns = place, dice, turns
        self.busy: dict[int, tuple[float, int]] = {}
        self.unclean: set[int] = set()
        self.queue: list[Party] = []
        self.bookings = list(self._booked())
        self.late: dict[int, Booking] = {}
        self.order = 0
        self.events: list[tuple[float, int, str, object]] = []

    def play(self, quoting: Quoting) -> list[Party]:
        waited: list[Party] = []
        for party in self._coming():
            self._at(party.came, "comes", party)
        for booking in self.bookings:
            self._at(
                booking.starts + 15 if booking.comes is None else booking.comes, "due", booking
            )
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
            came = (hour - 17) * 60 + self.dice.random() * 60
            yield Party(size, came, self._stay(size))

    def _booked(self) -> Iterator[Booking]:
        free_from = [0.0] * len(self.place.tables)
        for _ in range(self.place.bookings):
            table = self.dice.randrange(len(self.place.tables))
            starts = free_from[table] + 15 * self.dice.randrange(2, 14)
            if starts > 5 * 60:
                continue
            size = max(1, self.place.tables[table] - self.dice.randrange(2))
            comes = None if self.dice.random() < 0.046 else starts + self.dice.gauss(2, 5)
            yield Booking(table, size, starts, comes, self._stay(size))
            free_from[table] = starts + 120

    def _stay(self, size: int) -> float:
        return self.dice.lognormvariate(TRUE[size].mu, TRUE[size].sigma)

    def _joins(self, party: Party, now: float, quoting: Quoting) -> bool:
        seat = next((s for s in self.place.seats_for(party.size) if self._is_free(s, now)), None)
        if seat is not None:
            self._sit(seat.tables[0], party.size, party.stay, now)
            return False
        if not self.place.seats_for(party.size):
            return False
        party.ahead = len(self.queue)
        moment = Moment(
            now, self.place, self._seen(now), list(self.bookings), list(self.queue), self.turns
        )
        party.told = quoting(moment, party)
        self.queue.append(party)
        return True

    def _seen(self, now: float) -> dict[int, tuple[float, int]]:
        """Tables at which somebody sits; one being cleaned looks as if they had just got up."""
        return dict(self.busy) | {table: (now - 400.0, 1) for table in self.unclean}

    def _is_free(self, seat: Seat, now: float) -> bool:
        table = seat.tables[0]
        if table in self.busy or table in self.unclean or table in self.late:
            return False
        return all(one.table != table or now + LEAST <= one.starts for one in self.bookings)

    def _sit(self, table: int, size: int, stay: float, now: float) -> None:
        self.busy[table] = (now, size)
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
            self.unclean.add(table)
            self._at(now + RESET, "clean", table)
            return
        self.unclean.discard(table)
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


__all__ = ["PLACES", "Moment", "Party", "Place", "Stay", "evening"]
