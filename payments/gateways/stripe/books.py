"""Stripe's balance transactions as facts, for reconciliation. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payments.facts import Fact, FactKind
from payments.gateways.stripe.telling import Thing, at, fact_of, fee_of, id_of

_KINDS: Mapping[str, FactKind] = {
    "charge": FactKind.CAPTURED,
    "payment": FactKind.CAPTURED,
    "refund": FactKind.REFUNDED,
    "payment_refund": FactKind.REFUNDED,
    "refund_failure": FactKind.REFUND_FAILED,
    "payment_failure_refund": FactKind.REFUND_FAILED,
}


def booked(booking: Thing) -> Iterator[Fact]:
    """What one balance transaction tells, with its source in full. Payouts, transfers and what
    else fills an account tell nothing about a payment.
    """
    source = booking.get("source")
    if not isinstance(source, Mapping) or not source.get("payment_intent"):
        return
    kind = _KINDS.get(str(booking.get("type")))
    if booking.get("type") == "adjustment" and source.get("object") == "dispute":
        kind = FactKind.DISPUTE_WON if int(booking["amount"]) > 0 else FactKind.DISPUTED
    if kind is None:
        return
    amount = int(source["amount_captured" if kind is FactKind.CAPTURED else "amount"])
    fact = fact_of(kind, source, amount, at(booking["created"]), id_of(source["payment_intent"]))
    yield fact
    yield from fee_of(booking, amount, source["currency"], fact.object_id)
