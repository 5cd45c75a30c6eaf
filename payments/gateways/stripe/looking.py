"""All that Stripe knows of a payment, asked for and read together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from stripe import StripeClient

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer, DisputeNews, Order
from payments.gateways.stripe.telling import (
    Thing,
    card_of,
    dispute_facts,
    dispute_news,
    held_until,
    id_of,
    intent_facts,
    refund_facts,
    setup_facts,
)
from reservehub.core import clock

_A_PAGE = 100


def charge_expanded() -> list[str]:
    """What to ask for with a PaymentIntent, so that one answer tells all of it."""
    return ["latest_charge.balance_transaction"]


def answer_of_intent(intent: Thing, *, now: datetime) -> Answer:
    """What a PaymentIntent says by itself, with its charge in full."""
    charge = _charge_of(intent)
    return Answer(
        facts=tuple(intent_facts(intent, charge, now=now)),
        provider_id=str(intent["id"]),
        held_until=held_until(intent, charge) if charge else None,
        is_dead=intent["status"] == "canceled",
    )


def all_about(client: StripeClient, order: Order) -> Answer:
    """Look at the object of the order, and at all charges of its Customer if a card was saved."""
    now = clock.now()
    if order.provider_id.startswith("seti_"):
        expand = ["payment_method"]
        setup = client.v1.setup_intents.retrieve(order.provider_id, {"expand": expand}).to_dict()
        facts = list(setup_facts(setup, currency=order.amount.currency, now=now))
        charges = charges_of(client, id_of(setup.get("customer")))
        card = card_of(setup)
        return _told(client, charges, facts, now=now, card=card, is_dead=_is_dead(setup))
    intent = client.v1.payment_intents.retrieve(
        order.provider_id, {"expand": charge_expanded()}
    ).to_dict()
    charge = _charge_of(intent)
    charges = [(intent, charge)] if charge else []
    customer = id_of(intent.get("customer"))
    if customer:
        others = charges_of(client, customer)
        charges += [one for one in others if one[0]["id"] != intent["id"]]
    facts = [] if charge else list(intent_facts(intent, None, now=now))
    return _told(client, charges, facts, now=now, is_dead=_is_dead(intent))


def _is_dead(intent: Thing) -> bool:
    return intent.get("status") == "canceled"


_Charges = list[tuple[Thing, Thing]]
"""Pairs of a PaymentIntent and a charge of it."""


def _told(
    client: StripeClient,
    charges: _Charges,
    facts: list[Fact],
    *,
    now: datetime,
    is_dead: bool,
    **more: Any,
) -> Answer:
    disputes: list[DisputeNews] = []
    until = None
    for intent, charge in charges:
        facts.extend(intent_facts(intent, charge, now=now))
        facts.extend(_money_back(client, intent, charge))
        until = until or held_until(intent, charge)
        if charge.get("disputed"):
            for dispute in _disputes_of(client, charge):
                facts.extend(dispute_facts(dispute, now=now))
                disputes.append(dispute_news(dispute, told_at=now))
    return Answer(
        facts=tuple(facts),
        provider_id=_object_that_counts(facts),
        disputes=tuple(disputes),
        held_until=until,
        is_dead=is_dead,
        **more,
    )


def _object_that_counts(facts: list[Fact]) -> str:
    """Where money was taken or is held last; empty before that."""
    money = [one for one in facts if one.kind in (FactKind.CAPTURED, FactKind.AUTHORISED)]
    return max(money, key=lambda one: one.occurred_at).object_id if money else ""


def _charge_of(intent: Thing) -> Thing | None:
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, dict) else None


def charges_of(client: StripeClient, customer: str) -> _Charges:
    """Charges of a Customer, each with its PaymentIntent."""
    if not customer:
        return []
    listed = client.v1.charges.list(
        {
            "customer": customer,
            "limit": _A_PAGE,
            "expand": ["data.payment_intent", "data.balance_transaction"],
        }
    )
    charges = [charge.to_dict() for charge in listed.auto_paging_iter()]
    return [
        (charge["payment_intent"], charge)
        for charge in charges
        if isinstance(charge.get("payment_intent"), dict)
    ]


def _money_back(client: StripeClient, intent: Thing, charge: Thing) -> Iterator[Fact]:
    """Always asked for: a refund that came back is no longer part of the charge's sum. What was
    never captured is no money back, though accounts with an API of before 2025 show it as such
    when a hold runs out.
    """
    if not charge.get("captured"):
        return
    for refund in refunds_of(client, str(intent["id"])):
        yield from refund_facts(refund, object_id=str(intent["id"]))


def refunds_of(client: StripeClient, intent_id: str) -> list[Thing]:
    """Refunds of what a PaymentIntent took."""
    listed = client.v1.refunds.list({"payment_intent": intent_id, "limit": _A_PAGE})
    return [refund.to_dict() for refund in listed.auto_paging_iter()]


def _disputes_of(client: StripeClient, charge: Thing) -> list[Thing]:
    listed = client.v1.disputes.list({"charge": str(charge["id"]), "limit": _A_PAGE})
    return [dispute.to_dict() for dispute in listed.auto_paging_iter()]
