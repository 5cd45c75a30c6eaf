"""Walking through the life of a reservation: approve, decline, arrive, seat, finish, no-show, cancel, undo (rules 59-69)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import lifecycle, realtime
from bookings.errors import DeadlinePassed, TablesMissing, TableTaken, TransitionRefused
from bookings.events import (
    ReservationArrived,
    ReservationCancelled,
    ReservationCompleted,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationEvent,
    ReservationExpired,
    ReservationNoShow,
    ReservationReconfirmed,
    ReservationRunningLate,
    ReservationSeated,
    ReservationUndone,
)
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.seats import Claim, seats_end, seats_of, seats_release, seats_take
from reservehub.core import audit, events
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.locks import advisory_day_lock

GUESTS = (ActorKind.GUEST, ActorKind.CUSTOMER)
MAX_REASON = 300
EARLIEST = timedelta(hours=6)
"""Nobody is seated longer before the booked start: that is a slip of the finger."""


def is_guest(actor: Actor) -> bool:
    """Deadlines bind guests; staff, partners and the system may act later."""
    return actor.kind in GUESTS


def reservation_lock(reservation_id: int, *, expected_version: int | None = None) -> Reservation:
    """The reservation, locked until the transaction ends.

    :raises NotFound: if it does not exist
    :raises VersionConflict: if it is not the version the caller saw; `extra` carries the `version` and `status` it has now
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
) -> Reservation:
    """The same, with its day (and further `dates`) locked first: for changes that take tables.

    The day comes before the row in the lock order, so its date is read without a lock and checked afterwards.

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
    advisory_day_lock(restaurant_id, [service_date, *dates])
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


def _refuse(error: lifecycle.TransitionRefused, reservation: Reservation) -> Exception:
    """The public refusal for the lifecycle's: too late for guests, or simply not possible now."""
    if error.code in ("cancel_after_start", "cancel_after_cutoff"):
        return DeadlinePassed(phone=str(reservation.restaurant.phone))
    if error.code == "no_show_before_start":
        return TransitionRefused(
            _("A party can only be marked as a no-show after its time has come."),
            status_now=reservation.status,
        )
    if error.code == "undo_too_late":
        return TransitionRefused(
            _("A step can be undone for 15 minutes."), status_now=reservation.status
        )
    return TransitionRefused(
        _("The reservation is “%(status)s”.") % {"status": reservation.get_status_display()},
        status_now=reservation.status,
    )


def _check(reservation: Reservation, to: Status, *, actor: Actor, now: datetime) -> None:
    try:
        lifecycle.check_transition(
            Status(reservation.status),
            to,
            now=now,
            starts_at=reservation.starts_at,
            actor_is_guest=is_guest(actor),
        )
    except lifecycle.TransitionRefused as error:
        raise _refuse(error, reservation) from None


def _remember(reservation: Reservation, *, now: datetime) -> None:
    """What undo restores: the state and the tables as they were."""
    reservation.undo = {
        "status": reservation.status,
        "at": now.isoformat(),
        "ends_at": reservation.ends_at.isoformat(),
        "tables": [
            [table_id, starts_at.isoformat(), ends_at.isoformat()]
            for table_id, starts_at, ends_at in seats_of(reservation.pk)
        ],
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


MakeEvent = Callable[[dict[str, Any]], ReservationEvent]


def _move(
    reservation: Reservation,
    to: Status,
    make_event: MakeEvent,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Reservation:
    """Set the state, save, and tell everybody. The caller has checked the transition and moved the tables."""
    tables = [table_id for table_id, _start, _end in seats_of(reservation.pk)]
    if reservation.undo:
        tables = sorted({*tables, *(row[0] for row in reservation.undo["tables"])})
    before = {"status": reservation.status}
    reservation.status = to
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    reservation_record(
        reservation,
        make_event(event_members(reservation, actor=actor, now=now)),
        actor=actor,
        action=f"reservation.{to}",
        before=before,
        after={"status": to.value, **({"reason": reason} if reason else {})},
        table_ids=tables,
        now=now,
    )
    return reservation


@transaction.atomic
def reservation_approve(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Staff say yes to a request (rule 54). A request whose time to answer has run out can still be approved until the sweep.

    :raises TransitionRefused: if it is no longer pending
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    _check(reservation, Status.CONFIRMED, actor=actor, now=now)
    reservation.confirmed_at = now
    reservation.expires_at = None
    reservation.confirmation_method = "manual"
    return _move(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationConfirmed(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_decline(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> Reservation:
    """Staff say no to a request; its tables are free at once.

    :raises TransitionRefused: if it is no longer pending
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    _check(reservation, Status.DECLINED, actor=actor, now=now)
    reservation.cancellation_reason = reason[:MAX_REASON]
    _remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    return _move(
        reservation,
        Status.DECLINED,
        lambda about: ReservationDeclined(**about),
        actor=actor,
        now=now,
        reason=reason,
    )


@transaction.atomic
def reservation_expire(*, reservation_id: int, actor: Actor, now: datetime) -> Reservation | None:
    """Nobody answered in time (rule 54). None if somebody did, a moment ago."""
    reservation = reservation_lock(reservation_id)
    is_due = reservation.expires_at is not None and reservation.expires_at <= now
    if Status(reservation.status) not in lifecycle.AWAITING or not is_due:
        return None
    _remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    return _move(
        reservation,
        Status.EXPIRED,
        lambda about: ReservationExpired(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_cancel(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> Reservation:
    """Cancel, by the guest until the start, by the restaurant whenever it makes sense; tables are free at once (rules 67, 75).

    Cancelling twice is no error: the second call changes nothing.

    :raises DeadlinePassed: for a guest after the start
    :raises TransitionRefused: if it is over or was never accepted
    """
    by_guest = is_guest(actor)
    to = Status.CANCELLED_BY_GUEST if by_guest else Status.CANCELLED_BY_RESTAURANT
    reservation = reservation_lock(reservation_id)
    if Status(reservation.status) in lifecycle.CANCELLED:
        return reservation
    if expected_version is not None and expected_version != reservation.version:
        raise VersionConflict(version=reservation.version, status=reservation.status)
    _check(reservation, to, actor=actor, now=now)
    is_in_time = now <= reservation.cancel_deadline_at
    reservation.cancelled_at = now
    reservation.cancellation_reason = reason[:MAX_REASON]
    reservation.is_cancelled_in_time = is_in_time
    reservation.expires_at = None
    _remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    return _move(
        reservation,
        to,
        lambda about: ReservationCancelled(by_guest=by_guest, is_in_time=is_in_time, **about),
        actor=actor,
        now=now,
        reason=reason,
    )


@transaction.atomic
def reservation_reconfirm(*, reservation_id: int, actor: Actor, now: datetime) -> Reservation:
    """The guest says again that they will come; saying it twice changes nothing (rule 104).

    :raises TransitionRefused: unless it is confirmed and still ahead
    """
    reservation = reservation_lock(reservation_id)
    if reservation.status != Status.CONFIRMED or now >= reservation.ends_at:
        raise TransitionRefused(status_now=reservation.status)
    if reservation.reconfirmed_at is not None:
        return reservation
    reservation.reconfirmed_at = now
    return _move(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationReconfirmed(**about),
        actor=actor,
        now=now,
    )


@transaction.atomic
def reservation_running_late(
    *, reservation_id: int, minutes: int, actor: Actor, now: datetime
) -> Reservation:
    """The guest will be late; the grace time grows once, by at most 30 minutes (rule 65).

    :param minutes: from the booked start, 5 to 60
    :raises TransitionRefused: unless it is confirmed and not over
    """
    reservation = reservation_lock(reservation_id)
    if reservation.status != Status.CONFIRMED or now >= reservation.ends_at:
        raise TransitionRefused(status_now=reservation.status)
    eta_at = reservation.starts_at + timedelta(minutes=max(5, min(minutes, 60)))
    if reservation.late_eta_at == eta_at:
        return reservation
    reservation.late_eta_at = eta_at
    return _move(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationRunningLate(eta_at=eta_at, **about),
        actor=actor,
        now=now,
    )


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
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version
    )
    _check(reservation, Status.ARRIVED, actor=actor, now=now)
    if reservation.status == Status.NO_SHOW:
        _reinstate(reservation, now=now)
    _remember(reservation, now=now)
    reservation.arrived_at = now
    reservation.actual_party_size = actual_party_size or reservation.actual_party_size
    return _move(
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
    """The party sits down. Its stay now counts from this moment (rule 61), but never displaces the next booking (rule 63).

    :raises TablesMissing: if it has no table
    :raises TableTaken: if somebody still sits there
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version
    )
    _check(reservation, Status.SEATED, actor=actor, now=now)
    if now < reservation.starts_at - EARLIEST:
        raise TransitionRefused(
            _("This reservation is for another time."), status_now=reservation.status
        )
    if reservation.status == Status.NO_SHOW:
        _reinstate(reservation, now=now)
    rows = seats_of(reservation.pk)
    if not rows:
        raise TablesMissing
    _remember(reservation, now=now)
    turn = reservation.ends_at - reservation.starts_at
    _sit(reservation, [row[0] for row in rows], now=now, ends_at=now + turn, booked_until=rows[0][2])
    reservation.seated_at = now
    reservation.arrived_at = reservation.arrived_at or now
    reservation.actual_party_size = actual_party_size or reservation.actual_party_size
    return _move(
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
    """Move the occupancy to the actual stay; where the next party is too near, keep the booked end."""
    buffer_time = timedelta(minutes=reservation.buffer_minutes)
    seats_release(reservation_ids=[reservation.pk])
    for until in (ends_at + buffer_time, booked_until):
        if until <= now:
            continue
        claim = Claim(
            table_ids=tuple(table_ids), starts_at=now, ends_at=until, reservation_id=reservation.pk
        )
        if seats_take([claim], restaurant_id=reservation.restaurant_id):
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
    _check(reservation, Status.COMPLETED, actor=actor, now=now)
    _remember(reservation, now=now)
    seats_end(reservation_id=reservation.pk, at=now)
    reservation.completed_at = now
    return _move(
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
    _check(reservation, Status.NO_SHOW, actor=actor, now=now)
    _remember(reservation, now=now)
    seats_end(reservation_id=reservation.pk, at=now)
    return _move(
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


def _retake(reservation: Reservation, rows: list[tuple[int, datetime, datetime]]) -> None:
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
    if claims and not seats_take(claims, restaurant_id=reservation.restaurant_id):
        raise TableTaken


def _reinstate(reservation: Reservation, *, now: datetime) -> None:
    """A late guest gets the table back for the rest of the booked time, if it is still free (rule 66)."""
    rows = [row for row in _undo_tables(reservation) if row[2] > now]
    _retake(reservation, [(table_id, now, until) for table_id, _from, until in rows])


@transaction.atomic
def reservation_undo(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Take the last step back: arrived, seated, finished, no-show; within 15 minutes (rule 60).

    :raises TransitionRefused: if there is nothing to undo or it is too late
    :raises TableTaken: if the table was given away meanwhile
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version
    )
    last = reservation.undo
    try:
        to = lifecycle.check_undo(
            Status(reservation.status),
            previous=Status(last["status"]) if last else None,
            changed_at=datetime.fromisoformat(last["at"]) if last else now,
            now=now,
        )
    except lifecycle.TransitionRefused as error:
        raise _refuse(error, reservation) from None
    undone = Status(reservation.status)
    _retake(reservation, _undo_tables(reservation))
    if last:
        reservation.ends_at = datetime.fromisoformat(last["ends_at"])
    _clear_stamp(reservation, undone)
    reservation.undo = None
    return _move(
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
