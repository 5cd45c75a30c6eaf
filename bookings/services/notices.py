"""What the guest says before the visit: cancel, still coming, late (rules 65, 67, 75, 104)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings import lifecycle
from bookings.errors import TransitionRefused
from bookings.events import ReservationCancelled, ReservationReconfirmed, ReservationRunningLate
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.answers import MAX_REASON
from bookings.services.deposits.records import is_paid_for
from bookings.services.records import is_guest, reservation_lock
from bookings.services.seats import seats_release
from bookings.services.steps import step_check, step_remember, step_take
from reservehub.core.actors import Actor
from reservehub.core.errors import VersionConflict


@transaction.atomic
def reservation_cancel(
    *,
    reservation_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    for_guest: bool = False,
    expected_version: int | None = None,
) -> Reservation:
    """Cancel: guests until the deadline, the restaurant whenever it makes sense.

    The tables are free at once (rules 67, 72, 75). Where money secures the booking, or is waited
    for, the guest may cancel until the start: what is kept of it stands in the terms (rule 80).

    Cancelling twice is no error: the second call changes nothing.

    :param for_guest: staff write down what a guest said on the phone: it is the guest's
        cancellation, in time or late by the deadline, which does not bind staff
    :raises DeadlinePassed: for a guest after the deadline (`phone`, rule 72)
    :raises TransitionRefused: if it is over or was never accepted
    """
    by_guest = for_guest or is_guest(actor)
    to = Status.CANCELLED_BY_GUEST if by_guest else Status.CANCELLED_BY_RESTAURANT
    reservation = reservation_lock(reservation_id)
    if Status(reservation.status) in lifecycle.CANCELLED:
        return reservation
    if expected_version is not None and expected_version != reservation.version:
        raise VersionConflict(version=reservation.version, status=reservation.status)
    step_check(reservation, to, actor=actor, now=now, is_paid_for=is_paid_for(reservation))
    is_in_time = now <= reservation.cancel_deadline_at
    reservation.cancelled_at = now
    reservation.cancellation_reason = reason[:MAX_REASON]
    reservation.is_cancelled_in_time = is_in_time
    reservation.expires_at = None
    step_remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    return step_take(
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
    return step_take(
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
    return step_take(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationRunningLate(eta_at=eta_at, **about),
        actor=actor,
        now=now,
    )
