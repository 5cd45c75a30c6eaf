"""Two parties change tables with each other (rules 26-31, 64)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings import lifecycle
from bookings.availability import DayLoad, Reason, ServiceDay, check_manual
from bookings.errors import TablesMissing, TableTaken, TableUnsuitable, TransitionRefused
from bookings.lifecycle import Status
from bookings.loading import load_day
from bookings.models import Reservation
from bookings.services.records import reservation_lock, restaurant_for_booking
from bookings.services.requests import Period
from bookings.services.room import check_nobody_sits, cleaning_end
from bookings.services.seats import Claim, seats_of, seats_release, seats_take
from bookings.services.steps import step_remember
from bookings.services.tables import stay_ahead, table_query, tables_set
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.locks import advisory_day_lock


@transaction.atomic
def reservations_swap(
    *,
    first_id: int,
    second_id: int,
    actor: Actor,
    now: datetime,
    overrides: frozenset[str] = frozenset(),
    first_version: int | None = None,
    second_version: int | None = None,
) -> tuple[Reservation, Reservation]:
    """Each party gets the other's tables for what is left of its own stay; both or neither. Both
    assignments are then locked (rule 34). Swapping again takes it back.

    :param overrides: "capacity" accepts unsuitable sizes, areas and undeclared combinations
    :raises NotFound: unless both are reservations of one restaurant, and two
    :raises VersionConflict: if one of them is not the version the caller saw
    :raises TransitionRefused: if one of them is over
    :raises TablesMissing: if one of them has no table
    :raises TableTaken: if a third party is in the way of one of them
    :raises TableOccupied: if a third party still sits there (rule 64)
    :raises TableUnsuitable: with `reasons` that were not overridden
    """
    both = _lock_both(first_id, second_id)
    for one, seen in zip(both, (first_version, second_version), strict=True):
        if seen is not None and seen != one.version:
            raise VersionConflict(version=one.version, status=one.status)
        if Status(one.status) not in lifecycle.OCCUPYING:
            raise TransitionRefused(status_now=one.status)
    tables = [tuple(row[0] for row in seats_of(one.pk)) for one in both]
    if not all(tables):
        raise TablesMissing
    if tables[0] == tables[1]:
        return both
    wanted = tables[::-1]
    spans = [stay_ahead(one, seats_of(one.pk), now=now) for one in both]
    _check(both, wanted, spans, overrides=overrides, now=now)
    for one in both:
        step_remember(one, now=now)
    seats_release(reservation_ids=[one.pk for one in both])
    claims = [
        Claim(table_ids=to, starts_at=span.starts_at, ends_at=span.ends_at, reservation_id=one.pk)
        for one, to, span in zip(both, wanted, spans, strict=True)
    ]
    if not seats_take(claims, restaurant_id=both[0].restaurant_id, now=now):
        raise TableTaken(reasons=[Reason.TABLE_BUSY.value])
    for one, old, new in zip(both, tables, wanted, strict=True):
        one.is_table_locked = True
        tables_set(one, list(old), list(new), actor=actor, now=now)
    return both


def _lock_both(first_id: int, second_id: int) -> tuple[Reservation, Reservation]:
    """Their days (and those before, as for all who sit), then their rows, by id."""
    places = {
        pk: (restaurant_id, day)
        for pk, restaurant_id, day in Reservation.objects.filter(
            pk__in=[first_id, second_id]
        ).values_list("pk", "restaurant_id", "service_date")
    }
    if len(places) != 2 or len({restaurant_id for restaurant_id, _day in places.values()}) != 1:
        raise NotFound
    days = {day for _restaurant_id, day in places.values()}
    restaurant_id = places[first_id][0]
    advisory_day_lock(restaurant_id, days | {day - timedelta(days=1) for day in days})
    rows = {pk: reservation_lock(pk) for pk in sorted(places)}
    for pk, row in rows.items():
        if row.service_date != places[pk][1]:
            raise VersionConflict(version=row.version, status=row.status)
    return rows[first_id], rows[second_id]


def _check(
    both: tuple[Reservation, Reservation],
    wanted: list[tuple[int, ...]],
    spans: list[Period],
    *,
    overrides: frozenset[str],
    now: datetime,
) -> None:
    restaurant = restaurant_for_booking(both[0].restaurant_id)
    ids = [one.pk for one in both]
    for one, to, span in zip(both, wanted, spans, strict=True):
        if Status(one.status) in lifecycle.AT_TABLE:
            check_nobody_sits(to, now=now, besides=ids)
            cleaning_end(to, now=now)
        day = load_day(restaurant, one.service_date, now=now)
        alone = DayLoad(
            tuple(row for row in day.load.busy if row.reservation_id not in ids), day.load.booked
        )
        query = table_query(restaurant, one, overrides, now)
        reasons = check_manual(
            ServiceDay(day.prepared, alone),
            query,
            span.starts_at,
            to,
            occupied_until=span.ends_at,
        )
        refused = [
            reason
            for reason in reasons
            # Who is in the way is for the constraint to say, which knows it to the second.
            if reason not in query.overrides and reason is not Reason.TABLE_BUSY
        ]
        if refused:
            raise TableUnsuitable(
                reasons=[reason.value for reason in refused], reservation_id=one.pk
            )
