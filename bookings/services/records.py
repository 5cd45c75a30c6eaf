"""What every change of a reservation has in common: the lock before it, the audit, event and
screens after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bookings import realtime
from bookings.events import ReservationEvent
from bookings.loading import active_restaurant
from bookings.models import Reservation
from reservehub.core import audit, events
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant

GUESTS = (ActorKind.GUEST, ActorKind.CUSTOMER)


def is_guest(actor: Actor) -> bool:
    """Deadlines bind guests; staff, partners and the system may act later."""
    return actor.kind in GUESTS


def restaurant_for_booking(restaurant_id: int) -> Restaurant:
    """:raises NotFound: if there is no such active restaurant"""
    restaurant = active_restaurant(restaurant_id)
    if restaurant is None:
        raise NotFound
    return restaurant


def reservation_lock(reservation_id: int, *, expected_version: int | None = None) -> Reservation:
    """The reservation, locked until the transaction ends.

    :raises NotFound: if it does not exist
    :raises VersionConflict: if it is not the version the caller saw; `extra` carries the `version`
        and `status` it has now
    """
    reservation = (
        Reservation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("restaurant__policy")
        .filter(pk=reservation_id)
        .first()
    )
    if reservation is None:
        raise NotFound
    if expected_version is not None and expected_version != reservation.version:
        raise VersionConflict(version=reservation.version, status=reservation.status)
    return reservation


def reservation_lock_with_day(
    reservation_id: int,
    *,
    expected_version: int | None = None,
    dates: Iterable[date] = (),
    sits: bool = False,
) -> Reservation:
    """The same, with its day (and further `dates`) locked first: for changes that take tables.

    The day comes before the row in the lock order, so its date is read without a lock and checked
    afterwards.

    :param sits: the party will sit at a table, where somebody of the evening before may still be
        (rule 64): that day is locked too
    :raises NotFound: if it does not exist
    :raises VersionConflict: also if it was moved to another day at this very moment
    """
    place = (
        Reservation.objects.filter(pk=reservation_id)
        .values_list("restaurant_id", "service_date")
        .first()
    )
    if place is None:
        raise NotFound
    restaurant_id, service_date = place
    before = [service_date - timedelta(days=1)] if sits else []
    advisory_day_lock(restaurant_id, [service_date, *before, *dates])
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    if reservation.service_date != service_date:
        raise VersionConflict(version=reservation.version, status=reservation.status)
    return reservation


def event_members(reservation: Reservation, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The fields every `ReservationEvent` has."""
    return {
        "reservation_id": reservation.pk,
        "restaurant_id": reservation.restaurant_id,
        "service_date": reservation.service_date,
        "starts_at": reservation.starts_at,
        "version": reservation.version,
        "actor_kind": str(actor.kind),
        "channel": actor.channel,
        "occurred_at": now,
    }


def reservation_record(
    reservation: Reservation,
    event: ReservationEvent,
    *,
    actor: Actor,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    table_ids: list[int],
    now: datetime,
) -> None:
    """The end of every change: audit, event, screens. The row itself is saved by the caller."""
    audit.record(
        actor=actor,
        action=action,
        obj=reservation,
        now=now,
        restaurant_id=reservation.restaurant_id,
        before=before,
        after=after,
    )
    events.publish(event)
    realtime.push_tables(reservation, table_ids)


def overridden(overrides: Iterable[str]) -> dict[str, list[str]]:
    """What staff went beyond, for the audit (rule 43); nothing if they kept to the rules."""
    names = sorted(overrides)
    return {"overrides": names} if names else {}


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes of a span."""
    return int((ends_at - starts_at).total_seconds() // 60)
