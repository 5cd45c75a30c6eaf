"""The beginning of a payment, and the end of the guest's chance to pay."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments.errors import PaymentsOff
from payments.facts import Mode, Status, status_of
from payments.models import (
    Instruction,
    InstructionKind,
    InstructionStatus,
    Payment,
    PaymentStatus,
)
from payments.models.instructions import IN_HAND
from payments.selectors.accounts import account_of, account_problem
from payments.services.books import Books, books_of, payment_locked
from payments.services.consequences import end
from payments.services.instructing import instruct
from payments.services.moving import audit_instruction
from reservehub.core import audit
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.money import Money

WITHDRAWN = "withdrawn"
"""Code of an instruction that was taken back before it went out."""
_SAME = ("restaurant_id", "provider", "account_name", "currency", "amount_minor", "limit_minor")
"""What may not differ for a payment to be the one that is asked for again."""


@transaction.atomic
def payment_open(
    *,
    restaurant_id: int,
    reference: str,
    mode: Mode,
    amount: Money,
    limit: Money,
    description: str,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Ask for money, a hold or a card. Asked again while that is open, it is the same payment; if
    it is about another amount, the earlier one is closed.

    :param reference: what it is for, such as ``reservation:42``; events carry it
    :param amount: to charge or hold now; zero for `Mode.SAVE`
    :param limit: the most that may ever be taken, at least the amount
    :param description: for the guest's statement and the provider; no personal data
    :raises PaymentsOff: if the restaurant takes no payments here
    """
    account = account_of(restaurant_id)
    problem = account_problem(account)
    if account is None or problem:
        raise PaymentsOff(problem)
    wanted = Payment(
        restaurant_id=restaurant_id,
        account=account,
        provider=account.provider,
        account_name=account.account,
        reference=reference,
        mode=mode.value,
        currency=limit.currency,
        amount_minor=(amount + Money.zero(limit.currency)).amount_minor,
        limit_minor=limit.amount_minor,
        description=description[:200],
        created_at=now,
        updated_at=now,
    )
    while True:
        Payment.objects.bulk_create([wanted], ignore_conflicts=True)
        payment = _open_one(reference, mode)
        if payment is None:
            continue  # the other one was paid or closed in between
        if _is_same(payment, wanted):
            break
        _close(books_of(payment), actor, now)
    if payment.public_id == wanted.public_id:
        _audit(payment, "open", actor, now)
    return payment


def _open_one(reference: str, mode: Mode) -> Payment | None:
    return (
        Payment.objects.select_for_update(no_key=True)
        .filter(reference=reference, mode=mode.value, status=PaymentStatus.OPEN)
        .first()
    )


def _is_same(payment: Payment, wanted: Payment) -> bool:
    return all(getattr(payment, name) == getattr(wanted, name) for name in _SAME)


@transaction.atomic
def payment_close(*, payment_id: int, actor: Actor, now: datetime) -> Payment:
    """The guest's chance is over, or what is held is not needed any more: a try under way and what
    is held are given up. Money that was taken stays; closing again changes nothing.

    What the guest gives in the same moment is still written down and told.

    :raises NotFound: if there is no such payment
    """
    books = books_of(payment_locked(payment_id))
    was_closed = books.payment.closed_at is not None
    _close(books, actor, now)
    if not was_closed:
        _audit(books.payment, "close", actor, now)
    return books.payment


def _close(books: Books, actor: Actor, now: datetime) -> None:
    payment = books.payment
    if payment.closed_at is None:
        payment.closed_at = payment.updated_at = now
        payment.status = status_of(books.totals, is_closed=True).value
        payment.save()
    _withdraw(books, now)
    for object_id in _to_release(books):
        instruction = instruct(
            payment,
            InstructionKind.RELEASE,
            books.held().get(object_id, 0),
            object_id=object_id,
            actor=actor,
            now=now,
        )
        audit_instruction(payment, instruction, actor, now)


def _withdraw(books: Books, now: datetime) -> None:
    """A hold that nobody has asked the provider for yet is not asked for any more."""
    for one in books.in_hand(InstructionKind.AUTHORISE):
        # Its worker may have it by now: then it is released afterwards.
        taken_back = Instruction.objects.filter(
            pk=one.pk, status=InstructionStatus.QUEUED, attempts=one.attempts
        ).update(status=InstructionStatus.REFUSED, code=WITHDRAWN, finished_at=now)
        if taken_back:
            one.code = WITHDRAWN
            end(one, InstructionStatus.REFUSED, now)


def _to_release(books: Books) -> list[str]:
    """Objects at the provider that hold something or could still take the guest's money."""
    held = list(books.held())
    if held:
        return held
    payment = books.payment
    releases = {
        one.object_id
        for one in books.instructions
        if one.kind == InstructionKind.RELEASE and one.status != InstructionStatus.REFUSED
    }
    if payment.status == Status.CLOSED and payment.provider_id:
        return [payment.provider_id] if payment.provider_id not in releases else []
    awaited = books.in_hand(InstructionKind.PAY, InstructionKind.AUTHORISE)
    return [""] if awaited and not _open_release(books) else []


def _open_release(books: Books) -> bool:
    return any(
        one.kind == InstructionKind.RELEASE and one.status in IN_HAND for one in books.instructions
    )


def _audit(payment: Payment, what: str, actor: Actor, now: datetime) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    audit.record(
        actor=actor,
        action=f"payments.payment.{what}",
        obj=payment,
        now=now,
        restaurant_id=payment.restaurant_id,
        after={
            "status": str(payment.status),
            "amount_minor": payment.amount_minor,
            "limit_minor": payment.limit_minor,
            "currency": payment.currency,
        },
    )
