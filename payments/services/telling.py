"""What the apps above learn of a payment: each change once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments.events import (
    InstructionRefused,
    PaymentCaptured,
    PaymentRefunded,
    PaymentRefused,
    PaymentReleased,
    PaymentReversed,
    PaymentSecured,
)
from payments.facts import SECURED, FactKind, Status, Totals
from payments.models import Instruction, LedgerEntry, Payment
from reservehub.core import events

_UNDOES = {
    FactKind.CAPTURE_FAILED.value: FactKind.CAPTURED.value,
    FactKind.REFUND_FAILED.value: FactKind.REFUNDED.value,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was known before an answer came."""

    status: Status
    totals: Totals
    entries: tuple[LedgerEntry, ...]


def about(payment: Payment, now: datetime) -> dict[str, Any]:
    """What every event of a payment says."""
    return {
        "payment_id": payment.pk,
        "restaurant_id": payment.restaurant_id,
        "reference": payment.reference,
        "mode": payment.mode,
        "occurred_at": now,
    }


def tell(
    payment: Payment,
    *,
    before: Change,
    fresh: Sequence[LedgerEntry],
    after: Totals,
    now: datetime,
) -> None:
    """Publish what new entries mean. What was undone before it was told is not told at all."""
    said = about(payment, now)
    standing = _standing(fresh, [*before.entries, *fresh])
    if _is_secured_now(payment, before, standing):
        events.publish(PaymentSecured(**said))
    for entry in standing:
        if entry.kind == FactKind.CAPTURED:
            events.publish(
                PaymentCaptured(**said, amount_minor=entry.amount_minor, entry_id=entry.pk)
            )
        elif entry.kind == FactKind.REFUNDED:
            events.publish(
                PaymentRefunded(**said, amount_minor=entry.amount_minor, entry_id=entry.pk)
            )
        elif entry.kind == FactKind.REFUSED and payment.status not in SECURED:
            events.publish(PaymentRefused(**said, code=entry.code))
    told = {(entry.kind, entry.provider_id) for entry in before.entries}
    for entry in fresh:
        if (_UNDOES.get(entry.kind), entry.provider_id) in told:
            events.publish(
                PaymentReversed(
                    **said, kind=entry.kind, amount_minor=entry.amount_minor, entry_id=entry.pk
                )
            )
    if before.totals.held and not after.held and not after.captured:
        events.publish(PaymentReleased(**said))


def _standing(
    fresh: Iterable[LedgerEntry], all_entries: Iterable[LedgerEntry]
) -> list[LedgerEntry]:
    undone = {(_UNDOES.get(entry.kind), entry.provider_id) for entry in all_entries}
    return [entry for entry in fresh if (entry.kind, entry.provider_id) not in undone]


def _is_secured_now(payment: Payment, before: Change, standing: Iterable[LedgerEntry]) -> bool:
    kinds = {entry.kind for entry in standing}
    gives = kinds & {FactKind.SAVED, FactKind.AUTHORISED, FactKind.CAPTURED}
    if not gives or payment.status not in SECURED:
        return False
    # A hold on a saved card is worth more than the card: it is told as well.
    is_held_now = payment.status == Status.AUTHORISED and not before.totals.held
    return before.status not in SECURED or is_held_now


def tell_refusal(payment: Payment, instruction: Instruction, now: datetime) -> None:
    """Somebody must look at what the provider would not do."""
    events.publish(
        InstructionRefused(
            **about(payment, now),
            instruction_id=instruction.pk,
            kind=instruction.kind,
            amount_minor=instruction.amount_minor,
            code=instruction.code,
            needs_guest=instruction.needs_guest,
        )
    )
