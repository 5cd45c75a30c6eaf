"""A service date with what is taken on it, read with two queries whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookings.availability import (
    Booked,
    Busy,
    DayLoad,
    PacingCaps,
    PreparedDay,
    ServiceDay,
)
from bookings.loading.reading import Reserved, Taken, reserved_on, taken_between
from bookings.loading.snapshot import KEPT_DAYS, Snapshot, day_config, snapshot_of
from restaurants.models import Restaurant

UNLIMITED = PacingCaps()


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
    reserved = reserved_on(restaurant.pk, days)
    taken = taken_between(restaurant.pk, *span_of(prepared))
    return [loaded_day(one, snapshot, reserved, taken, now=now) for one in prepared]


def span_of(prepared: Sequence[PreparedDay]) -> tuple[datetime, datetime]:
    """From when to when occupancy matters to some days."""
    return min(one.origin for one in prepared), max(one.until for one in prepared)


def loaded_day(
    prepared: PreparedDay,
    snapshot: Snapshot,
    reserved: Iterable[Reserved],
    taken: Iterable[Taken],
    *,
    now: datetime,
) -> LoadedDay:
    """One of the days that were read; expired holds are left out (rule 50)."""
    own = {one.id: one for one in reserved if one.service_date == prepared.config.date}
    first, last = prepared.origin, prepared.until
    busy: list[Busy] = []
    holds: dict[int, Booked] = {}
    for row in taken:
        if row.ends_at <= first or row.starts_at >= last:
            continue
        if row.expires_at is not None and row.expires_at <= now:
            continue  # decided here; whoever needs the place deletes it (rule 51)
        if row.hold_id is not None and row.hold and row.hold_date == prepared.config.date:
            holds[row.hold_id] = row.hold
        party = own.get(row.reservation_id) if row.reservation_id else None
        is_movable = party is not None and party.may_move and party.booked.starts_at > now
        busy.append(
            Busy(
                table_id=row.table_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                reservation_id=row.reservation_id,
                hold_id=row.hold_id,
                is_movable=is_movable,
            )
        )
    booked = [one.booked for one in own.values()]
    return LoadedDay(
        service=ServiceDay(prepared, DayLoad(busy=tuple(busy), booked=(*booked, *holds.values()))),
        snapshot=snapshot,
        versions={one.id: one.version for one in own.values()},
    )
