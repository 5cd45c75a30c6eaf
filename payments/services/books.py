"""All that is known of one payment: what happened, and what we have told the provider to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from payments.facts import FactKind, Totals, held_by_object, kept_by_object, totals_of
from payments.models import (
    Instruction,
    InstructionKind,
    InstructionStatus,
    LedgerEntry,
    Payment,
)
from payments.models.instructions import IN_HAND, SPOKEN_FOR
from reservehub.core.errors import NotFound

SURPLUS = "surplus"
"""The reason of a refund nobody asked for: more came in than was agreed."""

TAKINGS = (
    InstructionKind.PAY,
    InstructionKind.CHARGE,
    InstructionKind.AUTHORISE,
    InstructionKind.CAPTURE,
)
"""They may put money into our hands: one at a time, which the database promises."""


@dataclass(frozen=True)
class Books:
    """Read under the lock of the payment, or only to be shown."""

    payment: Payment
    entries: list[LedgerEntry]
    instructions: list[Instruction] = field(default_factory=list)

    @property
    def totals(self) -> Totals:
        return totals_of(entry.fact() for entry in self.entries)

    def in_hand(self, *kinds: InstructionKind) -> list[Instruction]:
        """What may still move money."""
        return [one for one in self.instructions if one.kind in kinds and one.status in IN_HAND]

    def spoken_for(self, *kinds: InstructionKind) -> list[Instruction]:
        """The same, and what a person says has moved it already."""
        return [one for one in self.instructions if one.kind in kinds and one.status in SPOKEN_FOR]

    def said_taken(self) -> list[Instruction]:
        """What was taken, as a person says, and the provider has not told yet."""
        said = self.spoken_for(InstructionKind.CHARGE, InstructionKind.CAPTURE)
        return [one for one in said if one.status == InstructionStatus.SAID_DONE]

    def held(self) -> dict[str, int]:
        """What can be captured, by object: nothing of what is being released."""
        going = {one.object_id for one in self.spoken_for(InstructionKind.RELEASE)}
        going |= {one.object_id for one in self.said_taken()}
        held = held_by_object(entry.fact() for entry in self.entries)
        return {one: amount for one, amount in held.items() if one not in going}

    def room(self) -> int:
        """How much more may be taken in all; what was given back makes no new room."""
        said = sum(one.amount_minor for one in self.said_taken())
        return max(self.payment.limit_minor - self.totals.captured - said, 0)

    def refundable(self) -> dict[str, int]:
        """What can be given back, by object: less what is being given back."""
        kept = kept_by_object(entry.fact() for entry in self.entries)
        for one in self.spoken_for(InstructionKind.REFUND):
            if one.object_id in kept:
                kept[one.object_id] -= one.amount_minor
        return {one: amount for one, amount in kept.items() if amount > 0}

    def to_give_back(self) -> int:
        """What can be given back in all; the bank has taken back what is disputed."""
        return max(sum(self.refundable().values()) - self.totals.disputed, 0)

    def surplus(self) -> int:
        """What came in beyond the limit and is not on its way back.

        A refund of it that failed counts as tried: people must look, not the same refund again.
        """
        totals = self.totals
        going = sum(one.amount_minor for one in self.spoken_for(InstructionKind.REFUND))
        tried = sum(
            one.amount_minor
            for one in self.instructions
            if one.kind == InstructionKind.REFUND and one.reason == SURPLUS
        )
        return max(
            totals.captured - self.payment.limit_minor - max(totals.refunded + going, tried), 0
        )

    def has_happened(self, instruction: Instruction) -> bool:
        """Whether the ledger shows what an instruction was to bring about."""
        if instruction.kind == InstructionKind.RELEASE:
            held = held_by_object(entry.fact() for entry in self.entries)
            return instruction.object_id not in held if instruction.object_id else not held
        return self.effect_of(instruction) is not None

    def effect_of(self, instruction: Instruction) -> LedgerEntry | None:
        """The entry that an instruction has brought about: by its number, where the provider has
        given one; else one of its amount, since then, that no other instruction accounts for.
        """
        kind = InstructionKind(instruction.kind)
        effects = [
            entry
            for entry in self.entries
            if entry.kind in EFFECTS[kind] and instruction.object_id in ("", entry.object_id)
        ]
        if kind == InstructionKind.CAPTURE:
            return next(iter(effects), None)  # an object is captured once
        if instruction.has_number:
            return next((one for one in effects if _is_numbered(one, instruction)), None)
        others = [one for one in self.instructions if one.pk != instruction.pk and one.has_number]
        free = (
            entry
            for entry in effects
            if entry.recorded_at >= instruction.created_at
            and entry.amount_minor == instruction.amount_minor
            and not any(_is_numbered(entry, other) for other in others)
        )
        return next(free, None)

    def has_failed(self, instruction: Instruction) -> bool:
        """Whether the ledger says that what was accepted did not happen."""
        failure = FAILURES.get(InstructionKind(instruction.kind))
        return instruction.has_number and any(
            entry.kind in (failure, FactKind.REFUSED)
            and entry.provider_id == instruction.provider_id
            for entry in self.entries
        )


def _is_numbered(entry: LedgerEntry, instruction: Instruction) -> bool:
    """Whether an entry has the number that the provider gave to an instruction: its own, or that
    of the payment it made.
    """
    number = instruction.provider_id
    if instruction.kind == InstructionKind.REFUND:
        return entry.provider_id == number
    return number in (entry.provider_id, entry.object_id)


EFFECTS: dict[InstructionKind, frozenset[FactKind]] = {
    InstructionKind.PAY: frozenset({FactKind.SAVED, FactKind.AUTHORISED, FactKind.CAPTURED}),
    InstructionKind.CHARGE: frozenset({FactKind.CAPTURED}),
    InstructionKind.AUTHORISE: frozenset({FactKind.AUTHORISED}),
    InstructionKind.CAPTURE: frozenset({FactKind.CAPTURED}),
    InstructionKind.RELEASE: frozenset({FactKind.RELEASED}),
    InstructionKind.REFUND: frozenset({FactKind.REFUNDED}),
    InstructionKind.FORGET: frozenset(),  # no money moves: the provider's answer ends it
}
FAILURES: dict[InstructionKind, FactKind] = {
    InstructionKind.CHARGE: FactKind.CAPTURE_FAILED,
    InstructionKind.CAPTURE: FactKind.CAPTURE_FAILED,
    InstructionKind.REFUND: FactKind.REFUND_FAILED,
}


def payment_locked(payment_id: int) -> Payment:
    """The payment, locked until the end of the transaction: whoever writes to its ledger or tells
    the provider something holds it, so that sums do not change in between.

    :raises NotFound: if there is no such payment
    """
    payment = (
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("method")
        .filter(pk=payment_id)
        .first()
    )
    if payment is None:
        raise NotFound
    return payment


def books_of(payment: Payment) -> Books:
    """Two queries."""
    return Books(payment, list(payment.entries.all()), list(payment.instructions.all()))
