"""Filling the days of one restaurant in one go: who asks first gets the best table left."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.availability import Channel
from bookings.models import Reservation
from bookings.services.seats import Claim, seats_take
from demo.bills import bill_of
from demo.bulk import rows_insert
from demo.floor import Floor, Span
from demo.guestbook import GuestBook
from demo.menu import Menu, Option
from demo.reasons import reason_of
from demo.rows import references, reservation_of
from demo.steps import FREEING, Deed, Step, step_write, taken_span
from demo.wish import Place, Wish, steps_ahead


@dataclass(frozen=True)
class _Entry:
    """A booking in the ledger: its row, its tables, and what will happen to it."""

    wish: Wish
    row: Reservation
    option: Option
    steps: Sequence[Step]

    @property
    def booked(self) -> Span:
        return self.row.starts_at, self.row.starts_at + self.option.taken


class Ledger:
    """The bookings of one restaurant that are about to be stored."""

    def __init__(self, place: Place, *, menu: Menu, floor: Floor, book: GuestBook) -> None:
        self._place = place
        self._menu = menu
        self._floor = floor
        self._book = book
        self._entries: list[_Entry] = []
        self._ends: list[tuple[datetime, int, Step]] = []

    def wish_grant(self, wish: Wish) -> bool:
        """Book it as of its moment of asking; False where a real guest would have been refused.

        Wishes come in the order in which they are asked for.
        """
        self._pass_time(wish.created_at)
        guest = wish.visit.guest
        if (
            guest is not None
            and wish.channel is Channel.ONLINE
            and self._book.guest(guest).is_blocked
        ):
            return False
        period = self._menu.period(wish)
        if not self._floor.has_room(wish, period):
            return False
        option = self._first_free(wish)
        if option is None:
            return False
        row = reservation_of(
            wish,
            place=self._place,
            period_id=period.id or None,
            option=option,
            book=self._book,
        )
        self._enter(_Entry(wish, row, option, steps_ahead(self._place.house, wish.visit, row)))
        return True

    def _first_free(self, wish: Wish) -> Option | None:
        for option in self._menu.options(wish):
            if self._floor.is_free(
                option.table_ids, (wish.starts_at, wish.starts_at + option.taken)
            ):
                return option
        return None

    def _enter(self, entry: _Entry) -> None:
        number = len(self._entries)
        self._entries.append(entry)
        self._floor.take(entry.option.table_ids, entry.booked)
        self._floor.expect(entry.row.starts_at, entry.row.party_size, is_online=entry.row.is_online)
        last = entry.steps[-1]
        heapq.heappush(self._ends, (last.at, number, last))
        if last.deed is Deed.COMPLETE and entry.row.guest is not None:
            self._book.visit_add(entry.row.guest, last.at)

    def _pass_time(self, until: datetime) -> None:
        """Tables come free by cancellations and early departures."""
        while self._ends and self._ends[0][0] <= until:
            at, number, step = heapq.heappop(self._ends)
            entry = self._entries[number]
            starts_at = entry.row.starts_at
            is_kept = step.deed not in FREEING and starts_at < at
            kept = (starts_at, at) if is_kept else None
            self._floor.release(entry.option.table_ids, entry.booked, kept)
            if step.deed is not Deed.COMPLETE:
                self._floor.expect(
                    starts_at, -entry.row.party_size, is_online=entry.row.is_online, parties=-1
                )

    def write(self, *, at: datetime) -> int:
        """Store everything as it stands at an instant; returns how many bookings.

        None at all if somebody else took one of the tables at this very moment.
        """
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
            house, visit = self._place.house, entry.wish.visit
            reason = reason_of(step.deed, house.cast)
            bill = bill_of(step.deed, visit, house, entry.wish.date)
            step_write(entry.row, step, visit, reason=reason, bill=bill)

    def _store(self, at: datetime) -> None:
        rows_insert([entry.row for entry in self._entries])
        claims = [
            Claim(
                table_ids=entry.option.table_ids,
                starts_at=span[0],
                ends_at=span[1],
                reservation_id=entry.row.pk,
            )
            for entry in self._entries
            if (span := taken_span(entry.row, entry.booked[1])) is not None
        ]
        if not seats_take(claims, restaurant_id=self._place.restaurant.pk, now=at):
            raise _Overtaken


class _Overtaken(Exception):
    """Rolls the savepoint back."""
