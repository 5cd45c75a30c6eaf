"""Holds that ran out without anybody telling us (rule 84)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer
from payments.models import LedgerSource, Payment, PaymentStatus
from payments.services.books import books_of, payment_locked
from payments.services.noting import answer_note
from payments.services.trying import payment_look_up

CERTAIN_AFTER = timedelta(days=1)
"""So long after its end a hold is over, whether the provider says so or cannot be asked."""


def holds_run_out(*, now: datetime, limit: int = 100) -> int:
    """Find out what became of holds whose time is over. Returns how many were looked at.

    Call it outside any transaction: the providers are asked.
    """
    over = Payment.objects.filter(status=PaymentStatus.AUTHORISED, held_until__lte=now)
    found = list(over.order_by("held_until").values_list("pk", flat=True)[:limit])
    for payment_id in found:
        payment_look_up(payment_id=payment_id, now=now)
        _run_out(payment_id, now)
    return len(found)


@transaction.atomic
def _run_out(payment_id: int, now: datetime) -> None:
    payment = payment_locked(payment_id)
    if payment.held_until is None or payment.held_until > now - CERTAIN_AFTER:
        return
    books = books_of(payment)
    facts = tuple(
        Fact(
            kind=FactKind.RELEASED,
            provider_id=f"{object_id}-ran-out"[:255],
            object_id=object_id,
            amount_minor=amount,
            currency=payment.currency,
            occurred_at=payment.held_until,
        )
        for object_id, amount in books.held().items()
    )
    answer_note(payment, Answer(facts=facts), source=LedgerSource.LOOK_UP, now=now)
