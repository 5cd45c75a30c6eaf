"""What a provider says happened to money, and what it adds up to. Pure.

A payment's state is the sum of its facts, in whatever order and however often they are told: each
fact has the provider's own id and counts once. Amounts are whole minor units, never negative; the
kind gives the sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """What the guest is asked for."""

    CHARGE = "charge"
    """Money now: a deposit, a full prepayment."""
    AUTHORISE = "authorise"
    """An amount held on the card for about a week; taken or released later."""
    SAVE = "save"
    """A card kept at the provider; charged only if a fee falls due (card guarantee)."""


class FactKind(StrEnum):
    SAVED = "saved"
    AUTHORISED = "authorised"
    RELEASED = "released"
    """A held amount was given up or ran out."""
    CAPTURED = "captured"
    CAPTURE_FAILED = "capture_failed"
    """What was called captured was not (Adyen's CAPTURE_FAILED)."""
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    """What was called refunded came back to us."""
    DISPUTED = "disputed"
    """The bank took the money back."""
    DISPUTE_WON = "dispute_won"
    """And returned it."""
    FEE = "fee"
    """What the provider keeps; informs, changes no state."""
    REFUSED = "refused"
    """A try that did not work; the guest may try again."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that happened at the provider.

    :param provider_id: of the charge, refund, dispute ... itself; the same for every telling
    :param amount_minor: of the payment's currency; 0 where no money moved
    :param code: why it was refused, in the provider's words of code, never in those for people
    """

    kind: FactKind
    provider_id: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    code: str = ""


class Status(StrEnum):
    """State of a payment."""

    OPEN = "open"
    """Nothing has been given yet."""
    CLOSED = "closed"
    """Nothing was given, and may not be any more."""
    SAVED = "saved"
    AUTHORISED = "authorised"
    RELEASED = "released"
    """Held once, taken never."""
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class Totals:
    """What the facts add up to, in minor units.

    `captured` and `refunded` leave out what failed afterwards; `disputed` what was won back.
    `held` is what could still be captured.
    """

    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    fees: int = 0
    held: int = 0
    is_saved: bool = False
    was_held: bool = False

    @property
    def kept(self) -> int:
        """What is ours now: captured, neither given back nor taken back."""
        return self.captured - self.refunded - self.disputed


def totals_of(facts: Iterable[Fact]) -> Totals:
    """Add up; the order and repetitions of facts change nothing."""
    unique = {(fact.kind, fact.provider_id): fact.amount_minor for fact in facts}
    sums = dict.fromkeys(FactKind, 0)
    for (kind, _id), amount in unique.items():
        sums[kind] += amount
    kinds = {kind for kind, _id in unique}
    captured = sums[FactKind.CAPTURED] - sums[FactKind.CAPTURE_FAILED]
    # Capturing releases the rest of what was held; so does giving it up.
    is_held = not kinds & {FactKind.CAPTURED, FactKind.RELEASED}
    return Totals(
        captured=captured,
        refunded=sums[FactKind.REFUNDED] - sums[FactKind.REFUND_FAILED],
        disputed=sums[FactKind.DISPUTED] - sums[FactKind.DISPUTE_WON],
        fees=sums[FactKind.FEE],
        held=sums[FactKind.AUTHORISED] if is_held else 0,
        is_saved=FactKind.SAVED in kinds,
        was_held=FactKind.AUTHORISED in kinds,
    )


def status_of(totals: Totals, *, is_closed: bool) -> Status:
    """The state in one word."""
    if totals.captured > 0:
        if totals.refunded >= totals.captured:
            return Status.REFUNDED
        return Status.PARTLY_REFUNDED if totals.refunded else Status.CAPTURED
    if totals.held:
        return Status.AUTHORISED
    if totals.was_held:
        return Status.RELEASED
    if totals.is_saved:
        return Status.SAVED
    return Status.CLOSED if is_closed else Status.OPEN


SECURED = frozenset({Status.SAVED, Status.AUTHORISED, Status.CAPTURED, Status.PARTLY_REFUNDED})
"""What was asked for has been given."""
