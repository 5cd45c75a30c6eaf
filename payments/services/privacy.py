"""Forgetting whose money it was: the ledger stays, the card and what staff wrote do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from payments.models import Difference, Instruction, Payment
from payments.services.cards import card_forget


def payments_forget(references: Sequence[str], *, now: datetime) -> int:
    """Let nobody tell any more whose these payments were; returns how many. Call it in a
    transaction.

    Amounts, times and the providers' numbers stay: the books must add up. Cards are deleted at the
    provider as well; one that payments for something else were made with stays with those.
    """
    payments = Payment.objects.filter(reference__in=references)
    with_card = payments.exclude(method=None).order_by("pk")
    for payment_id in list(with_card.values_list("pk", flat=True)):
        card_forget(payment_id=payment_id, now=now)
    Instruction.objects.filter(payment__in=payments).update(
        reason="", settled_reason="", source_token=""
    )
    Difference.objects.filter(payment__in=payments).update(note="")
    return payments.count()
