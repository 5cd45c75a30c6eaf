"""One step in the life of a reservation: is it allowed, what would undo need, and then save and
tell (rules 59, 60).

What undo needs is kept on the reservation as a short pile: every step remembers what was before it,
and the pile under it, so that staff can go back step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.errors import DeadlinePassed, TransitionRefused
from bookings.events import ReservationEvent
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.deposits.records import deposit_follow
from bookings.services.records import event_members, is_guest, reservation_record
from bookings.services.seats import seats_of
from reservehub.core.actors import Actor

MakeEvent = Callable[[dict[str, Any]], ReservationEvent]
"""From the common members to the event of this step."""

DEPTH = 5
"""So many steps can be taken back one after the other."""
INSTANTS = ("arrived_at", "table_ready_at", "seated_at", "completed_at", "late_eta_at")


def refusal_of(error: lifecycle.TransitionRefused, reservation: Reservation) -> Exception:
    """The public refusal for the lifecycle's: too late for guests, or simply not possible now."""
    if error.code in ("cancel_after_start", "cancel_after_cutoff"):
        return DeadlinePassed(phone=str(reservation.restaurant.phone))
    if error.code == "no_show_before_start":
        return TransitionRefused(
            _("A party can only be marked as a no-show after its time has come."),
            status_now=reservation.status,
        )
    if error.code == "answer_undo_too_late":
        return TransitionRefused(
            _("An answer can be taken back for one minute."), status_now=reservation.status
        )
    if error.code == "undo_too_late":
        return TransitionRefused(
            _("A step can be undone for 15 minutes."), status_now=reservation.status
        )
    return TransitionRefused(
        _("The reservation is “%(status)s”.") % {"status": reservation.get_status_display()},
        status_now=reservation.status,
    )


def step_check(
    reservation: Reservation,
    to: Status,
    *,
    actor: Actor,
    now: datetime,
    is_settled: bool = False,
    is_paid_for: bool = False,
) -> None:
    """:param is_settled: what was asked for has been paid, or is not asked for any more
    :param is_paid_for: money stands in for the deadline: a guest may cancel until the start
    """
    try:
        lifecycle.check_transition(
            Status(reservation.status),
            to,
            now=now,
            starts_at=reservation.starts_at,
            actor_is_guest=is_guest(actor),
            cancel_until=None if is_paid_for else reservation.cancel_deadline_at,
            is_settled=is_settled,
        )
    except lifecycle.TransitionRefused as error:
        raise refusal_of(error, reservation) from None


def step_remember(reservation: Reservation, *, now: datetime, besides: Iterable[str] = ()) -> None:
    """What undo restores: the state, its times and the tables as they were. Call it first.

    :param besides: further fields that this step changes
    """
    reservation.undo = {
        "status": reservation.status,
        "at": now.isoformat(),
        "ends_at": reservation.ends_at.isoformat(),
        "tables": [
            [table_id, starts_at.isoformat(), ends_at.isoformat()]
            for table_id, starts_at, ends_at in seats_of(reservation.pk)
        ],
        "fields": {
            "is_table_locked": reservation.is_table_locked,
            "actual_party_size": reservation.actual_party_size,
            **{name: _text(getattr(reservation, name)) for name in (*INSTANTS, *besides)},
        },
        "earlier": _still_of_use(reservation.undo, now=now),
    }


def step_remember_nothing(reservation: Reservation, *, now: datetime) -> None:
    """A party that has just been made: taking it back leaves no trace on the floor."""
    reservation.undo = {
        "status": str(Status.ARRIVED),
        "at": now.isoformat(),
        "ends_at": reservation.ends_at.isoformat(),
        "tables": [],
        "is_new": True,
    }


def _text(value: datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _still_of_use(pile: dict[str, Any] | None, *, now: datetime) -> dict[str, Any] | None:
    """The earlier steps that can still be taken back, at most `DEPTH`."""
    kept: list[dict[str, Any]] = []
    while pile is not None and len(kept) < DEPTH:
        if now - datetime.fromisoformat(pile["at"]) > lifecycle.UNDO_WINDOW:
            break
        kept.append(pile)
        pile = pile.get("earlier")
    below: dict[str, Any] | None = None
    for one in reversed(kept):
        below = {**one, "earlier": below}
    return below


def step_forget(reservation: Reservation) -> None:
    """Back to what the last step remembered; its tables are for the caller."""
    last = reservation.undo
    if last is None:
        return
    reservation.ends_at = datetime.fromisoformat(last["ends_at"])
    for name, value in last.get("fields", {}).items():
        if name.endswith("_at"):
            value = None if value is None else datetime.fromisoformat(value)  # noqa: PLW2901
        setattr(reservation, name, value)
    reservation.undo = last.get("earlier")


def step_take(
    reservation: Reservation,
    to: Status,
    make_event: MakeEvent,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    action: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    freed: Iterable[int] = (),
) -> Reservation:
    """Set the state, save, and tell everybody.

    The caller has checked the transition and moved the tables; its money follows (rules 79-84).

    :param action: how the audit calls it; `reservation.<state>` by default
    :param before, after: what else changed, for the audit
    :param freed: tables the party has left, besides those that undo remembers
    """
    tables = {*freed, *(table_id for table_id, _start, _end in seats_of(reservation.pk))}
    if reservation.undo:
        tables |= {row[0] for row in reservation.undo["tables"]}
    was = reservation.status
    reservation.status = to
    deposit_was = reservation.deposit_status
    if deposit_follow(reservation, actor=actor, reason=reason, now=now):
        before = {**(before or {}), "deposit": deposit_was}
        after = {**(after or {}), "deposit": reservation.deposit_status}
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    reservation_record(
        reservation,
        make_event(event_members(reservation, actor=actor, now=now)),
        actor=actor,
        action=action or f"reservation.{to}",
        before={"status": was, **(before or {})},
        after={"status": to.value, **(after or {}), **({"reason": reason} if reason else {})},
        table_ids=sorted(tables),
        now=now,
    )
    return reservation
