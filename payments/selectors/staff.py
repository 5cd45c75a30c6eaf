"""Payments as those who run a restaurant look at them: the list, its sums, one with its course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform

from payments.models import (
    Dispute,
    DisputeStatus,
    Instruction,
    InstructionStatus,
    LedgerEntry,
    Payment,
    WebhookReceipt,
)
from payments.models.instructions import IN_HAND, NO_WORD, SAID_NOT_DONE
from restaurants.models import Restaurant

OPEN_DISPUTES = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW)
MOST_WEBHOOKS = 100


class Position(NamedTuple):
    """The last payment of a page; the next page begins after it."""

    created_at: datetime
    pk: int


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What payments add up to in one currency, minor units."""

    currency: str
    taken: int
    refunded: int
    disputed: int
    held: int
    fees: int

    @property
    def kept(self) -> int:
        return self.taken - self.refunded - self.disputed


def payments_listed(
    restaurant: Restaurant, *, since: datetime | None, until: datetime | None
) -> QuerySet[Payment]:
    """The payments that were asked for in `[since, until)`, the latest first. The caller has made
    sure that the asker may see them.
    """
    found = Payment.objects.filter(restaurant=restaurant).select_related("method")
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lt=until)
    return found.order_by("-created_at", "-pk")


def payments_page(
    found: QuerySet[Payment], *, after: Position | None, size: int
) -> tuple[list[Payment], Position | None]:
    """The page after a payment, and where the next one begins; None if there is none. The index of
    the restaurant's payments leads to it however far it is.
    """
    rows = found
    if after is not None:
        rows = rows.filter(created_at__lte=after.created_at).filter(
            Q(created_at__lt=after.created_at) | Q(pk__lt=after.pk)
        )
    page = list(rows[: size + 1])
    if len(page) <= size:
        return page, None
    last = page[size - 1]
    return page[:size], Position(last.created_at, last.pk)


def payments_sums(found: QuerySet[Payment]) -> list[Sums]:
    """One for each currency: one query."""
    rows = (
        found.order_by("currency")
        .values("currency")
        .annotate(
            taken=Sum("captured_minor"),
            refunded=Sum("refunded_minor"),
            disputed=Sum("disputed_minor"),
            held=Sum("authorised_minor"),
            fees=Sum("fee_minor"),
        )
    )
    return [Sums(**row) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Course:
    """All that is known of one payment, each in its order."""

    entries: Sequence[LedgerEntry]
    instructions: Sequence[Instruction]
    disputes: Sequence[Dispute]
    webhooks: Sequence[WebhookReceipt]


def course_of(payment: Payment) -> Course:
    """What happened, what was asked for, and what the provider told: four queries."""
    mine = Q(of_payment=str(payment.public_id))
    if payment.provider_id:
        mine |= Q(of_object=payment.provider_id)
    receipts = WebhookReceipt.objects.alias(
        of_payment=KeyTextTransform("public_id", "notice"),
        of_object=KeyTextTransform("provider_id", "notice"),
    ).filter(mine, provider=payment.provider)
    return Course(
        entries=list(payment.entries.order_by("occurred_at", "pk")),
        instructions=list(
            payment.instructions.select_related("actor_user", "settled_by").order_by(
                "created_at", "pk"
            )
        ),
        disputes=list(payment.disputes.order_by("opened_at", "pk")),
        webhooks=list(receipts.order_by("received_at", "pk")[:MOST_WEBHOOKS]),
    )


def refused_instructions(restaurant: Restaurant, *, since: datetime) -> QuerySet[Instruction]:
    """What a provider has refused since then and has not done later; the latest first. Of what a
    person has settled somebody knows.
    """
    done_later = Instruction.objects.filter(
        payment=OuterRef("payment"),
        kind=OuterRef("kind"),
        status=InstructionStatus.DONE,
        created_at__gt=OuterRef("created_at"),
    )
    return (
        Instruction.objects.filter(
            ~Exists(done_later),
            payment__restaurant=restaurant,
            status=InstructionStatus.REFUSED,
            finished_at__gte=since,
        )
        .exclude(code=SAID_NOT_DONE)
        .select_related("payment")
        .order_by("-finished_at", "-pk")
    )


def instructions_of(restaurant: Restaurant) -> QuerySet[Instruction]:
    """All that its providers were told. The caller has made sure that the asker may see it."""
    return Instruction.objects.filter(payment__restaurant=restaurant).select_related("payment")


def silent_instructions(restaurant: Restaurant) -> QuerySet[Instruction]:
    """What a provider was told and says nothing about, after a day; the oldest first."""
    silent = instructions_of(restaurant).filter(status__in=IN_HAND, code=NO_WORD)
    return silent.order_by("created_at", "pk")


def open_disputes(restaurant: Restaurant) -> QuerySet[Dispute]:
    """Disputes that are not decided, the most urgent first."""
    return (
        Dispute.objects.filter(payment__restaurant=restaurant, status__in=OPEN_DISPUTES)
        .select_related("payment")
        .order_by("respond_by", "opened_at", "pk")
    )
