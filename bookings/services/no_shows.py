"""Parties that do not come: marked by hand or by the clock (rules 65-67)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings import lifecycle
from bookings.events import ReservationNoShow
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import reservation_lock
from bookings.services.seats import seats_end
from bookings.services.steps import step_check, step_remember, step_take
from reservehub.core.actors import Actor
from reservehub.core.models import AuditEntry


@transaction.atomic
def reservation_no_show(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """The party did not come; its table is free at once (rules 66, 67).

    :raises TransitionRefused: before the start, or if the party is there
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.NO_SHOW, actor=actor, now=now)
    return _no_show(reservation, actor=actor, now=now)


@transaction.atomic
def reservation_no_show_if_due(
    *, reservation_id: int, actor: Actor, now: datetime
) -> Reservation | None:
    """The same by the clock, where the restaurant has chosen it: after the grace time and what an
    ETA adds to it (rule 65), once: what staff take back stays so. None if the party came, called
    or was dealt with a moment ago.
    """
    reservation = reservation_lock(reservation_id)
    policy = reservation.restaurant.policy
    is_due = lifecycle.no_show_due(
        Status(reservation.status),
        now=now,
        starts_at=reservation.starts_at,
        eta=reservation.late_eta_at,
        grace=timedelta(minutes=policy.grace_minutes),
    )
    if not policy.is_auto_no_show or not is_due or _was_no_show(reservation):
        return None
    return _no_show(reservation, actor=actor, now=now)


def _was_no_show(reservation: Reservation) -> bool:
    about = {"object_type": reservation._meta.label_lower, "object_id": str(reservation.pk)}
    return AuditEntry.objects.filter(**about, action="reservation.no_show").exists()


def _no_show(reservation: Reservation, *, actor: Actor, now: datetime) -> Reservation:
    step_remember(reservation, now=now)
    seats_end(reservation_id=reservation.pk, at=now)
    return step_take(
        reservation,
        Status.NO_SHOW,
        lambda about: ReservationNoShow(**about),
        actor=actor,
        now=now,
    )
