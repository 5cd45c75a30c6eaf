"""One step in the life of a reservation: is it allowed, what would undo need, and then save and
tell (rules 59, 60).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.errors import DeadlinePassed, TransitionRefused
from bookings.events import ReservationEvent
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import event_members, is_guest, reservation_record
from bookings.services.seats import seats_of
from reservehub.core.actors import Actor

MakeEvent = Callable[[dict[str, Any]], ReservationEvent]
"""From the common members to the event of this step."""


def refusal_of(error: lifecycle.TransitionRefused, reservation: Reservation) -> Exception:
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


def step_check(reservation: Reservation, to: Status, *, actor: Actor, now: datetime) -> None:
    try:
        lifecycle.check_transition(
            Status(reservation.status),
            to,
            now=now,
            starts_at=reservation.starts_at,
            actor_is_guest=is_guest(actor),
            cancel_until=reservation.cancel_deadline_at,
        )
    except lifecycle.TransitionRefused as error:
        raise refusal_of(error, reservation) from None


def step_remember(reservation: Reservation, *, now: datetime) -> None:
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


def step_take(
    reservation: Reservation,
    to: Status,
    make_event: MakeEvent,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Reservation:
    """Set the state, save, and tell everybody.

    The caller has checked the transition and moved the tables.
    """
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
