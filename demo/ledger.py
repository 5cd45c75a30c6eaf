"""Filling one service date in one go: tables are chosen by the same engine as for real bookings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.availability import (
    Booked,
    Busy,
    Channel,
    DayLoad,
    Query,
    Seat,
    ServiceDay,
    seatings,
)
from bookings.loading import LoadedDay
from bookings.models import Reservation
from bookings.services.seats import Claim, seats_take
from demo.guestbook import GuestBook
from demo.reasons import reason_of
from demo.rows import reservation_of, references
from demo.steps import FREEING, Deed, Step, step_write, taken_span
from demo.wish import Place, Wish, steps_ahead


@dataclass(frozen=True)
class _Entry:
    """A booking on the page: its row, its tables, and what will happen to it."""

    number: int
    wish: Wish
    row: Reservation
    seat: Seat
    steps: Sequence[Step]

    def load_at(self, at: datetime) -> DayLoad:
        """What it takes at an instant, as the loader would read it from the database."""
        done = [step for step in self.steps if step.at <= at]
        last = done[-1].deed if done else None
        if last in FREEING:
            return DayLoad()
        starts_at, ends_at = self.row.starts_at, self.seat.occupied_until
        if last in (Deed.COMPLETE, Deed.NO_SHOW):
            ends_at = done[-1].at
        busy = tuple(
            Busy(table_id, starts_at, ends_at, reservation_id=self.number)
            for table_id in self.seat.table_ids
            if starts_at < ends_at
        )
        booked = Booked(
            starts_at,
            self.seat.ends_at,
            self.row.party_size,
            reservation_id=self.number,
            channel=self.wish.channel,
        )
        return DayLoad(busy, () if last is Deed.NO_SHOW else (booked,))


class Ledger:
    """One service date of one restaurant while it is being filled."""

    def __init__(self, place: Place, loaded: LoadedDay, book: GuestBook) -> None:
        self._place = place
        self._loaded = loaded
        self._book = book
        self._entries: list[_Entry] = []

    def wish_grant(self, wish: Wish) -> bool:
        """Book it as of its moment of asking; False where a real guest would have been refused."""
        guest = wish.visit.guest
        is_online = wish.channel is Channel.ONLINE
        if guest is not None and is_online and self._book.guest(guest).is_blocked:
            return False
        seat = self._seat(wish)
        if seat is None:
            return False
        row = reservation_of(
            wish,
            place=self._place,
            prepared=self._loaded.prepared,
            seat=seat,
            book=self._book,
        )
        steps = steps_ahead(self._place.house, wish.visit, row)
        number = -1 - len(self._entries)
        self._entries.append(_Entry(number, wish, row, seat, steps))
        return True

    def _seat(self, wish: Wish) -> Seat | None:
        day = ServiceDay(self._loaded.prepared, self._load_at(wish.created_at))
        query = Query(
            party_size=wish.visit.party,
            now=wish.created_at,
            channel=wish.channel,
            area_id=self._place.area_id(wish.visit),
            is_notice_exempt=wish.channel is not Channel.ONLINE,
            allows_moves=False,
        )
        return next(seatings(day, query, wish.starts_at), None)

    def _load_at(self, at: datetime) -> DayLoad:
        loads = [self._loaded.load, *(entry.load_at(at) for entry in self._entries)]
        return DayLoad(
            tuple(busy for load in loads for busy in load.busy),
            tuple(booked for load in loads for booked in load.booked),
        )

    def write(self, *, at: datetime) -> int:
        """Store everything as it stands at an instant; returns how many bookings.

        None at all if somebody else took one of the tables at this very moment.
        """
        if not self._entries:
            return 0
        for entry in self._entries:
            self._live(entry, at)
        years = [entry.row.created_at.year for entry in self._entries]
        for entry, reference in zip(self._entries, references(years), strict=True):
            entry.row.reference = reference
        try:
            with transaction.atomic():
                self._store(at)
        except _Overtaken:
            return 0
        return len(self._entries)

    def _live(self, entry: _Entry, at: datetime) -> None:
        """Walk through the steps up to an instant."""
        for step in entry.steps:
            if step.at > at:
                break
            reason = reason_of(step.deed, self._place.house.cast)
            step_write(entry.row, step, entry.wish.visit, reason=reason)
        if entry.row.completed_at is not None and entry.row.guest is not None:
            self._book.visit_add(entry.row.guest, entry.row.completed_at)

    def _store(self, at: datetime) -> None:
        Reservation.objects.bulk_create([entry.row for entry in self._entries])
        claims = [
            Claim(
                table_ids=entry.seat.table_ids,
                starts_at=span[0],
                ends_at=span[1],
                reservation_id=entry.row.pk,
            )
            for entry in self._entries
            if (span := taken_span(entry.row, entry.seat.occupied_until)) is not None
        ]
        if not seats_take(claims, restaurant_id=self._place.restaurant.pk, now=at):
            raise _Overtaken


class _Overtaken(Exception):
    """Rolls the savepoint back."""
