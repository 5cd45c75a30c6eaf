"""Asking once more, for longer, and when the provider would not do it by itself (rules 78, 84)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.deposits import Kind
from bookings.errors import DepositMissing, HoldExpired, HoldLimitReached, TransitionRefused
from bookings.events import ReservationPaymentFailed
from bookings.lifecycle import Status, payment_expires_at
from bookings.models import Deposit, Reservation
from bookings.services.deposits.asking import (
    ONLINE_LIFE,
    ask_until,
    payment_asked,
    payment_start,
)
from bookings.services.deposits.records import (
    Account,
    account_lock,
    fee_forget,
    has_deposit,
    is_asked_by_hand,
)
from bookings.services.deposits.settling import deposit_settle
from bookings.services.records import event_members, reservation_lock, reservation_record
from bookings.settlement import Case, Purse
from payments.errors import PaymentsOff
from payments.facts import Mode
from payments.models import InstructionKind, Payment
from payments.models.instructions import NO_WORD
from reservehub.core import events
from reservehub.core.actors import SYSTEM, Actor


@transaction.atomic
def reservation_payment_ask(*, reservation_id: int, actor: Actor, now: datetime) -> Payment:
    """Send the guest a link to pay, once more: a booking that waits for it, or was asked for it by
    hand, gets new time.

    :raises DepositMissing: if no money was agreed, or it is there
    :raises TransitionRefused: if the booking neither waits for it nor lies ahead
    :raises PaymentsOff: if the restaurant can take no money any more
    """
    reservation = reservation_lock(reservation_id)
    if not has_deposit(reservation):
        raise DepositMissing
    deposit, case, purses = account_lock(reservation)
    is_waiting = case.status is Status.PENDING_PAYMENT
    if not is_waiting and (case.status is not Status.CONFIRMED or now >= case.starts_at):
        raise TransitionRefused(status_now=reservation.status)
    if _is_complete(case, purses):
        raise DepositMissing
    deposit.is_by_link = True
    deposit.save(update_fields=["is_by_link"])
    payment = payment_start(reservation, deposit, actor=actor, now=now)
    until = ask_until(reservation, deposit, now=now)
    if is_waiting:
        reservation.expires_at = max(until, reservation.expires_at or until)
    elif deposit.pay_until is not None:
        deposit.pay_until = max(until, deposit.pay_until)
        deposit.save(update_fields=["pay_until"])
    _save(reservation, now=now)
    is_first = not any(purse.is_saved or purse.was_held for purse in purses)
    by_hand = is_first and is_asked_by_hand(reservation)
    reservation_record(
        reservation,
        payment_asked(reservation, payment, actor=actor, now=now, by_link=True, by_hand=by_hand),
        actor=actor,
        action="reservation.payment_asked",
        before={},
        after={"payment": payment.pk},
        table_ids=[],
        now=now,
    )
    return payment


def _is_complete(case: Case, purses: list[Purse]) -> bool:
    """All that was agreed is there: not only the card on which nothing could be held."""
    if case.due_minor == 0:
        return True
    if case.is_prepaid:
        return sum(purse.in_hand_minor for purse in purses) >= case.due_minor
    if any(purse.ready_minor or purse.in_hand_minor for purse in purses):
        return True
    was_refused = any("authorise" in purse.refused for purse in purses)
    has_card = any(purse.is_saved for purse in purses)
    return has_card and (case.kind is Kind.GUARANTEE or not was_refused)


@transaction.atomic
def reservation_payment_extend(*, reservation_id: int, actor: Actor, now: datetime) -> Reservation:
    """Give a guest who is paying the full time again (WCAG 2.2.1), as holds do.

    :raises HoldExpired: if the time is over, or nothing is waited for
    :raises HoldLimitReached: after the allowed number of times
    """
    del actor  # the guest's own; nothing for the audit
    reservation = reservation_lock(reservation_id)
    until = reservation.expires_at
    if reservation.status != Status.PENDING_PAYMENT or until is None or now >= until:
        raise HoldExpired
    deposit = Deposit.objects.select_for_update().get(pk=reservation.pk)
    if deposit.extensions >= reservation.restaurant.policy.hold_extensions:
        raise HoldLimitReached
    deposit.extensions += 1
    deposit.save(update_fields=["extensions"])
    again = payment_expires_at(now, reservation.starts_at, life=ONLINE_LIFE)
    reservation.expires_at = max(until, again)
    _save(reservation, now=now)
    return reservation


def _save(reservation: Reservation, *, now: datetime) -> None:
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()


@transaction.atomic
def reservation_hold_lost(*, reservation_id: int, now: datetime) -> bool:
    """What was held for a booking ahead ran out, or the bank let it go: staff must know, and the
    guest is asked once more. Whether that was so.
    """
    reservation = reservation_lock(reservation_id)
    if not has_deposit(reservation):
        return False
    account = account_lock(reservation)
    case, purses = account.case, account.purses
    is_ahead = case.status is Status.CONFIRMED and now < case.starts_at
    has_any = any(purse.ready_minor or purse.in_hand_minor or purse.is_open for purse in purses)
    if not is_ahead or case.is_prepaid or case.due_minor == 0 or has_any:
        return False
    _fail(
        reservation,
        account,
        kind=InstructionKind.AUTHORISE,
        amount_minor=case.due_minor,
        code="hold_lost",
        needs_guest=True,
        now=now,
    )
    return True


@transaction.atomic
def reservation_payment_failed(
    *,
    reservation_id: int,
    kind: str,
    amount_minor: int,
    code: str,
    needs_guest: bool,
    now: datetime,
) -> None:
    """The provider would not do what was wanted while the guest is away: staff must know, and where
    the guest can help they are sent a link.
    """
    reservation = reservation_lock(reservation_id)
    if not has_deposit(reservation) or kind in _SILENT:
        return
    _fail(
        reservation,
        account_lock(reservation),
        kind=kind,
        amount_minor=amount_minor,
        code=code,
        needs_guest=needs_guest,
        now=now,
    )


def _fail(
    reservation: Reservation,
    account: Account,
    *,
    kind: str,
    amount_minor: int,
    code: str,
    needs_guest: bool,
    now: datetime,
) -> None:
    is_refused = code != NO_WORD  # else it may have been done: nothing is asked for once more
    payment = None
    if is_refused:
        payment = _ask_instead(reservation, account, kind, needs_guest=needs_guest, now=now)
    if is_refused and payment is None and kind == InstructionKind.CHARGE:
        # Staff may try again, or let it be: there is no fee until it is charged.
        account.deposit.fee_minor = 0
        account.deposit.save(update_fields=["fee_minor"])
    events.publish(
        ReservationPaymentFailed(
            kind=kind,
            amount_minor=amount_minor,
            code=code,
            link_sent=payment is not None,
            **event_members(reservation, actor=SYSTEM, now=now),
        )
    )
    if payment is not None:
        events.publish(payment_asked(reservation, payment, actor=SYSTEM, now=now, by_link=True))
    deposit_settle(reservation, now=now)


@transaction.atomic
def reservation_instruction_settled(
    *, reservation_id: int, kind: str, has_happened: bool, now: datetime
) -> None:
    """A person has said what became of something of which the provider says nothing."""
    reservation = reservation_lock(reservation_id)
    if not has_deposit(reservation):
        return
    if kind == InstructionKind.CHARGE and not has_happened:
        fee_forget(reservation)  # staff may try again, or let it be
    deposit_settle(reservation, now=now)


_SILENT = (InstructionKind.RELEASE, InstructionKind.PAY)
"""What was given up had been taken, which is told by itself; who pays is told on their page."""


def _ask_instead(
    reservation: Reservation, account: Account, kind: str, *, needs_guest: bool, now: datetime
) -> Payment | None:
    deposit, case, _purses = account
    is_ahead = case.status is Status.CONFIRMED and now < case.starts_at
    try:
        if kind == InstructionKind.AUTHORISE and is_ahead and case.due_minor:
            return payment_start(reservation, deposit, actor=SYSTEM, now=now, mode=Mode.AUTHORISE)
        if kind == InstructionKind.CHARGE and needs_guest and case.fee_minor:
            return payment_start(
                reservation,
                deposit,
                actor=SYSTEM,
                now=now,
                mode=Mode.CHARGE,
                amount_minor=case.fee_minor,
            )
    except PaymentsOff:
        return None
    return None
