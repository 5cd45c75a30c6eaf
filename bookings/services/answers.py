"""Staff answer requests; unanswered ones expire (rule 54)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings import lifecycle
from bookings.events import ReservationConfirmed, ReservationDeclined, ReservationExpired
from bookings.lifecycle import Status
from bookings.models import Deposit, Reservation
from bookings.services.deposits.asking import payment_asked, payment_start, payment_wait
from bookings.services.deposits.records import account_lock, has_deposit
from bookings.services.deposits.settling import confirm_settled
from bookings.services.records import reservation_lock
from bookings.services.seats import seats_release
from bookings.services.steps import step_check, step_remember, step_take
from bookings.settlement import is_secured
from reservehub.core.actors import Actor

MAX_REASON = 300


@transaction.atomic
def reservation_approve(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Staff say yes to a request (rule 54). A request whose time to answer has run out can still be
    approved until the sweep. `reservation_undo` makes it a request again, within one minute.

    Where money was agreed and is not there yet, the guest is sent a link to pay, and has four hours
    (rule 78). A booking of which staff have said that it stays without the money is confirmed, and
    can be paid again.

    :raises TransitionRefused: if it is no longer pending
    :raises PaymentsOff: if the restaurant can take no money any more: waive it first
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    step_check(reservation, Status.CONFIRMED, actor=actor, now=now)
    step_remember(
        reservation, now=now, besides=("confirmed_at", "expires_at", "confirmation_method")
    )
    reservation.confirmation_method = "manual"
    if has_deposit(reservation):
        account = account_lock(reservation)
        if not is_secured(account.case, account.purses):
            if account.deposit.pay_until is None:
                return _approve_if_paid(reservation, account.deposit, actor=actor, now=now)
            payment_start(reservation, account.deposit, actor=actor, now=now)
    reservation.confirmed_at = now
    reservation.expires_at = None
    return step_take(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationConfirmed(**about),
        actor=actor,
        now=now,
    )


def _approve_if_paid(
    reservation: Reservation, deposit: Deposit, *, actor: Actor, now: datetime
) -> Reservation:
    deposit.is_by_link = True
    deposit.save(update_fields=["is_by_link"])
    payment = payment_wait(reservation, deposit, actor=actor, now=now)
    reservation.status = Status.PENDING
    return step_take(
        reservation,
        Status.PENDING_PAYMENT,
        lambda _about: payment_asked(reservation, payment, actor=actor, now=now, by_link=True),
        actor=actor,
        now=now,
        action="reservation.approved",
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
    """Nobody answered, or paid, in time (rules 54, 78). None if somebody did, a moment ago."""
    reservation = reservation_lock(reservation_id)
    is_due = reservation.expires_at is not None and reservation.expires_at <= now
    if Status(reservation.status) not in lifecycle.AWAITING or not is_due:
        return None
    if reservation.status == Status.PENDING_PAYMENT:
        account = account_lock(reservation)
        if is_secured(account.case, account.purses):
            confirm_settled(reservation, now=now)
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
