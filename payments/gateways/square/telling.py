"""What Square's objects say happened. Pure: dictionaries in, facts out.

A payment, a refund and a dispute each have a number and a state; a fact bears the number, and as
its object that of the payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer, Card, DisputeNews, Malformed
from reservehub.core.money import Money
from reservehub.core.reading import clean, objects_at, part

Thing = dict[str, Any]
"""An object of Square's as plain JSON."""

_DISPUTE_STATUSES: Mapping[str, str] = {
    "INQUIRY_EVIDENCE_REQUIRED": "needs_response",
    "INQUIRY_PROCESSING": "under_review",
    "INQUIRY_CLOSED": "won",
    "EVIDENCE_REQUIRED": "needs_response",
    "PROCESSING": "under_review",
    "WON": "won",
    "LOST": "lost",
    "ACCEPTED": "accepted",
}
#: An inquiry asks; only a chargeback takes the money.
_MONEY_GONE = frozenset({"EVIDENCE_REQUIRED", "PROCESSING", "WON", "LOST", "ACCEPTED"})
_HELD = "-h"


class Amount(NamedTuple):
    minor: int
    currency: str


def money(amount: Money) -> dict[str, int | str]:
    """Square counts in the smallest unit of ISO 4217, as we do."""
    return {"amount": amount.amount_minor, "currency": amount.currency}


def payment_answer(payment: Thing) -> Answer:
    """All that a payment says by itself; its refunds and disputes speak for themselves."""
    return Answer(
        facts=tuple(payment_facts(payment)),
        provider_id=clean(payment.get("id")),
        held_until=_held_until(payment),
    )


def payment_facts(payment: Thing) -> Iterator[Fact]:
    """A hold, a capture, a hold given up, the fees, or a card refused.

    Square approves whatever it then takes at once: only a payment made to be held is a hold.
    """
    number, status = clean(payment.get("id")), payment.get("status")
    if not number:
        raise Malformed("payment.id")
    is_hold = clean(payment.get("reference_id"), 40).endswith(_HELD)
    if status == "APPROVED" and is_hold:
        held = _amount(payment, "approved_money", "amount_money")
        yield _fact(FactKind.AUTHORISED, number, held, _at(payment, "authorized_at", "created_at"))
    if status == "COMPLETED":
        taken = _amount(payment, "total_money", "amount_money")
        yield _fact(FactKind.CAPTURED, number, taken, _at(payment, "captured_at", "created_at"))
        yield from _fees(payment, number)
    if status == "CANCELED":
        gone, when = _amount(payment, "amount_money"), _at(payment, "voided_at", "updated_at")
        if is_hold:
            yield _fact(FactKind.RELEASED, number, gone, when)
        if _timeline(payment).get("captured_at"):
            # Taken, and cancelled by its key after our answer was lost.
            yield _fact(FactKind.CAPTURE_FAILED, number, gone, when, code="canceled")
    if status == "FAILED":
        asked = Amount(0, _amount(payment, "amount_money").currency)
        when = _at(payment, "voided_at", "updated_at")
        yield _fact(FactKind.REFUSED, number, asked, when, code=_refusal(payment))


def refund_facts(refund: Thing) -> Iterator[Fact]:
    """A refund, once it is over: money that went back, or that did not."""
    number, status = clean(refund.get("id")), refund.get("status")
    of = clean(refund.get("payment_id"))
    if not number:
        raise Malformed("refund.id")
    amount, when = _amount(refund, "amount_money"), _time(refund, "updated_at", "created_at")
    if status == "COMPLETED":
        yield _fact(FactKind.REFUNDED, number, amount, when, of=of)
    if status in ("REJECTED", "FAILED"):
        code = str(status).lower()
        yield _fact(FactKind.REFUND_FAILED, number, amount, when, of=of, code=code)


def dispute_answer(dispute: Thing) -> Answer:
    """A dispute as it stands, and the money it moved."""
    number = clean(dispute.get("dispute_id")) or clean(dispute.get("id"))
    state = clean(dispute.get("state"))
    if not number:
        raise Malformed("dispute.id")
    amount, of = _amount(dispute, "amount_money"), disputed_payment(dispute)
    opened_at, told_at = _time(dispute, "created_at"), _time(dispute, "updated_at", "created_at")
    facts = []
    if state in _MONEY_GONE:
        facts.append(_fact(FactKind.DISPUTED, number, amount, opened_at, of=of))
    if state == "WON":
        facts.append(_fact(FactKind.DISPUTE_WON, number, amount, told_at, of=of))
    news = DisputeNews(
        provider_id=number,
        # What Square may call it one day that we do not know needs a look.
        status=_DISPUTE_STATUSES.get(state, "needs_response"),
        reason=clean(dispute.get("reason"), 100).lower(),
        amount_minor=amount.minor,
        currency=amount.currency,
        opened_at=opened_at,
        told_at=told_at,
        respond_by=_time(dispute, "due_at") if dispute.get("due_at") else None,
    )
    return Answer(facts=tuple(facts), disputes=(news,))


def disputed_payment(dispute: Thing) -> str:
    return clean(part(dispute, "disputed_payment").get("payment_id"))


def saved_answer(card: Thing, *, currency: str, now: datetime) -> Answer:
    """A card that was kept just now: Square does not say when."""
    number = clean(card.get("id"))
    if not number:
        raise Malformed("card.id")
    saved = Fact(
        kind=FactKind.SAVED,
        provider_id=number,
        amount_minor=0,
        currency=currency,
        occurred_at=now,
        object_id=number,
    )
    return Answer(facts=(saved,), provider_id=number, card=card_of(card))


def card_of(card: Thing) -> Card:
    month, year = card.get("exp_month"), card.get("exp_year")
    is_dated = type(month) is int and type(year) is int
    return Card(
        customer_token=clean(card.get("customer_id")),
        method_token=clean(card.get("id")),
        brand=clean(card.get("card_brand"), 30).lower(),
        last4=clean(card.get("last_4"), 4),
        expires=f"{year:04}-{month:02}" if is_dated else "",
    )


def reference_of(public_id: str, *, is_hold: bool) -> str:
    """Our number of the payment at Square, which takes 40 characters."""
    return public_id + (_HELD if is_hold else "")


def public_id_of(payment: Thing) -> str:
    """Our number of the payment; empty if it is another till's."""
    reference = clean(payment.get("reference_id"), 41).removesuffix(_HELD)
    try:
        return reference if str(UUID(reference)) == reference else ""
    except ValueError:
        return ""


# --- Parts ------------------------------------------------------------------------------------


def _fact(
    kind: FactKind, number: str, amount: Amount, when: datetime, *, of: str = "", code: str = ""
) -> Fact:
    return Fact(
        kind=kind,
        provider_id=number,
        amount_minor=amount.minor,
        currency=amount.currency,
        occurred_at=when,
        code=code,
        object_id=of or number,
    )


def _fees(payment: Thing, number: str) -> Iterator[Fact]:
    """Each fee once. Corrections downwards are left out: a fact is never negative."""
    for fee in objects_at(payment.get("processing_fee"), "processing_fee"):
        value = part(fee, "amount_money").get("amount")
        if type(value) is not int or value <= 0:
            continue
        amount = _amount(fee, "amount_money")
        when = _time(fee, "effective_at") if fee.get("effective_at") else None
        name = f"{number}:{clean(fee.get('type'), 20)}:{when.isoformat() if when else ''}"
        at = when or _at(payment, "captured_at", "created_at")
        yield _fact(FactKind.FEE, name, amount, at, of=number)


def _refusal(payment: Thing) -> str:
    errors = objects_at(part(payment, "card_details").get("errors"), "errors")
    return (clean(errors[0].get("code"), 60).lower() if errors else "") or "declined"


def _held_until(payment: Thing) -> datetime | None:
    is_held = payment.get("status") == "APPROVED" and payment.get("delayed_until")
    return _time(payment, "delayed_until") if is_held else None


def _amount(thing: Thing, *names: str) -> Amount:
    """The first amount that is there.

    :raises Malformed: if none is
    """
    for name in names:
        value = part(thing, name)
        minor, currency = value.get("amount"), clean(value.get("currency"), 3)
        if type(minor) is int and minor >= 0 and len(currency) == 3:
            return Amount(minor, currency)
    raise Malformed(names[-1])


def _at(payment: Thing, name: str, otherwise: str) -> datetime:
    """When something happened to the card, by its timeline where there is one."""
    timeline = _timeline(payment)
    return _time(timeline, name) if timeline.get(name) else _time(payment, otherwise, "created_at")


def _timeline(payment: Thing) -> Thing:
    return part(part(payment, "card_details"), "card_payment_timeline")


def _time(thing: Thing, *names: str) -> datetime:
    """The first instant that is there.

    :raises Malformed: for anything but RFC 3339
    """
    for name in names:
        if not thing.get(name):
            continue
        try:
            at = datetime.fromisoformat(clean(thing[name], 40))
        except ValueError:
            break
        if at.tzinfo is not None:
            return at
        break
    raise Malformed(names[0])
