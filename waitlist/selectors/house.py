"""The house at this moment: who sits, who is due, what is kept, and which tables would suit whom
(rules 94-96). A constant number of queries, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability import Busy, Channel, Slot
from bookings.availability.fits import Option, Party
from bookings.lifecycle import AT_TABLE, OCCUPYING, Status
from bookings.loading import LoadedDay, load_day
from bookings.models import Reservation
from bookings.services.room import next_second
from bookings.services.walkin_party import KEPT
from restaurants.models import Restaurant
from waitlist.models import QueueEntry
from waitlist.prediction import (
    Block,
    Due,
    House,
    Seat,
    Sitting,
    Stay,
    TurnTimes,
    Waiting,
    daypart_of,
)
from waitlist.queue.rules import HOLD
from waitlist.selectors.turns import tallies_of

CLEARING = 5.0
"""Minutes that pass at least between two parties."""
SIZES = (1, 2, 3, 4, 5, 6, 7, 8)
FORGOTTEN = timedelta(hours=12)


class _Visit(NamedTuple):
    """What the prediction needs to know of a reservation."""

    status: Status
    size: int
    seated_at: datetime | None


@dataclass(frozen=True)
class HouseNow:
    """A restaurant now. Tables are numbered as the engine numbers them."""

    restaurant: Restaurant
    now: datetime
    day: LoadedDay
    visits: Mapping[int, _Visit]
    called: Mapping[int, int]
    """Holds of parties in the queue: hold -> entry."""
    turns: TurnTimes
    _options: dict[Party, tuple[Option, ...]] = field(default_factory=dict)

    @property
    def slot(self) -> Slot:
        """The start of a party that sits down now."""
        return self.day.prepared.slot_for(next_second(self.now))

    @property
    def is_open(self) -> bool:
        """Whether a party may still sit down now."""
        return self.day.prepared.is_within_hours(self.slot, Channel.WALK_IN)

    @property
    def last_seating(self) -> datetime | None:
        """The last start of the service that runs now; None where there is none."""
        slots = self.day.prepared.slots
        period = self.slot.period
        return max((s.starts_at for s in slots if s.period.id == period.id), default=None)

    def options(
        self, size: int, area_id: int | None = None, features: Iterable[str] = ()
    ) -> tuple[Option, ...]:
        """The tables and combinations that suit a party at the door, best first."""
        slot = self.slot
        party = Party(
            size=size,
            channel=Channel.WALK_IN,
            period_id=slot.period.id,
            is_relaxed=self.day.prepared.is_relaxed(slot.starts_at, self.now),
            area_id=area_id,
            features=frozenset(features),
        )
        if party not in self._options:
            self._options[party] = self.day.prepared.floor.options(party).every
        return self._options[party]

    def options_of(self, entry: QueueEntry) -> tuple[Option, ...]:
        return self.options(entry.party_size, entry.area_id, entry.required_features)

    def waiting(self, options: Iterable[Option], size: int, held: tuple[int, ...] = ()) -> Waiting:
        """A party as the simulation sees it. `held`: ids of the tables it was called to."""
        number = self.day.prepared.floor.number
        return Waiting(
            seats=tuple(Seat(option.tables) for option in options),
            stay=self.stay(size, self.now),
            held=tuple(number[table_id] for table_id in held if table_id in number),
        )

    def waiting_of(self, entry: QueueEntry) -> Waiting:
        """A party of the queue."""
        until = entry.held_until
        held = tuple(entry.table_ids) if until is not None and until > self.now else ()
        return self.waiting(self.options_of(entry), entry.party_size, held)

    def stay(self, size: int, at: datetime) -> Stay:
        """How long a party that sits down then would stay."""
        local = at.astimezone(ZoneInfo(self.restaurant.timezone))
        return self.turns.stay(size, daypart_of(local.hour))

    def free_seat(self, entry: QueueEntry) -> tuple[int, ...]:
        """The best tables that the party could have now, by their ids; none if none is free or
        another party is due there soon (rule 95).
        """
        return next(iter(self.free_seats(entry)), ())

    def free_seats(self, entry: QueueEntry) -> list[tuple[int, ...]]:
        """The seats that suit a party and are free long enough, best first; those free for a whole
        stay come before those whose next party cuts it. What is held for the party counts as free.
        """
        whole, cut = [], []
        ends = self._next_taken(entry.pk)
        # Who sits down at the end of the ten minutes shall still have the half hour.
        least = self.now + KEPT + HOLD
        usual = self.now + HOLD + timedelta(minutes=self.minutes(entry.party_size))
        for option in self.options_of(entry):
            until = min(ends.get(table_id, _NEVER) for table_id in option.table_ids)
            if until >= usual:
                whole.append(option.table_ids)
            elif until >= least:
                cut.append(option.table_ids)
        return whole + cut

    def minutes(self, size: int) -> float:
        """How long such a party is planned to stay."""
        return float(self.day.prepared.turns(self.slot, size)[0].minutes)

    def _next_taken(self, entry_id: int) -> dict[int, datetime]:
        """When the next row of each table begins; now where it is taken."""
        found: dict[int, datetime] = {}
        for row in self.day.load.busy:
            if row.hold_id is not None and self.called.get(row.hold_id) == entry_id:
                continue
            begins = self._begins(row)
            if begins is not None:
                found[row.table_id] = min(found.get(row.table_id, _NEVER), begins)
        return found

    def _begins(self, row: Busy) -> datetime | None:
        """When a row is in the way; None if it is over."""
        visit = self.visits.get(row.reservation_id or 0)
        if visit is not None and visit.status in AT_TABLE and row.starts_at <= self.now:
            return self.now  # whoever sits there still does, whatever was planned (rule 64)
        return None if row.ends_at <= self.now else max(row.starts_at, self.now)

    def house(self) -> House:
        """What the simulation needs to know."""
        sitting, due, blocks = [], self._without_tables(), []
        number = self.day.prepared.floor.number
        for reservation_id, rows in self._rows().items():
            visit = self.visits.get(reservation_id)
            if visit is not None and visit.status in AT_TABLE:
                sitting.append(self._sitting(visit, rows))
            elif visit is not None and visit.status in OCCUPYING:
                due.append(self._due(visit, rows))
            else:  # blocked, held for others, or being cleared
                blocks += [self._block(row) for row in rows if row.ends_at > self.now]
        return House(
            tables=len(number),
            sitting=tuple(sitting),
            due=tuple(due),
            blocks=tuple(blocks),
            reset=max(float(self.slot.period.buffer_minutes), CLEARING),
            least=KEPT / _MINUTE,
        )

    def _rows(self) -> dict[int, list[Busy]]:
        """What is taken by reservation, under 0 what is nobody's; not what parties of the queue
        were called to.
        """
        number = self.day.prepared.floor.number
        found: dict[int, list[Busy]] = {}
        for row in self.day.load.busy:
            if row.table_id in number and row.hold_id not in self.called:
                found.setdefault(row.reservation_id or 0, []).append(row)
        return found

    def _without_tables(self) -> list[Due]:
        """Parties that are due and have no table yet: each is thought at the best that is free."""
        floor = self.day.prepared.floor
        placed = {row.reservation_id for row in self.day.load.busy}
        taken = [
            (floor.number.get(r.table_id, -1), r.starts_at, r.ends_at) for r in self.day.load.busy
        ]
        found = []
        for booked in self.day.load.booked:
            if booked.reservation_id is None or booked.reservation_id in placed:
                continue
            party = Party(booked.covers, booked.channel, booked.period_id, is_relaxed=True)
            for option in floor.options(party).every:
                if any(
                    table in option.tables and starts < booked.ends_at and ends > booked.starts_at
                    for table, starts, ends in taken
                ):
                    continue
                taken += [(table, booked.starts_at, booked.ends_at) for table in option.tables]
                starts_in = (booked.starts_at - self.now) / _MINUTE
                found.append(
                    Due(option.tables, starts_in, self.stay(booked.covers, booked.starts_at))
                )
                break
        return found

    def _block(self, row: Busy) -> Block:
        starts, ends = ((at - self.now) / _MINUTE for at in (row.starts_at, row.ends_at))
        return Block(self.day.prepared.floor.number[row.table_id], starts, ends)

    def _sitting(self, visit: _Visit, rows: list[Busy]) -> Sitting:
        since = visit.seated_at or rows[0].starts_at
        return Sitting(
            self._numbers(rows), (self.now - since) / _MINUTE, self.stay(visit.size, since)
        )

    def _due(self, visit: _Visit, rows: list[Busy]) -> Due:
        at = rows[0].starts_at
        return Due(self._numbers(rows), (at - self.now) / _MINUTE, self.stay(visit.size, at))

    def _numbers(self, rows: list[Busy]) -> tuple[int, ...]:
        return tuple(sorted({self.day.prepared.floor.number[row.table_id] for row in rows}))


_MINUTE = timedelta(minutes=1)
_NEVER = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


def house_now(
    restaurant: Restaurant, *, service_date: date, queue: Iterable[QueueEntry], now: datetime
) -> HouseNow:
    """Look at a restaurant. `queue` are the parties in it, so that what is held for them is known
    to be theirs.
    """
    day = load_day(restaurant, service_date, now=now)
    ids = {row.reservation_id for row in day.load.busy if row.reservation_id is not None}
    rows = Reservation.objects.filter(pk__in=ids).values_list(
        "pk", "status", "party_size", "actual_party_size", "seated_at"
    )
    visits = {
        pk: _Visit(Status(status), actual or size, seated_at)
        for pk, status, size, actual, seated_at in rows
        if seated_at is None or status not in AT_TABLE or seated_at > now - FORGOTTEN
    }
    return HouseNow(
        restaurant=restaurant,
        now=now,
        day=day,
        visits=visits,
        called={entry.hold_id: entry.pk for entry in queue if entry.hold_id is not None},
        turns=_turn_times(restaurant, day, now=now),
    )


def _turn_times(restaurant: Restaurant, day: LoadedDay, *, now: datetime) -> TurnTimes:
    """What the house has learned; where it has seen little, what it has configured for a party that
    sits down now.
    """
    prepared = day.prepared
    slot = prepared.slot_for(next_second(now))
    configured = {size: float(prepared.turns(slot, size)[0].minutes) for size in SIZES}
    return TurnTimes.learn(configured, tallies_of(restaurant.pk))
