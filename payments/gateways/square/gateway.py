"""Square as the house calls it. The guest's page gives a one-time token, with which we pay here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings

from payments.facts import Fact, Mode
from payments.gateways.base import (
    Answer,
    GatewayError,
    Listed,
    NotDone,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from payments.gateways.square import client
from payments.gateways.square.needs import NEEDS
from payments.gateways.square.telling import (
    Thing,
    money,
    payment_answer,
    payment_facts,
    public_id_of,
    reference_of,
    refund_facts,
    saved_answer,
)
from reservehub.core import clock
from reservehub.core.money import Money
from reservehub.core.needs import problem_of
from reservehub.core.reading import clean

#: How far back a payment is looked for that we do not know the number of: longer than any link to
#: pay lives, and than an instruction is repeated for.
_LOST_FOR = timedelta(hours=36)
#: The longest that Square holds an amount on a card that was not there.
_HOLD = "P7D"
_SANDBOX = "sandbox-"
_A_CARD = "ccof:"
_NOT_THERE = "not_found"


class SquareGateway:
    """See `payments.gateways.base.Gateway`."""

    provider = "square"
    #: Banks show 3-D Secure in frames of their own, at addresses that nobody can list.
    csp: ClassVar[Mapping[str, Sequence[str]]] = {
        "script-src": ("https://*.squarecdn.com",),
        "style-src": ("https://*.squarecdn.com",),
        "font-src": ("https://*.squarecdn.com", "https://d1g145x70srn7h.cloudfront.net"),
        "connect-src": (
            "https://*.squarecdn.com",
            "https://pci-connect.squareup.com",
            "https://pci-connect.squareupsandbox.com",
        ),
        "frame-src": ("https:",),
        "form-action": ("https:",),
    }

    def problem(self) -> str:
        return problem_of(NEEDS)

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:  # noqa: ARG002
        """Nothing to prepare: Square knows of a payment when it is paid."""
        sandbox = "sandbox." if settings.SQUARE_APPLICATION_ID.startswith(_SANDBOX) else ""
        return Session(
            provider_id=order.provider_id,
            data={
                "applicationId": settings.SQUARE_APPLICATION_ID,
                "locationId": _location(order.account),
                "script": f"https://{sandbox}web.squarecdn.com/v1/square.js",
                "amount": str(order.amount.to_decimal()),
                "currency": order.amount.currency,
                # For Square's form: the card is charged now, or kept for later.
                "intent": "STORE" if order.mode is Mode.SAVE else "CHARGE",
                "locale": language.replace("_", "-"),
            },
        )

    def pay(self, order: Order, *, source: str, key: str) -> Answer:
        """If the answer is lost, the payment is cancelled by its key: the guest is there and shall
        not wait for what nobody knows.
        """
        if order.mode is Mode.SAVE:
            return _save(order, source, key=key)
        try:
            return _create(order, order.amount, source, order.mode, key=key)
        except OutcomeUnknown as lost:
            _cancel_by_key(key, lost)
            raise NotDone("cancelled_after_lost_answer") from None

    def look_up(self, order: Order) -> Answer:
        """By the number of the payment; without one, whatever bears our reference of late."""
        if order.provider_id.startswith(_A_CARD):
            order = replace(order, provider_id="")
        if order.provider_id:
            payment = _payment(order)
            answer = payment_answer(payment)
            return replace(answer, facts=answer.facts + tuple(_refunded(payment)), provider_id="")
        if order.mode is Mode.SAVE and order.card is None:
            return _look_for_card(order)
        answers = [payment_answer(payment) for payment in _look_for_payments(order)]
        return Answer(
            facts=tuple(fact for answer in answers for fact in answer.facts),
            held_until=max(filter(None, (one.held_until for one in answers)), default=None),
        )

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _with_card(order, amount, Mode.CHARGE, key=key)

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _with_card(order, amount, Mode.AUTHORISE, key=key)

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Square completes whole payments: one is made smaller first if less is to be taken.

        Completing knows no key; a payment that is complete already says so, and is not touched.
        """
        payment = _payment(order)
        if payment.get("status") == "APPROVED":
            if payment.get("amount_money") != money(amount):
                payment = _made_smaller(payment, amount, key=key)
            number = clean(payment.get("id"))
            answer = client.act(f"{client.at('payments', number)}/complete", {})
            payment = client.made(answer, "payment")
        if payment.get("status") != "COMPLETED":
            raise Refused(f"payment_{clean(payment.get('status'), 20).lower()}")
        return payment_answer(payment)

    def release(self, order: Order, *, key: str) -> Answer:  # noqa: ARG002 - Square takes none here
        """Nothing to give up before a payment was made. Money that came in after all is told, and
        stays for the caller to give back.
        """
        if not order.provider_id or order.provider_id.startswith(_A_CARD):
            return Answer()
        payment = _payment(order)
        if payment.get("status") in ("APPROVED", "PENDING"):
            path = f"{client.at('payments', order.provider_id)}/cancel"
            payment = client.made(client.act(path, {}), "payment")
        return payment_answer(payment)

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Square takes its time: what came of a refund that is pending is told by webhook."""
        if not order.provider_id:
            raise Refused("not_paid")
        body = {
            "idempotency_key": key,
            "payment_id": order.provider_id,
            "amount_money": money(amount),
            "reason": order.description[:192],
        }
        refund = client.made(client.act("refunds", body), "refund")
        return Answer(facts=tuple(refund_facts(refund)), provider_id=clean(refund.get("id")))

    def forget(self, order: Order, *, key: str) -> None:  # noqa: ARG002 - Square takes none here
        """Square disables a card for good; doing so again has no effect."""
        path = f"{client.at('cards', order.provider_id)}/disable"
        try:
            client.act(path, {})
        except Refused as refusal:
            if refusal.code != _NOT_THERE:
                raise

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        """Money that came in or went back. A payment is listed by when it last changed, which is
        after it was taken: hence no end to the question.
        """
        query = {
            "location_id": _location(account),
            "updated_at_begin_time": _rfc3339(since),
            "sort_field": "UPDATED_AT",
        }
        listed = []
        for payment in client.pages("payments", "payments", **query):
            number, ours = clean(payment.get("id")), public_id_of(payment)
            if payment.get("status") == "COMPLETED":
                facts = payment_facts(payment)
                listed += [Listed(public_id=ours, provider_id=number, fact=fact) for fact in facts]
        for refund in client.pages("refunds", "refunds", **query):
            of = clean(refund.get("payment_id"))
            listed += [
                Listed(public_id="", provider_id=of, fact=fact) for fact in refund_facts(refund)
            ]
        return [one for one in listed if since <= one.fact.occurred_at < until]


def _location(account: str) -> str:
    location = account or settings.SQUARE_LOCATION_ID
    if not location:
        raise NotDone("no_location")
    return str(location)


def _payment(order: Order) -> Thing:
    """
    :raises Refused: if nothing was paid yet
    """
    if not order.provider_id:
        raise Refused("not_paid")
    return client.made(client.look(client.at("payments", order.provider_id)), "payment")


def _refunded(payment: Thing) -> Iterator[Fact]:
    numbers = payment.get("refund_ids")
    for number in numbers if isinstance(numbers, list) else ():
        answer = client.look(client.at("refunds", clean(number)))
        yield from refund_facts(client.made(answer, "refund"))


def _look_for_payments(order: Order) -> list[Thing]:
    """Square's list cannot be asked for our number: it is looked through."""
    query = {
        "location_id": _location(order.account),
        "begin_time": _rfc3339(clock.now() - _LOST_FOR),
    }
    listed = client.pages("payments", "payments", **query)
    return [payment for payment in listed if public_id_of(payment) == order.public_id]


def _look_for_card(order: Order) -> Answer:
    for card in client.pages("cards", "cards", reference_id=order.public_id):
        if card.get("reference_id") == order.public_id:
            return saved_answer(card, currency=order.amount.currency, now=clock.now())
    return Answer()


def _cancel_by_key(key: str, lost: OutcomeUnknown) -> None:
    """:raises OutcomeUnknown: `lost`, if that is not certain either"""
    try:
        client.act("payments/cancel", {"idempotency_key": key})
    except GatewayError:
        raise lost from None


def _create(
    order: Order,
    amount: Money,
    source: str,
    mode: Mode,
    *,
    key: str,
    more: Mapping[str, Any] | None = None,
) -> Answer:
    """Take or hold an amount; `source` is a one-time token or a card that was kept."""
    hold = {"autocomplete": False, "delay_duration": _HOLD, "delay_action": "CANCEL"}
    body = {
        "source_id": source,
        "idempotency_key": key,
        "amount_money": money(amount),
        "location_id": _location(order.account),
        "reference_id": reference_of(order.public_id, is_hold=mode is Mode.AUTHORISE),
        "note": order.description[:500],
        **(hold if mode is Mode.AUTHORISE else {"autocomplete": True}),
        **(more or {}),
    }
    payment = client.made(client.act("payments", body), "payment")
    if payment.get("status") in ("FAILED", "CANCELED"):
        facts = tuple(payment_facts(payment))
        raise Refused((facts[0].code if facts else "") or "declined")
    return payment_answer(payment)


def _with_card(order: Order, amount: Money, mode: Mode, *, key: str) -> Answer:
    if order.card is None:
        raise Refused("no_card")
    more = {"customer_id": order.card.customer_token} if order.card.customer_token else {}
    return _create(order, amount, order.card.method_token, mode, key=key, more=more)


def _save(order: Order, source: str, *, key: str) -> Answer:
    """Keep a card. Square keeps cards of customers; this one is nobody but this payment."""
    customer = {
        "idempotency_key": _key_from(key, "customer"),
        "given_name": "Guest",
        "reference_id": order.public_id,
    }
    made = client.made(client.act("customers", customer), "customer")
    body = {
        "idempotency_key": key,
        "source_id": source,
        "card": {"customer_id": clean(made.get("id")), "reference_id": order.public_id},
    }
    card = client.made(client.act("cards", body), "card")
    return saved_answer(card, currency=order.amount.currency, now=clock.now())


def _made_smaller(payment: Thing, amount: Money, *, key: str) -> Thing:
    body = {
        "idempotency_key": _key_from(key, "amount"),
        # Whoever else changes it meanwhile makes this fail.
        "payment": {
            "amount_money": money(amount),
            "version_token": clean(payment.get("version_token")),
        },
    }
    path = client.at("payments", clean(payment.get("id")))
    return client.made(client.act(path, body, method="PUT"), "payment")


def _key_from(key: str, step: str) -> str:
    """The key of a step before the last, the same at every try; Square takes 45 characters."""
    return hashlib.sha256(f"{key}:{step}".encode()).hexdigest()[:40]


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
