"""Taking, holding and giving back money: decided here, under the lock of the payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from payments.errors import AmountRefused
from payments.models import Instruction, InstructionKind, Payment
from payments.services.books import TAKINGS, Books, books_of, payment_locked
from payments.services.instructing import instruct
from reservehub.core import audit
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.money import CurrencyMismatch, Money


@transaction.atomic
def payment_capture(
    *, payment_id: int, amount: Money | None, reason: str, actor: Actor, now: datetime
) -> Instruction:
    """Take all or a part of what is held; the rest is released.

    :param amount: None: as much as is held and the limit allows
    :raises NotFound: if there is no such payment
    :raises AmountRefused: if it is more than is held or may be taken in all, or something is being
        taken at this moment
    """
    books = books_of(payment_locked(payment_id))
    _nothing_in_hand(books)
    held = books.held()
    object_id = max(held, key=lambda one: held[one], default="")
    wanted = _within(books.payment, amount, min(held.get(object_id, 0), books.room()))
    return _decide(
        books,
        InstructionKind.CAPTURE,
        wanted,
        reason=reason,
        actor=actor,
        now=now,
        object_id=object_id,
    )


@transaction.atomic
def payment_charge(
    *, payment_id: int, amount: Money, reason: str, actor: Actor, now: datetime
) -> Instruction:
    """Charge the saved card while the guest is away.

    :raises NotFound: if there is no such payment
    :raises AmountRefused: if no card is kept, it is more than may be taken in all, or something is
        being taken at this moment
    """
    books = books_of(payment_locked(payment_id))
    _nothing_in_hand(books)
    wanted = _within(books.payment, amount, books.room() if _has_card(books) else 0)
    return _decide(books, InstructionKind.CHARGE, wanted, reason=reason, actor=actor, now=now)


@transaction.atomic
def payment_authorise(
    *, payment_id: int, amount: Money, actor: Actor, now: datetime
) -> Instruction:
    """Hold an amount on the saved card while the guest is away (rule 84).

    :raises NotFound: if there is no such payment
    :raises AmountRefused: if no card is kept, the limit does not allow it beside what is held and
        taken, or something is being taken at this moment
    """
    books = books_of(payment_locked(payment_id))
    _nothing_in_hand(books)
    room = books.room() - books.totals.held
    wanted = _within(books.payment, amount, room if _has_card(books) else 0)
    return _decide(books, InstructionKind.AUTHORISE, wanted, reason="", actor=actor, now=now)


@transaction.atomic
def payment_refund(
    *, payment_id: int, amount: Money | None, reason: str, actor: Actor, now: datetime
) -> Instruction | None:
    """Give back all or a part of what is kept; None if all was to go back and nothing is left.

    Where two tries have paid, it may take an instruction for each; the first is returned.

    :param amount: None: all that is left
    :raises NotFound: if there is no such payment
    :raises AmountRefused: if it is more than is left
    """
    books = books_of(payment_locked(payment_id))
    left = books.to_give_back()
    if amount is None and not left:
        return None
    wanted = _within(books.payment, amount, left)
    made = []
    for object_id, most in sorted(books.refundable().items(), key=lambda item: -item[1]):
        part = min(most, wanted)
        if part > 0:
            made.append(
                _decide(
                    books,
                    InstructionKind.REFUND,
                    part,
                    reason=reason,
                    actor=actor,
                    now=now,
                    object_id=object_id,
                )
            )
            wanted -= part
    return made[0]


def _nothing_in_hand(books: Books) -> None:
    if books.in_hand(*TAKINGS):
        raise AmountRefused(
            _("Something is being taken at this moment; its outcome is not known yet."),
            available_minor=0,
        )


def _has_card(books: Books) -> bool:
    return books.payment.method_id is not None


def _within(payment: Payment, amount: Money | None, available: int) -> int:
    """The amount in minor units.

    :raises AmountRefused: if it is nothing, or more than is available
    """
    if amount is not None and amount.currency != payment.currency:
        raise CurrencyMismatch(f"{amount.currency} of a payment in {payment.currency}")
    wanted = available if amount is None else amount.amount_minor
    if not 0 < wanted <= available:
        raise AmountRefused(available_minor=max(available, 0))
    return wanted


def _decide(
    books: Books,
    kind: InstructionKind,
    amount_minor: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    object_id: str = "",
) -> Instruction:
    payment = books.payment
    instruction = instruct(
        payment, kind, amount_minor, object_id=object_id, reason=reason, actor=actor, now=now
    )
    audit_instruction(payment, instruction, actor, now)
    return instruction


def audit_instruction(
    payment: Payment, instruction: Instruction, actor: Actor, now: datetime
) -> None:
    """What a person has decided about money (rule 109). What follows from the rules by itself is
    in the instructions alone.
    """
    if actor.kind is ActorKind.SYSTEM:
        return
    after: Mapping[str, object] = {
        "instruction_id": instruction.pk,
        "amount_minor": instruction.amount_minor,
        "currency": payment.currency,
        "reason": instruction.reason,
    }
    audit.record(
        actor=actor,
        action=f"payments.payment.{instruction.kind}",
        obj=payment,
        now=now,
        restaurant_id=payment.restaurant_id,
        after=after,
    )
