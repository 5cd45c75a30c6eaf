"""What can be done with a party now: one thing that comes next, and the rest (rules 59-68)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.lifecycle import (
    ANSWER_UNDO_WINDOW,
    AT_TABLE,
    OCCUPYING,
    UNDO_WINDOW,
    Status,
    undoes_answer,
)
from bookings.models import DepositStatus, Reservation
from bookings.presenters.clock import clock_text, local
from bookings.services.visits import EARLIEST

_S = Status
EXPECTED = frozenset({_S.CONFIRMED, _S.ARRIVED})
CANCELLABLE = EXPECTED | {_S.PENDING_PAYMENT}
PAYABLE = frozenset({_S.CONFIRMED, _S.PENDING_PAYMENT})


@dataclass(frozen=True, kw_only=True)
class Action:
    """`step` is the last part of the address; `form` names the fold-out with its inputs, if it
    asks for anything; `url` is its page, if it has one.
    """

    step: str
    label: str
    form: str = ""
    said: str = ""
    """It was done and is done once, or cannot be done: the words that say so, instead of the
    button."""
    url: str = ""


def next_action(reservation: Reservation, *, has_table: bool, now: datetime) -> Action | None:
    """The one large button: what happens next to this party; None if nothing does."""
    status = Status(reservation.status)
    if status is _S.PENDING:
        return Action(step="approve", label=_("Confirm"))
    if status in EXPECTED:
        return _to_the_table(reservation, has_table=has_table, now=now)
    if status is _S.PARTIALLY_SEATED:
        return Action(step="seat", label=_("All are seated"))
    if status is _S.SEATED:
        return Action(step="finish", label=pgettext("step", "Finish"))
    if status is _S.NO_SHOW:
        return Action(step="arrive", label=_("They came after all"))
    return None


def _to_the_table(reservation: Reservation, *, has_table: bool, now: datetime) -> Action:
    if not has_table:
        return Action(step="move", label=_("Choose a table"))
    if now < reservation.starts_at - EARLIEST:
        return Action(step="move", label=_("Move to another table"))
    return Action(step="seat", label=pgettext("step", "Seat"))


def call_action(reservation: Reservation, *, has_table: bool) -> Action | None:
    """Beside the large button of a party that waits at the door: its table is ready."""
    if reservation.status != _S.ARRIVED or not has_table:
        return None
    return _call(reservation)


def _call(reservation: Reservation) -> Action:
    said = ""
    if reservation.table_ready_at is not None:
        at = clock_text(
            local(reservation.table_ready_at, reservation.restaurant), reservation.restaurant
        )
        said = _("Told at %(time)s that the table is ready") % {"time": at}
    return Action(step="table-ready", label=_("Table is ready"), said=said)


def more_actions(reservation: Reservation, *, has_table: bool, now: datetime) -> tuple[Action, ...]:
    """Everything else, most used first."""
    first = next_action(reservation, has_table=has_table, now=now)
    done = {first.step} if first else set()
    rest = tuple(a for a in _all(reservation, now=now) if a.step not in done)
    is_close = now >= reservation.starts_at - EARLIEST
    is_callable = reservation.status == _S.CONFIRMED and is_close and now < reservation.ends_at
    return (*rest[:1], _call(reservation), *rest[1:]) if is_callable and has_table else rest


def _all(reservation: Reservation, *, now: datetime) -> Iterator[Action]:
    status = Status(reservation.status)
    is_close = now >= reservation.starts_at - EARLIEST
    is_due = now >= reservation.starts_at
    is_unpaid = reservation.deposit_status == DepositStatus.PENDING and status in PAYABLE
    offers: tuple[tuple[bool, str, str, str], ...] = (
        (status is _S.PENDING, "decline", pgettext("step", "Decline"), "reason"),
        (status is _S.CONFIRMED and is_close, "arrive", pgettext("step", "Arrived"), ""),
        (is_unpaid and not is_due, "ask-payment", _("Ask for payment by link"), ""),
        (status in EXPECTED and is_close, "partly-seat", _("Partly seated"), ""),
        (status in OCCUPYING, "move", pgettext("step", "Move"), ""),
        (status in EXPECTED and is_due, "no-show", pgettext("step", "No-show"), ""),
        (status is _S.PARTIALLY_SEATED, "finish", pgettext("step", "Finish"), ""),
        (status is _S.CONFIRMED, "eta", pgettext("step", "Running late"), "eta"),
        (status in AT_TABLE, "extend", pgettext("step", "Stay longer"), "extend"),
        (status in EXPECTED | AT_TABLE, "party", _("Party size at the door"), "party"),
        (status in EXPECTED | {_S.PENDING}, "auto-assign", _("Best table automatically"), ""),
        (True, "note", _("Note for the team"), "note"),
        (status in CANCELLABLE, "cancel", _("Cancel the reservation"), "cancel"),
    )
    for is_offered, name, label, form in offers:
        if is_offered:
            yield Action(step=name, label=label, form=form)


def may_undo(reservation: Reservation, *, now: datetime) -> bool:
    """Whether the last step can be taken back; the service has the last word."""
    last, status = reservation.undo, Status(reservation.status)
    if not last or status in {_S.EXPIRED, _S.MOVED}:
        return False
    if status in {_S.CANCELLED_BY_GUEST, _S.CANCELLED_BY_RESTAURANT}:
        return False
    is_answer = undoes_answer(status, Status(last["status"]))
    if status is _S.DECLINED and not is_answer:
        return False
    window = ANSWER_UNDO_WINDOW if is_answer else UNDO_WINDOW
    return now - datetime.fromisoformat(last["at"]) <= window
