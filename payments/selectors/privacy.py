"""What payments know of somebody: for the person's own eyes, and for deciding when to forget."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from payments.models import (
    Dispute,
    Instruction,
    InstructionKind,
    Payment,
    PaymentStatus,
    StoredMethod,
)
from payments.models.instructions import IN_HAND
from payments.selectors.staff import OPEN_DISPUTES


def cards_of(references: Sequence[str]) -> QuerySet[StoredMethod]:
    """The cards that are kept for these payments."""
    used = Payment.objects.filter(method=OuterRef("pk"), reference__in=references)
    return StoredMethod.objects.filter(Exists(used)).order_by("pk")


def disputes_of(references: Sequence[str]) -> QuerySet[Dispute]:
    """The disputes about these payments, the earliest first."""
    rows = Dispute.objects.filter(payment__reference__in=references)
    return rows.select_related("payment").order_by("opened_at", "pk")


def references_in_dispute() -> set[str]:
    """What the payments are for that are disputed and not decided. One query; there are few."""
    rows = Dispute.objects.filter(status__in=OPEN_DISPUTES)
    return set(rows.values_list("payment__reference", flat=True))


def unsettled_of(references: Sequence[str]) -> QuerySet[Payment]:
    """Payments that something may still be taken from, or that the provider is being told to do
    something with; that a card is being forgotten keeps nobody from being forgotten.
    """
    may_take = Q(
        Q(status__in=[PaymentStatus.OPEN, PaymentStatus.AUTHORISED])
        | Q(status=PaymentStatus.SAVED, method__isnull=False),
        closed_at=None,
    )
    told = Instruction.objects.filter(payment=OuterRef("pk"), status__in=IN_HAND).exclude(
        kind=InstructionKind.FORGET
    )
    return Payment.objects.filter(may_take | Exists(told), reference__in=references)
