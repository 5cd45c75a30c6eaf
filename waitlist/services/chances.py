"""What each entry could be given on one day, by the same engine that books (rule 86)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bookings.availability import Query, Seat, Slot, SlotAnswer, answer_slot, seatings
from bookings.availability.policy import cutoff_at
from bookings.lifecycle import OCCUPYING
from bookings.loading import LoadedDay, load_day
from bookings.models import Reservation
from restaurants.models import Restaurant
from waitlist.models import (
    EntryStatus,
    OfferStatus,
    SkipReason,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSettings,
)
from waitlist.order import Chance
from waitlist.selectors import house_clock, window_of_entry
from waitlist.windows import SHORTEST, HouseClock, answer_until
from waitlist.wishes import Start, starts_wished

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Candidate:
    """An entry with the starts of this day that suit it. `obstacle` keeps it from any offer."""

    entry: WaitlistEntry
    starts: Sequence[Start]
    passed_starts: frozenset[datetime] = frozenset()
    obstacle: SkipReason | None = None
    busy: Sequence[Span] = ()

    @property
    def areas(self) -> list[int | None]:
        """What to ask the engine for, one after the other."""
        return [*self.entry.area_ids] or [None]

    def query(self, area_id: int | None, now: datetime) -> Query:
        return Query(
            party_size=self.entry.party_size,
            now=now,
            area_id=area_id,
            required_features=frozenset(self.entry.required_features),
        )


class Place(NamedTuple):
    """Where and when an entry could sit, and how its offer would end."""

    candidate: Candidate
    start: Start
    query: Query
    seat: Seat
    chance: Chance
    expires_at: datetime
    half_ends_at: datetime | None

    @property
    def slot(self) -> Slot:
        return self.start.slot


@dataclass
class Desk:
    """One day of a restaurant as the waitlist sees it; the caller holds the day."""

    restaurant: Restaurant
    settings: WaitlistSettings
    date: date
    since: datetime
    now: datetime
    _seats: dict[tuple[object, ...], Seat | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock: HouseClock = house_clock(self.restaurant, self.settings)
        self.day: LoadedDay = load_day(self.restaurant, self.date, now=self.now)

    def look_again(self) -> None:
        """Read the day anew: something was taken."""
        self.day = load_day(self.restaurant, self.date, now=self.now)
        self._seats.clear()

    def place_for(self, candidate: Candidate) -> Place | None:
        """The best place of an entry: within its window before outside it, then the earliest."""
        if candidate.obstacle is not None:
            return None
        for start in candidate.starts:
            if start.slot.starts_at in candidate.passed_starts:
                continue
            place = self.place_at(candidate, start)
            if place is not None:
                return place
        return None

    def place_at(self, candidate: Candidate, start: Start) -> Place | None:
        """The place of an entry at one start."""
        at = start.slot.starts_at
        expires_at = self._until(self.now, at, parts=1)
        if expires_at is None:
            return None
        for area_id in candidate.areas:
            query = candidate.query(area_id, self.now)
            seat = self._seat(query, at)
            if seat is not None and not self.is_busy(candidate, at, seat.ends_at):
                half = self._first_half(at)
                chance = self._chance(candidate.entry, start, seat, may_yield=half is not None)
                return Place(candidate, start, query, seat, chance, expires_at, half)
        return None

    def answer_at(self, place: Place) -> SlotAnswer:
        """What the engine says to the start of a place."""
        return answer_slot(self.day.service, place.query, place.slot.starts_at)

    def reasons(self, candidate: Candidate) -> set[str]:
        """Why there is nothing for an entry, for staff who want to know."""
        query = candidate.query(candidate.areas[0], self.now)
        answers = (
            answer_slot(self.day.service, query, start.slot.starts_at) for start in candidate.starts
        )
        return {reason.value for answer in answers for reason in answer.reasons}

    def is_busy(self, candidate: Candidate, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the guest has a booking too near: accepting would be refused (rule 57)."""
        gap = timedelta(minutes=self.restaurant.policy.same_guest_gap_minutes)
        return any(
            first < ends_at + gap and last > starts_at - gap for first, last in candidate.busy
        )

    def _seat(self, query: Query, at: datetime) -> Seat | None:
        key = (query.party_size, query.area_id, query.required_features, at)
        if key not in self._seats:
            self._seats[key] = next(iter(seatings(self.day.service, query, at)), None)
        return self._seats[key]

    def _until(self, made_at: datetime, starts_at: datetime, *, parts: int) -> datetime | None:
        notice = timedelta(minutes=self.day.prepared.config.rules.min_notice_minutes)
        cutoff = cutoff_at(self.day.prepared)
        latest = starts_at - notice
        return answer_until(
            made_at=made_at,
            starts_at=starts_at,
            service_date=self.date,
            latest=latest if cutoff is None else min(latest, cutoff),
            clock=self.clock,
            parts=parts,
        )

    def _first_half(self, starts_at: datetime) -> datetime | None:
        """The end of the half window in which larger parties come first (rule 87); None when it is
        over, or too short for anybody.
        """
        ends_at = self._until(self.since, starts_at, parts=2)
        if ends_at is None:
            return None
        least = min(SHORTEST, ends_at - self.since)
        return ends_at if ends_at - self.now >= least else None

    def _chance(self, entry: WaitlistEntry, start: Start, seat: Seat, *, may_yield: bool) -> Chance:
        return Chance(
            entry_id=entry.pk,
            priority=entry.priority,
            joined_at=entry.created_at,
            party_size=entry.party_size,
            is_exact=start.is_exact,
            starts_at=start.slot.starts_at,
            until=seat.occupied_until,
            table_ids=frozenset(seat.table_ids),
            seats=self._seats_of(seat),
            may_yield=may_yield,
        )

    def _seats_of(self, seat: Seat) -> int:
        config, floor = self.day.prepared.config, self.day.prepared.floor
        if seat.combo_id is not None:
            return next(c.max_party for c in config.combos if c.id == seat.combo_id)
        return floor.seats_of(floor.number[table_id] for table_id in seat.table_ids)


def candidates_of(
    desk: Desk, entries: Sequence[WaitlistEntry], *, is_gain: bool
) -> list[Candidate]:
    """Entries with what suits and what hinders them; two queries for all.

    A start that was declined is not offered again; one that was left unanswered is, when something
    new became free.
    """
    taken_no = _starts_not_taken(entries, desk.date, is_gain=is_gain)
    busy = _bookings_near(desk, entries)
    slots = desk.day.prepared.slots
    return [
        Candidate(
            entry=entry,
            starts=starts_wished(window_of_entry(entry), desk.date, slots),
            passed_starts=frozenset(taken_no.get(entry.pk, ())),
            obstacle=_obstacle(entry),
            busy=busy.get(entry.guest_id or 0, ()),
        )
        for entry in entries
    ]


def _obstacle(entry: WaitlistEntry) -> SkipReason | None:
    if entry.status == EntryStatus.PAUSED:
        return SkipReason.PAUSED
    if entry.status == EntryStatus.OFFERED:
        return SkipReason.HAS_OFFER
    if entry.guest is not None and entry.guest.is_blocked:
        return SkipReason.BLOCKED
    return None


def _starts_not_taken(
    entries: Iterable[WaitlistEntry], day: date, *, is_gain: bool
) -> Mapping[int, list[datetime]]:
    ended = [OfferStatus.DECLINED] if is_gain else [OfferStatus.DECLINED, OfferStatus.EXPIRED]
    rows = WaitlistOffer.objects.filter(
        entry__in=[entry.pk for entry in entries], service_date=day, status__in=ended
    )
    found: dict[int, list[datetime]] = {}
    for entry_id, starts_at in rows.values_list("entry_id", "starts_at"):
        found.setdefault(entry_id, []).append(starts_at)
    return found


def _bookings_near(desk: Desk, entries: Iterable[WaitlistEntry]) -> Mapping[int, list[Span]]:
    guests = [entry.guest_id for entry in entries if entry.guest_id]
    day = timedelta(days=1)
    rows = Reservation.objects.filter(
        guest__in=guests,
        restaurant=desk.restaurant,
        status__in=sorted(OCCUPYING),
        service_date__range=(desk.date - day, desk.date + day),
    )
    found: dict[int, list[Span]] = {}
    for guest_id, starts_at, ends_at in rows.values_list("guest_id", "starts_at", "ends_at"):
        found.setdefault(guest_id or 0, []).append((starts_at, ends_at))
    return found
