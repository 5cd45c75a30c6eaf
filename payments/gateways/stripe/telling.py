"""What Stripe's objects say happened. Pure: dictionaries in, facts out.

A hold and its capture are told by the charge, money back by its refunds, disputes by themselves;
each fact bears the number of the object that tells it, so that it is the same at every telling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from payments.facts import Fact, FactKind
from payments.gateways.base import Card, DisputeNews
from payments.gateways.stripe.amounts import from_stripe

Thing = Mapping[str, Any]
"""An object of Stripe's as plain JSON."""

_GOES_BACK = frozenset({"pending", "succeeded"})
_CAME_BACK = frozenset({"failed", "canceled"})
_DISPUTE_STATUSES: Mapping[str, str] = {
    "needs_response": "needs_response",
    "warning_needs_response": "needs_response",
    "appeal_needs_response": "needs_response",
    "under_review": "under_review",
    "warning_under_review": "under_review",
    "appeal_under_review": "under_review",
    "won": "won",
    "warning_closed": "won",
    "lost": "lost",
    "charge_refunded": "accepted",
    "prevented": "accepted",
}


def at(seconds: int) -> datetime:
    """Unix time as an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def id_of(value: Any) -> str:
    """The number of an object that may be given in full; empty where there is none."""
    if isinstance(value, Mapping):
        return str(value.get("id") or "")
    return str(value or "")


def public_id_of(thing: Thing) -> str:
    """Our number of the payment, if this is of ours."""
    metadata = thing.get("metadata")
    return str(metadata.get("public_id") or "") if isinstance(metadata, Mapping) else ""


def intent_facts(intent: Thing, charge: Thing | None, *, now: datetime) -> Iterator[Fact]:
    """What a PaymentIntent and one of its charges tell."""
    if charge is not None:
        yield from charge_facts(charge, intent)
    error = intent.get("last_payment_error")
    if isinstance(error, Mapping) and id_of(error.get("charge")) != id_of(charge):
        yield _refusal(intent, error, now=now)


def charge_facts(charge: Thing, intent: Thing) -> Iterator[Fact]:
    """A hold, a capture, a hold given up, the fee, or a card refused."""
    amount = int(charge["amount"])
    happened_at = at(charge["created"])
    if charge.get("status") == "failed":
        error = intent.get("last_payment_error") or {}
        is_of_it = id_of(error.get("charge")) == charge["id"]
        code = _code_of(error) if is_of_it else str(charge.get("failure_code") or "declined")
        yield fact_of(FactKind.REFUSED, charge, 0, happened_at, intent, code=code)
    if charge.get("status") != "succeeded":
        return
    if intent.get("capture_method") == "manual":
        yield fact_of(FactKind.AUTHORISED, charge, amount, happened_at, intent)
    if charge.get("captured"):
        booking = charge.get("balance_transaction")
        captured_at = at(booking["created"]) if isinstance(booking, Mapping) else happened_at
        captured = int(charge["amount_captured"])
        yield fact_of(FactKind.CAPTURED, charge, captured, captured_at, intent)
        yield from fee_of(booking, captured, charge["currency"], id_of(intent))
    elif intent.get("status") == "canceled":
        released_at = at(intent["canceled_at"]) if intent.get("canceled_at") else happened_at
        yield fact_of(FactKind.RELEASED, charge, amount, released_at, intent)


def refund_facts(refund: Thing, *, object_id: str) -> Iterator[Fact]:
    """A refund, and that it came back if it did."""
    status = refund.get("status")
    if status not in _GOES_BACK | _CAME_BACK:
        return
    amount, happened_at = int(refund["amount"]), at(refund["created"])
    yield fact_of(FactKind.REFUNDED, refund, amount, happened_at, object_id)
    if status in _CAME_BACK:
        code = str(refund.get("failure_reason") or status)
        yield fact_of(FactKind.REFUND_FAILED, refund, amount, happened_at, object_id, code=code)


def dispute_facts(dispute: Thing, *, now: datetime) -> Iterator[Fact]:
    """Money the bank took back, and money it returned. An inquiry moves none."""
    bookings = _bookings(dispute)
    status = dispute.get("status")
    object_id = id_of(dispute.get("payment_intent"))
    amount, opened_at = int(dispute["amount"]), at(dispute["created"])
    if bookings or status == "lost":
        yield fact_of(FactKind.DISPUTED, dispute, amount, opened_at, object_id)
        returned = [booking for booking in bookings if int(booking["amount"]) > 0]
        if returned or status == "won":
            won_at = at(returned[0]["created"]) if returned else now
            yield fact_of(FactKind.DISPUTE_WON, dispute, amount, won_at, object_id)
    for booking in bookings:
        yield from fee_of(booking, amount, dispute["currency"], object_id)


def dispute_news(dispute: Thing, *, told_at: datetime) -> DisputeNews:
    """A dispute as it stands; what Stripe may call it one day that we do not know needs a look."""
    details = dispute.get("evidence_details") or {}
    due = details.get("due_by")
    currency = str(dispute["currency"]).upper()
    return DisputeNews(
        provider_id=str(dispute["id"]),
        status=_DISPUTE_STATUSES.get(str(dispute.get("status")), "needs_response"),
        reason=str(dispute.get("reason") or "")[:100],
        amount_minor=from_stripe(int(dispute["amount"]), currency),
        currency=currency,
        opened_at=at(dispute["created"]),
        told_at=told_at,
        respond_by=at(due) if due else None,
    )


def setup_facts(setup: Thing, *, currency: str, now: datetime) -> Iterator[Fact]:
    """A card saved or refused. Stripe does not say when; we have asked at once."""
    number = str(setup["id"])
    if setup.get("status") == "succeeded":
        yield Fact(
            kind=FactKind.SAVED,
            provider_id=number,
            amount_minor=0,
            currency=currency,
            occurred_at=now,
            object_id=number,
        )
    error = setup.get("last_setup_error")
    if isinstance(error, Mapping):
        yield Fact(
            kind=FactKind.REFUSED,
            provider_id=id_of(setup.get("latest_attempt")) or number,
            amount_minor=0,
            currency=currency,
            occurred_at=now,
            code=_code_of(error),
            object_id=number,
        )


def card_of(setup: Thing) -> Card | None:
    """The card that a SetupIntent has saved."""
    method = setup.get("payment_method")
    if setup.get("status") != "succeeded" or not isinstance(method, Mapping):
        return None
    card = method.get("card") or {}
    month, year = card.get("exp_month"), card.get("exp_year")
    return Card(
        customer_token=id_of(setup.get("customer")),
        method_token=str(method["id"]),
        brand=str(card.get("brand") or "")[:30],
        last4=str(card.get("last4") or "")[:4],
        expires=f"{year}-{month:02}" if month and year else "",
    )


def held_until(intent: Thing, charge: Thing) -> datetime | None:
    """When an uncaptured hold runs out."""
    if intent.get("status") != "requires_capture":
        return None
    details = charge.get("payment_method_details") or {}
    before = (details.get("card") or {}).get("capture_before")
    return at(before) if before else None


# --- Parts ------------------------------------------------------------------------------------


def fact_of(
    kind: FactKind,
    thing: Thing,
    amount: int,
    occurred_at: datetime,
    of: Thing | str,
    *,
    code: str = "",
) -> Fact:
    currency = str(thing["currency"]).upper()
    return Fact(
        kind=kind,
        provider_id=str(thing["id"]),
        amount_minor=from_stripe(amount, currency),
        currency=currency,
        occurred_at=occurred_at,
        code=code[:100],
        object_id=id_of(of),
    )


def _refusal(intent: Thing, error: Thing, *, now: datetime) -> Fact:
    """A try that came to no charge: the bank did not recognise the guest. Each try makes a card
    object of its own, which tells them apart.
    """
    currency = str(intent["currency"]).upper()
    number = id_of(error.get("charge")) or id_of(error.get("payment_method")) or id_of(intent)
    return Fact(
        kind=FactKind.REFUSED,
        provider_id=number,
        amount_minor=0,
        currency=currency,
        occurred_at=now,
        code=_code_of(error),
        object_id=id_of(intent),
    )


def _code_of(error: Thing) -> str:
    return str(error.get("decline_code") or error.get("code") or "declined")[:100]


def fee_of(booking: Any, amount: int, currency: str, object_id: str) -> Iterator[Fact]:
    """What Stripe keeps of a movement of `amount`, in the currency of the payment: where the
    account is kept in another one, at the rate at which the movement itself was converted.
    """
    if not isinstance(booking, Mapping) or int(booking.get("fee") or 0) <= 0:
        return
    fee, booked = int(booking["fee"]), abs(int(booking["amount"]))
    if str(booking["currency"]).upper() != str(currency).upper():
        if not booked:
            return
        fee = int(Fraction(fee * amount, booked) + Fraction(1, 2))
    yield fact_of(
        FactKind.FEE,
        {"id": booking["id"], "currency": currency},
        fee,
        at(booking["created"]),
        object_id,
    )


def _bookings(dispute: Thing) -> list[Thing]:
    listed: Iterable[Any] = dispute.get("balance_transactions") or ()
    return [booking for booking in listed if isinstance(booking, Mapping)]
