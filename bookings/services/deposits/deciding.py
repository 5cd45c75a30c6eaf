"""What staff decide about money: give it up, give it back, charge a fee (rules 80, 82)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from bookings import lifecycle
from bookings.deposits import Ending, kept_minor
from bookings.errors import DepositMissing, FeeRefused
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.deposits.asking import payment_start
from bookings.services.deposits.records import Account, account_lock, case_of, has_deposit
from bookings.services.deposits.settling import confirm_settled, deposit_settle
from bookings.services.records import reservation_lock
from bookings.settlement import FEE_UNTIL, Case, Do, Purse, is_secured, keeps_minor
from payments.errors import AmountRefused
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.money import Money


@transaction.atomic
def reservation_deposit_waive(
    *,
    reservation_id: int,
    amount: Money | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Reservation:
    """Give up what the guest owes, or a part of it: what was taken goes back, what was not is not
    asked for any more. A booking that waited for nothing else is confirmed (rule 80).

    :param amount: None: all of it
    :raises DepositMissing: if no money was asked for
    :raises AmountRefused: if it is more than the guest owes or has paid
    """
    reservation, account = _lock(reservation_id)
    in_hand = _in_hand(account)
    keeps = min(keeps_minor(account.case, now=now), in_hand)
    most = keeps if in_hand else account.case.due_minor
    wanted = _wanted(account, amount, most)
    less = _less(account.case, keeps - wanted if in_hand else None, wanted, now=now)
    if amount is None:
        less = nothing(account.case)
    write(reservation, account, less, wanted, what="waived", reason=reason, actor=actor, now=now)
    return owe_less(reservation, reason=reason, actor=actor, now=now)


def owe_less(reservation: Reservation, *, reason: str, actor: Actor, now: datetime) -> Reservation:
    """What follows when less is owed: a locked booking that waited for nothing else is confirmed,
    or its guest is asked for the rest.
    """
    account = account_lock(reservation)
    reservation.deposit_minor = account.case.due_minor
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    if reservation.status != Status.PENDING_PAYMENT:
        deposit_settle(reservation, actor=actor, reason=reason, again=_REFUND, now=now)
        return reservation
    if is_secured(account.case, account.purses):
        return confirm_settled(reservation, now=now)
    payment_start(reservation, account.deposit, actor=actor, now=now)
    return reservation


@transaction.atomic
def reservation_deposit_refund(
    *,
    reservation_id: int,
    amount: Money | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Reservation:
    """Give money back that was taken, or a part of it, whatever the terms say. What goes back
    anyway, and was refused when it was tried, is tried again first.

    :param amount: None: all that is left
    :raises DepositMissing: if nothing was taken, or all of it is on its way back
    :raises AmountRefused: if it is more than is left
    """
    reservation, account = _lock(reservation_id)
    in_hand = _in_hand(account)
    if not in_hand:
        raise DepositMissing
    wanted = _wanted(account, amount, in_hand)
    keeps = min(keeps_minor(account.case, now=now), in_hand - wanted)
    less = _less(account.case, keeps, wanted, now=now)
    if amount is None:
        less = nothing(account.case)
    write(reservation, account, less, wanted, what="refunded", reason=reason, actor=actor, now=now)
    deposit_settle(reservation, actor=actor, reason=reason, again=_REFUND, now=now)
    return reservation


_REFUND = frozenset({Do.REFUND})


def _lock(reservation_id: int) -> tuple[Reservation, Account]:
    reservation = reservation_lock(reservation_id)
    if not has_deposit(reservation):
        raise DepositMissing
    return reservation, account_lock(reservation)


def _in_hand(account: Account) -> int:
    return sum(purse.in_hand_minor for purse in account.purses)


def _wanted(account: Account, amount: Money | None, most: int) -> int:
    """:raises AmountRefused: if it is nothing, more than is possible, or another currency"""
    wanted = most if amount is None else amount.amount_minor
    is_same = amount is None or amount.currency == account.case.terms["currency"]
    if not is_same or not 0 < wanted <= most:
        raise AmountRefused(available_minor=most)
    return wanted


def nothing(case: Case) -> Case:
    """The case in which the guest owes no more."""
    return replace(case, waived_minor=case.terms["limit_minor"], fee_minor=0)


def _less(case: Case, target: int | None, wanted: int, *, now: datetime) -> Case:
    """The case in which the restaurant may have less.

    :param target: so much of what was taken; None if nothing was taken yet
    """
    limit = case.terms["limit_minor"]
    if target is None:
        return replace(case, waived_minor=min(case.waived_minor + wanted, limit))
    less = replace(case, fee_minor=min(case.fee_minor, target))
    over = max(keeps_minor(less, now=now) - target, 0)
    return replace(less, waived_minor=min(less.waived_minor + over, limit))


def write(
    reservation: Reservation,
    account: Account,
    less: Case,
    wanted: int,
    *,
    what: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """How much less the restaurant may have, and who said so (rule 109)."""
    deposit = account.deposit
    before = {"waived_minor": deposit.waived_minor, "fee_minor": deposit.fee_minor}
    deposit.waived_minor, deposit.fee_minor = less.waived_minor, less.fee_minor
    deposit.save(update_fields=["waived_minor", "fee_minor"])
    audit.record(
        actor=actor,
        action=f"reservation.deposit_{what}",
        obj=reservation,
        now=now,
        restaurant_id=reservation.restaurant_id,
        before=before,
        after={
            "amount_minor": wanted,
            "currency": less.terms["currency"],
            "waived_minor": less.waived_minor,
            "fee_minor": less.fee_minor,
            "reason": reason,
        },
    )


@transaction.atomic
def reservation_fee_charge(
    *,
    reservation_id: int,
    missing: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Reservation:
    """Charge the guest for not coming, or for cancelling late, from the card that is kept or what
    is held: once, after the grace time, within seven days of the start, and never more than was
    agreed (rule 82). Callers have checked that the actor may.

    :param missing: so many of the party did not come; None: all
    :raises DepositMissing: if no card was asked for
    :raises FeeRefused: with the `reason`
    """
    reservation, account = _lock(reservation_id)
    deposit, case, purses = account
    _check_fee(reservation, case, purses, missing, now=now)
    fee = _fee_minor(reservation, case, missing)
    if fee <= 0:
        raise FeeRefused(reason="not_due", available_minor=0)
    deposit.fee_minor = fee
    deposit.save(update_fields=["fee_minor"])
    audit.record(
        actor=actor,
        action="reservation.fee_charged",
        obj=reservation,
        now=now,
        restaurant_id=reservation.restaurant_id,
        after={
            "amount_minor": fee,
            "currency": case.terms["currency"],
            "missing": missing,
            "reason": reason,
        },
    )
    deposit_settle(
        reservation,
        actor=actor,
        reason=reason,
        again=frozenset({Do.CHARGE, Do.CAPTURE}),
        now=now,
    )
    return reservation


def fee_available(reservation: Reservation, missing: int | None = None) -> int:
    """How much a fee could be at most, minor units, for those who are about to decide. No lock."""
    if not has_deposit(reservation):
        return 0
    return _fee_minor(reservation, case_of(reservation, reservation.deposit), missing)


def _fee_minor(reservation: Reservation, case: Case, missing: int | None) -> int:
    if missing is None:
        return case.fee_limit_minor
    part = kept_minor(
        case.terms, Ending.NO_SHOW, missing=missing, party_size=reservation.party_size
    )
    return min(part, case.fee_limit_minor)


def _check_fee(
    reservation: Reservation, case: Case, purses: list[Purse], missing: int | None, *, now: datetime
) -> None:
    """:raises FeeRefused: with the reason"""
    came_in_part = case.status in (*lifecycle.AT_TABLE, Status.COMPLETED)
    if case.is_prepaid or not (
        case.status is Status.NO_SHOW
        or case.cancelled_late
        or (came_in_part and missing is not None and missing < reservation.party_size)
    ):
        raise FeeRefused(reason="not_due")
    if missing is not None and not 0 < missing <= reservation.party_size:
        raise FeeRefused(reason="above_limit")
    grace = timedelta(minutes=reservation.restaurant.policy.grace_minutes)
    grace_until = lifecycle.extended_grace(reservation.starts_at, reservation.late_eta_at, grace)
    if not case.cancelled_late and now < grace_until:
        raise FeeRefused(reason="too_early")
    if now > reservation.starts_at + FEE_UNTIL:
        raise FeeRefused(reason="too_late")
    if case.fee_minor or any(
        purse.captured_minor or purse.is_taking or purse.is_said_taken for purse in purses
    ):
        raise FeeRefused(reason="charged")
    if not any(purse.ready_minor or purse.has_card for purse in purses):
        raise FeeRefused(reason="no_card")
