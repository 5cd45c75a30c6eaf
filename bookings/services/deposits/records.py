"""The money of a locked reservation: read it, decide, tell the providers, write down the state."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bookings.deposits import Terms, payment_reference
from bookings.lifecycle import Status
from bookings.models import Deposit, DepositStatus, Reservation
from bookings.settlement import (
    Case,
    Do,
    Order,
    Purse,
    cards_over,
    deposit_status,
    look_again_at,
    orders,
)
from payments.models import (
    Dispute,
    DisputeStatus,
    InstructionKind,
    InstructionStatus,
    Payment,
    PaymentStatus,
)
from payments.services import (
    card_forget,
    payment_authorise,
    payment_capture,
    payment_charge,
    payment_close,
    payment_refund,
)
from payments.services.books import TAKINGS, Books, books_of
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.money import Money

_OF_KIND = {InstructionKind.RELEASE: Do.CLOSE.value}
_OPEN_DISPUTE = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW)


class Account(NamedTuple):
    """What was decided about the money of a reservation, and where the money is."""

    deposit: Deposit
    case: Case
    purses: list[Purse]


def has_deposit(reservation: Reservation) -> bool:
    """Whether money was ever asked for it. No query."""
    return reservation.deposit_status != DepositStatus.NOT_REQUIRED


PAID_FOR = frozenset(
    {
        *(DepositStatus.GUARANTEED, DepositStatus.HELD),
        *(DepositStatus.PAID, DepositStatus.PARTLY_REFUNDED),
    }
)


def is_paid_for(reservation: Reservation) -> bool:
    """Whether money secures a booking, or is waited for. No query."""
    is_waiting = reservation.status == Status.PENDING_PAYMENT
    return is_waiting or reservation.deposit_status in PAID_FOR


def terms_agreed(reservation: Reservation) -> Terms:
    """:raises KeyError: if no money was asked for"""
    terms: Terms = reservation.policy_snapshot["deposit"]
    return terms


def is_asked_by_hand(reservation: Reservation) -> bool:
    """Whether staff asked for its money rather than a rule. No query."""
    return has_deposit(reservation) and terms_agreed(reservation)["rule_id"] is None


def is_withdrawn(reservation: Reservation) -> bool:
    """Whether staff asked for it by hand and gave it up before anything was given: then nothing is
    agreed. No query.
    """
    return reservation.deposit_status == DepositStatus.WAIVED and is_asked_by_hand(reservation)


def is_owing(reservation: Reservation) -> bool:
    """Whether the guest is asked for something now, be the table theirs or not yet. No query."""
    is_booked = reservation.status == Status.CONFIRMED
    is_unpaid = is_booked and reservation.deposit_status == DepositStatus.PENDING
    return is_unpaid or reservation.status == Status.PENDING_PAYMENT


def asked_until(reservation: Reservation, deposit: Deposit) -> datetime | None:
    """Until when the guest is asked to pay: then the tables go to others, or are kept all the
    same, as staff chose. None where no time was said.
    """
    if reservation.status == Status.PENDING_PAYMENT:
        return reservation.expires_at
    if reservation.status != Status.CONFIRMED or deposit.pay_until is None:
        return None
    return min(deposit.pay_until, reservation.starts_at)


def account_lock(reservation: Reservation) -> Account:
    """The money of a reservation, whose row the caller has locked; its payments are locked after
    it, in their order. Three queries.
    """
    deposit = Deposit.objects.select_for_update().get(pk=reservation.pk)
    return Account(deposit, case_of(reservation, deposit), purses_lock(reservation.pk))


def case_of(reservation: Reservation, deposit: Deposit) -> Case:
    return Case(
        terms=terms_agreed(reservation),
        status=Status(reservation.status),
        starts_at=reservation.starts_at,
        ended_at=_ended_at(reservation),
        cancelled_at=reservation.cancelled_at,
        is_too_late=deposit.too_late_at is not None,
        waived_minor=deposit.waived_minor,
        fee_minor=deposit.fee_minor,
    )


def _ended_at(reservation: Reservation) -> datetime | None:
    """When the last step was taken that can be undone; long ago where nobody knows any more."""
    undo = reservation.undo
    return datetime.fromisoformat(undo["at"]) if undo else None


def purses_lock(reservation_id: int) -> list[Purse]:
    """Locked, so that no instruction comes in between what is read and what is decided."""
    payments = list(
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .filter(reference=payment_reference(reservation_id))
        .order_by("pk")
    )
    if not payments:
        return []
    disputed = set(
        Dispute.objects.filter(payment__in=payments, status__in=_OPEN_DISPUTE).values_list(
            "payment", flat=True
        )
    )
    return [_purse(books_of(payment), payment.pk in disputed) for payment in payments]


def _purse(books: Books, is_disputed: bool) -> Purse:
    payment = books.payment
    last = {one.kind: one.status for one in books.instructions}
    ready = max(books.held().values(), default=0)  # one object is captured at a time
    return Purse(
        payment_id=payment.pk,
        mode=payment.mode,
        is_open=payment.status == PaymentStatus.OPEN,
        is_closed=payment.closed_at is not None,
        is_saved=books.totals.is_saved,
        has_card=payment.method_id is not None,
        captured_minor=payment.captured_minor,
        refunded_minor=payment.refunded_minor,
        in_hand_minor=books.to_give_back(),
        disputed_minor=payment.disputed_minor,
        held_minor=payment.authorised_minor,
        ready_minor=min(ready, books.room()),
        room_minor=books.room() if payment.method_id is not None else 0,
        was_held=books.totals.was_held,
        is_taking=bool(books.in_hand(*TAKINGS)),
        is_said_taken=bool(books.said_taken()),
        is_holding=bool(books.in_hand(InstructionKind.AUTHORISE)),
        is_letting_go=bool(books.in_hand(InstructionKind.RELEASE)),
        is_disputed=is_disputed,
        refused=frozenset(
            _OF_KIND.get(InstructionKind(kind), kind)
            for kind, status in last.items()
            if status == InstructionStatus.REFUSED
        ),
    )


def deposit_follow(
    reservation: Reservation,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    reason: str = "",
    again: frozenset[Do] = frozenset(),
) -> bool:
    """Bring the money in line with where the reservation stands; whether its state changed.

    The caller has locked the row and saves it. Providers are told after the commit.

    :param again: what somebody wants to be tried once more though it was refused
    """
    if not has_deposit(reservation):
        return False
    deposit, case, purses = account_lock(reservation)
    told = list(orders(case, purses, again=again, now=now))
    for order in told:
        _tell(order, currency=case.terms["currency"], actor=actor, reason=reason, now=now)
    if told:
        purses = purses_lock(reservation.pk)
    over = list(cards_over(case, purses, now=now))
    for payment_id in over:
        card_forget(payment_id=payment_id, now=now)
    if over:
        purses = purses_lock(reservation.pk)
    at = look_again_at(case, purses, now=now)
    if at != deposit.look_again_at:
        deposit.look_again_at = at
        deposit.save(update_fields=["look_again_at"])
    status = deposit_status(case, purses, now=now)
    is_changed = status != reservation.deposit_status
    reservation.deposit_status = status
    return is_changed


def _tell(order: Order, *, currency: str, actor: Actor, reason: str, now: datetime) -> None:
    amount = Money(order.amount_minor, currency)
    if order.do is Do.CLOSE:
        payment_close(payment_id=order.payment_id, actor=actor, now=now)
    elif order.do is Do.HOLD:
        payment_authorise(payment_id=order.payment_id, amount=amount, actor=actor, now=now)
    elif order.do is Do.CAPTURE:
        payment_capture(
            payment_id=order.payment_id, amount=amount, reason=reason, actor=actor, now=now
        )
    elif order.do is Do.CHARGE:
        payment_charge(
            payment_id=order.payment_id, amount=amount, reason=reason, actor=actor, now=now
        )
    else:
        payment_refund(
            payment_id=order.payment_id, amount=amount, reason=reason, actor=actor, now=now
        )


def fee_forget(reservation: Reservation) -> None:
    """No fee is wanted: the party came after all (rule 66), or was never gone, and what was charged
    goes back; or it could not be charged.
    """
    if has_deposit(reservation):
        Deposit.objects.filter(pk=reservation.pk, fee_minor__gt=0).update(fee_minor=0)
