"""Calling a party that waits to its table."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.errors import TablesMissing, TransitionRefused
from bookings.events import ReservationTableReady
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import reservation_lock
from bookings.services.seats import seats_of
from bookings.services.steps import step_take
from bookings.services.visits import EARLIEST
from reservehub.core.actors import Actor
from reservehub.core.errors import VersionConflict

CALLABLE = frozenset({Status.CONFIRMED, Status.ARRIVED})
"""States in which a party may wait for its table."""


@transaction.atomic
def reservation_table_ready(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """The table is ready; the party, at the door or in the bar next door, is told so.

    Saying it twice changes nothing: nobody is called twice. It cannot be unsaid; taking back an
    earlier step, or moving the booking to another time, forgets it.

    :raises TransitionRefused: unless the party has arrived, or is expected within hours
    :raises TablesMissing: if it has no table
    """
    reservation = reservation_lock(reservation_id)
    if reservation.table_ready_at is not None and reservation.status in CALLABLE:
        return reservation
    if expected_version is not None and expected_version != reservation.version:
        raise VersionConflict(version=reservation.version, status=reservation.status)
    _check(reservation, now=now)
    reservation.table_ready_at = now
    return step_take(
        reservation,
        Status(reservation.status),
        lambda about: ReservationTableReady(**about),
        actor=actor,
        now=now,
        action="reservation.table_ready",
    )


def _check(reservation: Reservation, *, now: datetime) -> None:
    if reservation.status not in CALLABLE:
        raise TransitionRefused(
            _("The reservation is “%(status)s”.") % {"status": reservation.get_status_display()},
            status_now=reservation.status,
        )
    is_now = reservation.starts_at - EARLIEST <= now < reservation.ends_at
    if reservation.status == Status.CONFIRMED and not is_now:
        raise TransitionRefused(
            _("This reservation is for another time."), status_now=reservation.status
        )
    if not seats_of(reservation.pk):
        raise TablesMissing
