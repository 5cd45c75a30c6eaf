"""Orders for tests of adapters, and what the facts they tell add up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from payments.facts import Fact, FactKind, Mode, Totals, totals_of
from payments.gateways.base import Answer, Card, Incoming, Order
from reservehub.core.money import Money

PUBLIC_ID = "0f0e4c1a-9d7e-4b53-8a38-3a3a5d9d2b11"
OTHER_ID = "5b0b2ab6-54d0-4d3c-9df5-0d9cfa0c9b22"
EUR_40 = Money(4000, "EUR")


def order(mode: Mode = Mode.CHARGE, **changes: Any) -> Order:
    what: dict[str, Any] = {
        "public_id": PUBLIC_ID,
        "attempt": 1,
        "account": "",
        "mode": mode,
        "amount": EUR_40,
        "description": "Deposit, Trattoria, 4 guests",
        **changes,
    }
    return Order(**what)


def card(token: str, customer: str = PUBLIC_ID) -> Card:
    return Card(customer_token=customer, method_token=token)


def kinds(answer: Answer | None) -> list[FactKind]:
    return [fact.kind for fact in answer.facts] if answer else []


def facts_of(*told: Answer | Incoming) -> list[Fact]:
    """All facts of answers and webhooks."""
    answers: list[Answer | None] = []
    for one in told:
        if isinstance(one, Incoming):
            answers += [notice.answer for notice in one.notices]
        else:
            answers.append(one)
    return [fact for answer in answers if answer for fact in answer.facts]


def totals(told: Iterable[Answer | Incoming]) -> Totals:
    return totals_of(facts_of(*told))
