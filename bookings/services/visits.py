"""The visit itself: arrive, sit down, leave, or not come at all; and taking a step back (rules
60-66).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.errors import TablesMissing, TableTaken, TransitionRefused
from bookings.events import (
    ReservationArrived,
    ReservationCompleted,
    ReservationNoShow,
    ReservationSeated,
    ReservationUndone,
)
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import reservation_lock, reservation_lock_with_day
from bookings.services.seats import Claim, seats_end, seats_of, seats_release, seats_take
from bookings.services.steps import refusal_of, step_check, step_remember, step_take
from reservehub.core.actors import Actor

EARLIEST = timedelta(hours=6)
"""Nobody is seated longer before the booked start: that is a slip of the finger."""


@transaction.atomic
def reservation_arrive(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    actual_party_size: int | None = None,
    expected_version: int | None = None,
) -> Reservation:
    """The party is at the door.

    :raises TransitionRefused: unless it is confirmed (or a no-show that came after all, rule 66)
    :raises TableTaken: if a late no-show's table has gone
    """
    reservation = reservation_lock_with_day(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.ARRIVED, actor=actor, now=now)
    if reservation.status == Status.NO_SHOW:
        _reinstate(reservation, now=now)
    step_remember(reservation, now=now)
    reservation.arrived_at = now
    reservation.actual_party_size = actual_party_size or reservation.actual_party_size
    return step_take(
        reservation,
        Status.ARRIVED,
        lambda about: ReservationArrived(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_seat(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    actual_party_size: int | None = None,
    expected_version: int | None = None,
) -> Reservation:
    """The party sits down. Its stay now counts from this moment (rule 61), but never displaces the
    next booking (rule 63).

    :raises TablesMissing: if it has no table
    :raises TableTaken: if somebody still sits there
    """
    reservation = reservation_lock_with_day(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.SEATED, actor=actor, now=now)
    if now < reservation.starts_at - EARLIEST:
        raise TransitionRefused(
            _("This reservation is for another time."), status_now=reservation.status
        )
    if reservation.status == Status.NO_SHOW:
        _reinstate(reservation, now=now)
    rows = seats_of(reservation.pk)
    if not rows:
        raise TablesMissing
    step_remember(reservation, now=now)
    # Whoever comes hours early keeps the table until after the booked start.
    soonest = reservation.starts_at + timedelta(minutes=5)
    ends_at = max(now + (reservation.ends_at - reservation.starts_at), soonest)
    _sit(reservation, [row[0] for row in rows], now=now, ends_at=ends_at, booked_until=rows[0][2])
    reservation.seated_at = now
    reservation.arrived_at = reservation.arrived_at or now
    reservation.actual_party_size = actual_party_size or reservation.actual_party_size
    return step_take(
        reservation,
        Status.SEATED,
        lambda about: ReservationSeated(**about),
        actor=actor,
        now=now,
    )


def _sit(
    reservation: Reservation,
    table_ids: list[int],
    *,
    now: datetime,
    ends_at: datetime,
    booked_until: datetime,
) -> None:
    """Move the occupancy to the actual stay; where the next party is near, keep its end."""
    buffer_time = timedelta(minutes=reservation.buffer_minutes)
    seats_release(reservation_ids=[reservation.pk])
    for until in (ends_at + buffer_time, booked_until):
        if until <= now:
            continue
        claim = Claim(
            table_ids=tuple(table_ids), starts_at=now, ends_at=until, reservation_id=reservation.pk
        )
        if seats_take([claim], restaurant_id=reservation.restaurant_id, now=now):
            soonest = reservation.starts_at + timedelta(minutes=5)
            reservation.ends_at = max(until - buffer_time, soonest)
            return
    raise TableTaken


@transaction.atomic
def reservation_complete(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """The party has left; the rest of its stay is free at once (rule 62).

    :raises TransitionRefused: unless it was seated
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.COMPLETED, actor=actor, now=now)
    step_remember(reservation, now=now)
    seats_end(reservation_id=reservation.pk, at=now)
    reservation.completed_at = now
    return step_take(
        reservation,
        Status.COMPLETED,
        lambda about: ReservationCompleted(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_no_show(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """The party did not come; its table is free at once (rules 66, 67).

    :raises TransitionRefused: before the start, or if the party is there
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.NO_SHOW, actor=actor, now=now)
    step_remember(reservation, now=now)
    seats_end(reservation_id=reservation.pk, at=now)
    return step_take(
        reservation,
        Status.NO_SHOW,
        lambda about: ReservationNoShow(**about),
        actor=actor,
        now=now,
    )


def _undo_tables(reservation: Reservation) -> list[tuple[int, datetime, datetime]]:
    rows = (reservation.undo or {}).get("tables", [])
    return [
        (table_id, datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))
        for table_id, starts_at, ends_at in rows
    ]


def _retake(
    reservation: Reservation, rows: list[tuple[int, datetime, datetime]], *, now: datetime
) -> None:
    """Under the day lock.

    :raises TableTaken: if somebody else has one of the tables now
    """
    seats_release(reservation_ids=[reservation.pk])
    claims = [
        Claim(
            table_ids=(table_id,),
            starts_at=starts_at,
            ends_at=ends_at,
            reservation_id=reservation.pk,
        )
        for table_id, starts_at, ends_at in rows
    ]
    if claims and not seats_take(claims, restaurant_id=reservation.restaurant_id, now=now):
        raise TableTaken


def _reinstate(reservation: Reservation, *, now: datetime) -> None:
    """A late guest gets the table back for the rest of the booked time, if it is still free (rule
    66).

    :raises TablesMissing: if the booked time is over
    :raises TableTaken: if somebody else has the table now
    """
    rows = [row for row in _undo_tables(reservation) if row[2] > now]
    if not rows:
        raise TablesMissing
    _retake(reservation, [(table_id, now, until) for table_id, _from, until in rows], now=now)


@transaction.atomic
def reservation_undo(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Take the last step back: arrived, seated, finished, no-show; within 15 minutes (rule 60).

    :raises TransitionRefused: if there is nothing to undo or it is too late
    :raises TableTaken: if the table was given away meanwhile
    """
    reservation = reservation_lock_with_day(reservation_id, expected_version=expected_version)
    last = reservation.undo
    try:
        to = lifecycle.check_undo(
            Status(reservation.status),
            previous=Status(last["status"]) if last else None,
            changed_at=datetime.fromisoformat(last["at"]) if last else now,
            now=now,
        )
    except lifecycle.TransitionRefused as error:
        raise refusal_of(error, reservation) from None
    undone = Status(reservation.status)
    _retake(reservation, _undo_tables(reservation), now=now)
    if last:
        reservation.ends_at = datetime.fromisoformat(last["ends_at"])
    _clear_stamp(reservation, undone)
    reservation.undo = None
    return step_take(
        reservation,
        to,
        lambda about: ReservationUndone(undone_status=undone.value, **about),
        actor=actor,
        now=now,
    )


def _clear_stamp(reservation: Reservation, undone: Status) -> None:
    if undone is Status.ARRIVED:
        reservation.arrived_at = None
    elif undone is Status.SEATED:
        reservation.seated_at = None
    elif undone is Status.COMPLETED:
        reservation.completed_at = None
