"""Forgetting whose money it was: the ledger stays, the card and what staff wrote do not."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from payments.models import Difference, Instruction, Payment, StoredMethod


def payments_forget(references: Sequence[str]) -> int:
    """Let nobody tell any more whose these payments were; returns how many. Call it in a
    transaction.

    Amounts, times and the providers' numbers stay: the books must add up. A card that payments for
    something else were made with as well stays with those.
    """
    payments = Payment.objects.filter(reference__in=references)
    cards = list(payments.exclude(method=None).values_list("method", flat=True).distinct())
    Instruction.objects.filter(payment__in=payments).update(
        reason="", settled_reason="", source_token=""
    )
    Difference.objects.filter(payment__in=payments).update(note="")
    count = payments.update(method=None)
    in_use = Payment.objects.filter(method=OuterRef("pk"))
    StoredMethod.objects.filter(~Exists(in_use), pk__in=cards).delete()
    return count
