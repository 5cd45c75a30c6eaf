"""Deriving instants again when a restaurant's zone is corrected or its rules change (rule 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from bookings.availability import instants_of
from bookings.events import ReservationRederived
from bookings.lifecycle import AWAITING, Status
from bookings.models import Reservation
from bookings.services.deposits.changing import deposit_shift
from bookings.services.records import event_members, reservation_record, restaurant_for_booking
from bookings.services.seats import Claim, seats_of, seats_release, seats_take
from reservehub.core.actors import Actor
from reservehub.core.locks import advisory_day_lock

AHEAD = [*AWAITING, Status.CONFIRMED]


@transaction.atomic
def reservations_rederive(*, restaurant_id: int, actor: Actor, now: datetime) -> int:
    """Keep the wall times of the bookings ahead and move their instants; returns how many moved.

    Guests chose a time on the restaurant's clock, and that is when they will come. Tables move with
    their parties; one that finds its table taken is left unassigned, which staff see (rule 37).
    Holds are given up. Running it twice changes nothing.
    """
    restaurant = restaurant_for_booking(restaurant_id)
    ahead = Reservation.objects.filter(
        restaurant=restaurant, status__in=AHEAD, ends_at__gt=now
    ).order_by("pk")
    advisory_day_lock(restaurant_id, set(ahead.values_list("service_date", flat=True)))
    zone = ZoneInfo(restaurant.timezone)
    wrong = [
        (reservation, instant_of(reservation, zone))
        for reservation in ahead.select_for_update(no_key=True)
    ]
    wrong = [(row, instant) for row, instant in wrong if row.starts_at != instant]
    if not wrong:
        return 0
    _drop_holds(restaurant_id)
    seats = {row.pk: seats_of(row.pk) for row, _instant in wrong}
    seats_release(reservation_ids=[row.pk for row, _instant in wrong])
    for row, instant in wrong:
        _shift(row, instant, seats[row.pk], actor=actor, now=now)
    return len(wrong)


def instant_of(reservation: Reservation, zone: ZoneInfo) -> datetime:
    """The instant of a booking's wall time; one that the clock now skips is taken after the gap."""
    local = datetime.combine(reservation.local_date, reservation.local_time)
    instants = instants_of(zone, local)
    if not instants:
        return local.replace(tzinfo=zone).astimezone(UTC)
    return instants[min(reservation.fold, len(instants) - 1)]


def _drop_holds(restaurant_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM bookings_occupancy WHERE restaurant_id = %s AND hold_id IS NOT NULL",
            [restaurant_id],
        )
        cursor.execute("DELETE FROM bookings_hold WHERE restaurant_id = %s", [restaurant_id])


def _shift(
    reservation: Reservation,
    instant: datetime,
    seats: list[tuple[int, datetime, datetime]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    before = reservation.starts_at
    by = instant - before
    reservation.starts_at = instant
    reservation.ends_at += by
    reservation.cancel_deadline_at += by
    reservation.modify_deadline_at += by
    deposit_shift(reservation, by)
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    claims = [
        Claim(
            table_ids=(table_id,),
            starts_at=starts_at + by,
            ends_at=ends_at + by,
            reservation_id=reservation.pk,
        )
        for table_id, starts_at, ends_at in seats
    ]
    if claims:
        seats_take(claims, restaurant_id=reservation.restaurant_id, now=now)
    reservation_record(
        reservation,
        ReservationRederived(
            old_starts_at=before, **event_members(reservation, actor=actor, now=now)
        ),
        actor=actor,
        action="reservation.rederived",
        before={"starts_at": before.isoformat()},
        after={"starts_at": instant.isoformat()},
        table_ids=[table_id for table_id, _from, _until in seats],
        now=now,
    )
