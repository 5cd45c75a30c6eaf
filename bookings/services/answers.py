"""Staff answer requests; unanswered ones expire (rule 54)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings import lifecycle
from bookings.events import ReservationConfirmed, ReservationDeclined, ReservationExpired
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import reservation_lock
from bookings.services.seats import seats_release
from bookings.services.steps import step_check, step_remember, step_take
from reservehub.core.actors import Actor

MAX_REASON = 300


@transaction.atomic
def reservation_approve(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Staff say yes to a request (rule 54). A request whose time to answer has run out can still be
    approved until the sweep. `reservation_undo` makes it a request again, within one minute.

    :raises TransitionRefused: if it is no longer pending
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.CONFIRMED, actor=actor, now=now)
    step_remember(
        reservation, now=now, besides=("confirmed_at", "expires_at", "confirmation_method")
    )
    reservation.confirmed_at = now
    reservation.expires_at = None
    reservation.confirmation_method = "manual"
    return step_take(
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
    """Staff say no to a request; its tables are free at once. `reservation_undo` takes it back
    within one minute, if they are still free.

    :raises TransitionRefused: if it is no longer pending
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.DECLINED, actor=actor, now=now)
    step_remember(reservation, now=now, besides=("cancellation_reason",))
    reservation.cancellation_reason = reason[:MAX_REASON]
    seats_release(reservation_ids=[reservation.pk])
    return step_take(
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
    step_remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    return step_take(
        reservation,
        Status.EXPIRED,
        lambda about: ReservationExpired(**about),
        actor=actor,
        now=now,
    )
