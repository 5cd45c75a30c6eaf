"""What is taken on a service date, read with two queries whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from bookings.availability import (
    Booked,
    Busy,
    Channel,
    DayLoad,
    PacingCaps,
    PreparedDay,
    ServiceDay,
)
from bookings.lifecycle import AWAITING, PACING, Status
from bookings.loading.snapshot import KEPT_DAYS, Snapshot, day_config, snapshot_of
from restaurants.models import Restaurant

UNLIMITED = PacingCaps()
MOVABLE = AWAITING | {Status.CONFIRMED}
"""States in which a party may be given another table without being asked (rule 34)."""


@dataclass(frozen=True)
class LoadedDay:
    """One service date: the prepared calendar and the bookings on it.

    `versions` are the reservations' versions as read.
    """

    service: ServiceDay
    snapshot: Snapshot
    versions: Mapping[int, int]

    @property
    def prepared(self) -> PreparedDay:
        return self.service.prepared

    @property
    def load(self) -> DayLoad:
        return self.service.load


def is_paced(prepared: PreparedDay) -> bool:
    """Whether starts are limited by counters, which only a lock keeps true (rule 53)."""
    config = prepared.config
    return any(
        period.pacing_total != UNLIMITED
        or period.pacing_online != UNLIMITED
        or period.walk_in_quota_covers
        or period.walk_in_quota_percent
        for period in config.periods
    ) or any(
        o.arriving_covers is not None or o.arriving_parties is not None for o in config.overrides
    )


def prepared_day(restaurant: Restaurant, day: date) -> PreparedDay:
    """The calendar of a service date without its bookings, cached by configuration version."""
    return _prepared(restaurant.pk, snapshot_of(restaurant), day)


def _prepared(restaurant_id: int, snapshot: Snapshot, day: date) -> PreparedDay:
    known = snapshot.days.get(day)
    if known is None:
        known = PreparedDay(day_config(restaurant_id, snapshot, day))
        snapshot.days[day] = known
        while len(snapshot.days) > KEPT_DAYS:
            snapshot.days.popitem(last=False)
    return known


def load_day(restaurant: Restaurant, day: date, *, now: datetime) -> LoadedDay:
    """One service date with its bookings."""
    return load_days(restaurant, [day], now=now)[0]


def load_days(restaurant: Restaurant, days: Sequence[date], *, now: datetime) -> list[LoadedDay]:
    """Several service dates, still with two queries for all of them."""
    snapshot = snapshot_of(restaurant)
    prepared = [_prepared(restaurant.pk, snapshot, day) for day in days]
    reservations = _reservations(restaurant.pk, days, now=now)
    first = min(p.origin for p in prepared)
    last = max(p.until for p in prepared)
    rows = _occupancies(restaurant.pk, first, last)
    return [_loaded(p, snapshot, reservations.get(p.config.date, []), rows, now) for p in prepared]


@dataclass(frozen=True, slots=True)
class _Reserved:
    id: int
    version: int
    booked: Booked
    is_movable: bool


@dataclass(frozen=True, slots=True)
class _Taken:
    table_id: int
    starts_at: datetime
    ends_at: datetime
    reservation_id: int | None
    hold_id: int | None
    expires_at: datetime | None
    hold_date: date | None
    hold: Booked | None


RESERVATIONS = """
    SELECT id, version, service_date, starts_at, ends_at, party_size, is_online, source,
    service_period_id, area_preference_id, required_features, status, is_table_locked FROM
    bookings_reservation WHERE restaurant_id = %s AND service_date = ANY(%s) AND status = ANY(%s)
"""

OCCUPANCIES = """
    SELECT o.table_id, lower(o.period), upper(o.period), o.reservation_id, o.hold_id, o.expires_at,
           h.service_date, h.starts_at, h.ends_at, h.party_size, h.is_online, h.area_id
    FROM bookings_occupancy o LEFT JOIN bookings_hold h ON h.id = o.hold_id
    WHERE o.restaurant_id = %s AND o.period && tstzrange(%s, %s)
"""

COUNTED = [str(status) for status in [*PACING, Status.COMPLETED]]


def _reservations(
    restaurant_id: int, days: Sequence[date], *, now: datetime
) -> dict[date, list[_Reserved]]:
    found: dict[date, list[_Reserved]] = {}
    with connection.cursor() as cursor:
        cursor.execute(RESERVATIONS, [restaurant_id, list(days), COUNTED])
        for row in cursor.fetchall():
            found.setdefault(row[2], []).append(_reserved(row, now))
    return found


def _reserved(row: tuple[Any, ...], now: datetime) -> _Reserved:
    (id_, version, _date, starts_at, ends_at, covers, is_online, source, period_id) = row[:9]
    (area_id, features, status, is_locked) = row[9:]
    walk_in = Channel.WALK_IN if source == "walk_in" else Channel.IN_HOUSE
    booked = Booked(
        starts_at=starts_at,
        ends_at=ends_at,
        covers=covers,
        reservation_id=id_,
        channel=Channel.ONLINE if is_online else walk_in,
        period_id=period_id,
        area_id=area_id,
        required_features=frozenset(features),
    )
    is_movable = status in MOVABLE and not is_locked and starts_at > now
    return _Reserved(id_, version, booked, is_movable)


def _occupancies(restaurant_id: int, first: datetime, last: datetime) -> list[_Taken]:
    with connection.cursor() as cursor:
        cursor.execute(OCCUPANCIES, [restaurant_id, first, last])
        return [_taken(row) for row in cursor.fetchall()]


FOREVER = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


def _taken(row: tuple[Any, ...]) -> _Taken:
    table_id, starts_at, ends_at, reservation_id, hold_id, expires_at = row[:6]
    hold = None
    if hold_id is not None:
        hold = Booked(
            starts_at=row[7],
            ends_at=row[8],
            covers=row[9],
            hold_id=hold_id,
            channel=Channel.ONLINE if row[10] else Channel.IN_HOUSE,
            area_id=row[11],
        )
    return _Taken(
        table_id,
        starts_at or NEVER,
        ends_at or FOREVER,
        reservation_id,
        hold_id,
        expires_at,
        row[6],
        hold,
    )


def _loaded(
    prepared: PreparedDay,
    snapshot: Snapshot,
    reserved: Iterable[_Reserved],
    rows: Iterable[_Taken],
    now: datetime,
) -> LoadedDay:
    by_id = {r.id: r for r in reserved}
    first, last = prepared.origin, prepared.until
    busy: list[Busy] = []
    holds: dict[int, Booked] = {}
    for row in rows:
        if row.ends_at <= first or row.starts_at >= last:
            continue
        if row.hold_id is not None and row.expires_at is not None and row.expires_at <= now:
            continue  # decided here; whoever needs the place deletes it (rules 50, 51)
        own = by_id.get(row.reservation_id) if row.reservation_id else None
        if (
            row.hold_id is not None
            and row.hold is not None
            and row.hold_date == prepared.config.date
        ):
            holds[row.hold_id] = row.hold
        busy.append(
            Busy(
                table_id=row.table_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                reservation_id=row.reservation_id,
                hold_id=row.hold_id,
                is_movable=own is not None and own.is_movable,
            )
        )
    booked = [r.booked for r in by_id.values()]
    return LoadedDay(
        service=ServiceDay(prepared, DayLoad(busy=tuple(busy), booked=(*booked, *holds.values()))),
        snapshot=snapshot,
        versions={r.id: r.version for r in by_id.values()},
    )
