"""What is taken in one restaurant, and how many arrive when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bookings.availability import Period
from bookings.lifecycle import OCCUPYING, Status
from bookings.models import Occupancy, Reservation
from demo.wish import Place, Wish

BUCKET = 15
Span = tuple[datetime, datetime]


class Floor:
    """The spans of every table, and the arrivals of every quarter of an hour."""

    def __init__(self) -> None:
        self._spans: defaultdict[int, list[Span]] = defaultdict(list)
        self._covers: Counter[tuple[datetime, bool]] = Counter()
        self._parties: Counter[datetime] = Counter()

    @classmethod
    def of(cls, place: Place, first: date, last: date) -> Floor:
        """As the database has it between two dates."""
        floor = cls()
        midnight = datetime.min.time()
        since = datetime.combine(first, midnight, place.zone)
        until = datetime.combine(last, midnight, place.zone) + timedelta(days=3)
        taken = Occupancy.objects.filter(
            restaurant=place.restaurant, period__overlap=(since, until)
        )
        for table_id, period in taken.values_list("table_id", "period"):
            floor.take((table_id,), (period.lower, period.upper))
        booked = Reservation.objects.filter(
            restaurant=place.restaurant,
            service_date__range=(first, last),
            status__in=[str(status) for status in (*OCCUPYING, Status.COMPLETED)],
        )
        for starts_at, covers, is_online in booked.values_list(
            "starts_at", "party_size", "is_online"
        ):
            floor.expect(starts_at, covers, is_online=is_online)
        return floor

    def is_free(self, table_ids: Iterable[int], span: Span) -> bool:
        """Whether nobody has any of the tables in that span (half-open, rule 2)."""
        return not any(
            starts_at < span[1] and span[0] < ends_at
            for table_id in table_ids
            for starts_at, ends_at in self._spans[table_id]
        )

    def take(self, table_ids: Iterable[int], span: Span) -> None:
        for table_id in table_ids:
            self._spans[table_id].append(span)

    def release(self, table_ids: Iterable[int], span: Span, kept: Span | None) -> None:
        """Give tables back, but for the part that was used."""
        for table_id in table_ids:
            self._spans[table_id].remove(span)
            if kept is not None:
                self._spans[table_id].append(kept)

    def has_room(self, wish: Wish, period: Period) -> bool:
        """Whether the kitchen can take the party's arrival (rules 41-43)."""
        at, party = _bucket(wish.starts_at), wish.visit.party
        everyone = self._covers[at, True] + self._covers[at, False]
        total, online = period.pacing_total, period.pacing_online
        return (
            everyone + party <= (total.arriving_covers or 500)
            and self._parties[at] < (total.arriving_parties or 500)
            and (
                wish.channel != "online"
                or self._covers[at, True] + party <= (online.arriving_covers or 500)
            )
        )

    def expect(
        self, starts_at: datetime, covers: int, *, is_online: bool, parties: int = 1
    ) -> None:
        """Count an arrival, or take one back with negative numbers."""
        self._covers[_bucket(starts_at), is_online] += covers
        self._parties[_bucket(starts_at)] += parties


def _bucket(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % BUCKET)
