"""The visit itself: arrive, sit down, leave, or not come at all; and taking a step back (rules
60-66).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.bills import BILLED
from bookings.errors import TablesMissing, TableTaken, TransitionRefused
from bookings.events import (
    ReservationArrived,
    ReservationCompleted,
    ReservationPartlySeated,
    ReservationSeated,
    ReservationUndone,
)
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.deposits.records import fee_forget
from bookings.services.records import reservation_lock, reservation_lock_with_day
from bookings.services.room import check_nobody_sits, cleaning_end, room_take
from bookings.services.seats import Claim, seats_end, seats_of, seats_release, seats_take
from bookings.services.steps import (
    refusal_of,
    step_check,
    step_forget,
    step_remember,
    step_take,
)
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
    _remember_and_reinstate(reservation, now=now)
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
    """The party sits down, or the rest of it joins those who sit.

    The stay counts from the first who sat (rule 61), but never displaces the next booking (rule
    63); a table that is still being cleaned is ready now.

    :raises TablesMissing: if it has no table
    :raises TableTaken: if somebody else has the table now
    :raises TableOccupied: if somebody still sits there (rule 64)
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version, sits=True
    )
    step_check(reservation, Status.SEATED, actor=actor, now=now)
    was_partly = reservation.status == Status.PARTIALLY_SEATED
    _sit_down(reservation, now=now)
    if was_partly and actual_party_size is None:
        reservation.actual_party_size = None  # those booked are all there
    reservation.actual_party_size = actual_party_size or reservation.actual_party_size
    return step_take(
        reservation,
        Status.SEATED,
        lambda about: ReservationSeated(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_partly_seat(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    present: int | None = None,
    expected_version: int | None = None,
) -> Reservation:
    """Some of the party sit down, the rest are still to come; their stay begins (rules 59, 61).

    :param present: how many sit, if known
    :raises TablesMissing, TableTaken, TableOccupied: as for `reservation_seat`
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version, sits=True
    )
    step_check(reservation, Status.PARTIALLY_SEATED, actor=actor, now=now)
    _sit_down(reservation, now=now)
    reservation.actual_party_size = present or reservation.actual_party_size
    return step_take(
        reservation,
        Status.PARTIALLY_SEATED,
        lambda about: ReservationPartlySeated(present=present or 0, **about),
        actor=actor,
        now=now,
        after={"present": present} if present else None,
    )


def _sit_down(reservation: Reservation, *, now: datetime) -> None:
    """Remember, and move the occupancy to the actual stay; those who sit already stay as they are.

    :raises TransitionRefused: far too early
    """
    if Status(reservation.status) in lifecycle.AT_TABLE:
        step_remember(reservation, now=now)
        return
    if now < reservation.starts_at - EARLIEST:
        raise TransitionRefused(
            _("This reservation is for another time."), status_now=reservation.status
        )
    _remember_and_reinstate(reservation, now=now)
    tables = [row[0] for row in seats_of(reservation.pk)]
    if not tables:
        raise TablesMissing
    check_nobody_sits(tables, now=now, besides=[reservation.pk])
    cleaning_end(tables, now=now)
    buffer_time = timedelta(minutes=reservation.buffer_minutes)
    # Whoever comes hours early keeps the table until after the booked start.
    soonest = reservation.starts_at + timedelta(minutes=5)
    ends_at = max(now + (reservation.ends_at - reservation.starts_at), soonest)
    seats_release(reservation_ids=[reservation.pk])
    until = room_take(reservation, tables, wanted=ends_at + buffer_time, now=now)
    reservation.ends_at = max(until - buffer_time, soonest)
    reservation.seated_at = now
    reservation.arrived_at = reservation.arrived_at or now


@transaction.atomic
def reservation_complete(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """The party has left; the rest of its stay is free at once, or after the reset time of its
    booking, if there is one and nobody says sooner that the table is ready (rule 62).

    :raises TransitionRefused: unless it was seated
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.COMPLETED, actor=actor, now=now)
    step_remember(reservation, now=now)
    reset = timedelta(minutes=reservation.buffer_minutes)
    seats_end(reservation_id=reservation.pk, at=now + reset)
    reservation.completed_at = now
    return step_take(
        reservation,
        Status.COMPLETED,
        lambda about: ReservationCompleted(**about),
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


def _remember_and_reinstate(reservation: Reservation, *, now: datetime) -> None:
    """Remember the state; a late guest then gets the table back for the rest of the booked time, if
    it is still free (rule 66).

    :raises TablesMissing: if the booked time is over
    :raises TableTaken: if somebody else has the table now
    """
    was_no_show = reservation.status == Status.NO_SHOW
    rows = [row for row in _undo_tables(reservation) if row[2] > now]
    step_remember(reservation, now=now)
    if not was_no_show:
        return
    fee_forget(reservation)
    if not rows:
        raise TablesMissing
    _retake(reservation, [(table_id, now, until) for table_id, _from, until in rows], now=now)


@transaction.atomic
def reservation_undo(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Take the last thing staff did back, within 15 minutes, and then the one before it (rule 60):
    arrived, seated, finished, no-show; other tables, another size, an ETA, a longer stay. A walk-in
    taken back has never been. The answer to a request can be taken back for one minute.

    :raises TransitionRefused: if there is nothing to undo or it is too late
    :raises TableTaken: if the table was given away meanwhile
    :raises TableOccupied: if the party would sit where somebody else sits now (rule 64)
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version, sits=True
    )
    last = reservation.undo
    undone = Status(reservation.status)
    try:
        to = lifecycle.check_undo(
            undone,
            previous=Status(last["status"]) if last else None,
            changed_at=datetime.fromisoformat(last["at"]) if last else now,
            now=now,
        )
    except lifecycle.TransitionRefused as error:
        raise refusal_of(error, reservation) from None
    if last and last.get("is_new"):
        to = Status.CANCELLED_BY_RESTAURANT  # a walk-in that was a slip of the finger
        reservation.cancelled_at, reservation.is_cancelled_in_time = now, True
    has = seats_of(reservation.pk)
    # A request keeps the tables it was given: they may have been changed by a re-pack since.
    is_yes = undone in (Status.CONFIRMED, Status.PENDING_PAYMENT) and to is Status.PENDING
    rows = has if is_yes else _undo_tables(reservation)
    if undone is Status.NO_SHOW:
        fee_forget(reservation)
    freed = [row[0] for row in has]
    if to in lifecycle.AT_TABLE:
        check_nobody_sits([row[0] for row in rows], now=now, besides=[reservation.pk])
    _retake(reservation, rows, now=now)
    bill = reservation.bill_minor
    step_forget(reservation)
    if to not in BILLED:
        reservation.bill_minor = None  # who never sat owes nothing
    bill_was, bill_is = _bills(bill, reservation.bill_minor)
    return step_take(
        reservation,
        to,
        lambda about: ReservationUndone(undone_status=undone.value, **about),
        actor=actor,
        now=now,
        action="reservation.undone",
        before={"tables": freed, **bill_was},
        after={"tables": [row[0] for row in rows], **bill_is},
        freed=freed,
    )


def _bills(old: int | None, new: int | None) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Before and after for the audit; nothing if the bill stayed."""
    return ({}, {}) if old == new else ({"bill_minor": old}, {"bill_minor": new})
