"""The evening of several restaurants at a glance: three queries, however many they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from bookings import lifecycle
from bookings.lifecycle import Status
from bookings.models import Occupancy, Reservation
from reservehub.core.timezones import service_date_of
from restaurants.models import Restaurant

QUARTER = timedelta(minutes=15)
SOON = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """Covers whose booking starts in this quarter of an hour."""

    starts_at: datetime
    covers: int


@dataclass(frozen=True, kw_only=True)
class Tonight:
    """One restaurant's business day (rule 11).

    `covers` and `parties` count what still takes a table or has eaten; `unassigned` are parties
    without a table, `arrivals` those due within the hour or late.
    """

    restaurant: Restaurant
    service_date: date
    covers: int
    parties: int
    seated: int
    waiting: int
    no_shows: int
    unassigned: int
    quarters: tuple[Quarter, ...]
    arrivals: tuple[Reservation, ...]

    @property
    def busiest(self) -> int:
        """Covers of the fullest quarter."""
        return max((quarter.covers for quarter in self.quarters), default=0)


def tonight_of(restaurants: Iterable[Restaurant], *, now: datetime) -> list[Tonight]:
    """The evening of each restaurant, in the order given."""
    places = list(restaurants)
    days = {
        place.pk: service_date_of(now, place.timezone, place.business_day_cut) for place in places
    }
    wanted = Q(pk__in=[])
    for place_id, day in days.items():
        wanted |= Q(restaurant_id=place_id, service_date=day)
    found: Mapping[int, list[Reservation]] = defaultdict(list)
    seats = Occupancy.objects.filter(reservation=OuterRef("pk"))
    rows = (
        Reservation.objects.filter(wanted)
        .annotate(has_table=Exists(seats))
        .order_by("starts_at", "pk")
    )
    for row in rows if places else ():
        found[row.restaurant_id].append(row)
    return [_evening(place, days[place.pk], found[place.pk], now) for place in places]


def _evening(
    place: Restaurant, service_date: date, rows: list[Reservation], now: datetime
) -> Tonight:
    there = [row for row in rows if row.status in lifecycle.OCCUPYING | {Status.COMPLETED}]
    status = Counter(row.status for row in rows)
    due = (Status.CONFIRMED, Status.PENDING, Status.PENDING_PAYMENT)
    return Tonight(
        restaurant=place,
        service_date=service_date,
        covers=sum(row.actual_party_size or row.party_size for row in there),
        parties=len(there),
        seated=sum(status[state] for state in lifecycle.AT_TABLE),
        waiting=status[Status.PENDING],
        no_shows=status[Status.NO_SHOW],
        unassigned=sum(
            1 for row in rows if row.status in lifecycle.OCCUPYING and not _has_table(row)
        ),
        quarters=_quarters(there),
        arrivals=tuple(row for row in rows if row.status in due and row.starts_at <= now + SOON),
    )


def _has_table(row: Reservation) -> bool:
    return bool(getattr(row, "has_table", False))  # annotated by the query above


def _quarters(rows: list[Reservation]) -> tuple[Quarter, ...]:
    if not rows:
        return ()
    covers: Counter[datetime] = Counter()
    for row in rows:
        start = row.starts_at
        covers[start - timedelta(minutes=start.minute % 15, seconds=start.second)] += row.party_size
    first, last = min(covers), max(covers)
    steps = int((last - first) / QUARTER) + 1
    return tuple(
        Quarter(starts_at=at, covers=covers[at])
        for at in (first + QUARTER * step for step in range(steps))
    )
