"""What a provider says happened to money, and what it adds up to. Pure.

A payment's state is the sum of its facts, in whatever order and however often they are told: each
fact has the provider's own id and counts once. Amounts are whole minor units, never negative; the
kind gives the sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """What was called captured was not (Adyen's CAPTURE_FAILED); has the id of the capture."""
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    """What was called refunded came back to us; has the id of the refund."""
    DISPUTED = "disputed"
    """The bank took the money back."""
    DISPUTE_WON = "dispute_won"
    """And returned it; has the id of the dispute."""
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
    :param object_id: the provider's payment object (PaymentIntent, PSP reference of the payment)
        that it happened to; empty: there is only one, or it is clear from the call
    """

    kind: FactKind
    provider_id: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    code: str = ""
    object_id: str = ""


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
    unique = _unique(facts)
    kinds = {fact.kind for fact in unique.values()}
    return Totals(
        captured=_standing(unique, FactKind.CAPTURED),
        refunded=_standing(unique, FactKind.REFUNDED),
        disputed=_standing(unique, FactKind.DISPUTED),
        fees=_standing(unique, FactKind.FEE),
        held=sum(_held(unique).values()),
        is_saved=FactKind.SAVED in kinds,
        was_held=FactKind.AUTHORISED in kinds,
    )


_UNDONE_BY: Mapping[FactKind, FactKind] = {
    FactKind.CAPTURED: FactKind.CAPTURE_FAILED,
    FactKind.REFUNDED: FactKind.REFUND_FAILED,
    FactKind.DISPUTED: FactKind.DISPUTE_WON,
}

_Unique = Mapping[tuple[FactKind, str], Fact]


def _unique(facts: Iterable[Fact]) -> _Unique:
    return {(fact.kind, fact.provider_id): fact for fact in facts}


def _standing(unique: _Unique, kind: FactKind, object_id: str | None = None) -> int:
    """What happened of a kind and was not undone. An undoing counts against what it undid alone:
    a refund that is told to have failed before it was told to have happened is no money gained.
    """
    undone = _UNDONE_BY.get(kind)
    total = 0
    for (of_kind, provider_id), fact in unique.items():
        if of_kind is not kind or object_id not in (None, fact.object_id):
            continue
        back = unique.get((undone, provider_id)) if undone else None
        total += max(fact.amount_minor - (back.amount_minor if back else 0), 0)
    return total


def _held(unique: _Unique) -> dict[str, int]:
    # Capturing releases the rest of what was held on an object; so does giving it up.
    over = {
        fact.object_id
        for fact in unique.values()
        if fact.kind in (FactKind.CAPTURED, FactKind.RELEASED)
    }
    held: dict[str, int] = {}
    for fact in unique.values():
        if fact.kind is FactKind.AUTHORISED and fact.object_id not in over:
            held[fact.object_id] = held.get(fact.object_id, 0) + fact.amount_minor
    return held


def held_by_object(facts: Iterable[Fact]) -> dict[str, int]:
    """What could still be captured, by the provider's object; only objects that hold something."""
    return _held(_unique(facts))


def kept_by_object(facts: Iterable[Fact]) -> dict[str, int]:
    """What could still be refunded, by the provider's object that took it, disputed or not."""
    unique = _unique(facts)
    objects = {f.object_id: None for f in unique.values() if f.kind is FactKind.CAPTURED}
    return {
        one: _standing(unique, FactKind.CAPTURED, one) - _standing(unique, FactKind.REFUNDED, one)
        for one in objects
    }


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
