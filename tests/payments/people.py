"""Payments for tests, what the guest and the webhooks do to them, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from payments.events import PaymentEvent
from payments.facts import Mode
from payments.gateways.base import Answer
from payments.models import Instruction, LedgerEntry, LedgerSource, Payment, PaymentAccount
from payments.services import (
    instruction_carry_out,
    instructions_due,
    instructions_unstick,
    payment_begin,
    payment_note,
    payment_open,
)
from reservehub.core.models import OutboxEvent
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, make_restaurant
from tests.payments.provider import TestGateway

_number = count(1)
LATER = timedelta(hours=2)
"""After every back-off."""


def make_account(restaurant: Restaurant | None = None, **fields: Any) -> PaymentAccount:
    """An account at the simulator, for a restaurant of its own unless one is given."""
    return PaymentAccount.objects.create(
        restaurant=restaurant or make_restaurant(),
        **{
            "provider": "simulator",
            "account": "acct_1",
            "created_at": NOW,
            "updated_at": NOW,
            **fields,
        },
    )


def make_payment(
    mode: Mode = Mode.CHARGE,
    *,
    amount: int = 50_00,
    limit: int | None = None,
    currency: str = "EUR",
    restaurant: Restaurant | None = None,
    reference: str = "",
    now: datetime = NOW,
) -> Payment:
    """An open payment; a guarantee asks for no money and may take up to `amount`."""
    if restaurant is None:
        restaurant = make_restaurant()
    if not PaymentAccount.objects.filter(restaurant=restaurant).exists():
        make_account(restaurant)
    return payment_open(
        restaurant_id=restaurant.pk,
        reference=reference or f"test:{next(_number)}",
        mode=mode,
        amount=Money(0 if mode is Mode.SAVE else amount, currency),
        limit=Money(amount if limit is None else limit, currency),
        description="Deposit",
        actor=GUEST,
        now=now,
    )


def begin(payment: Payment, now: datetime = NOW) -> str:
    """The number of the try the guest is in."""
    return payment_begin(
        payment_id=payment.pk, return_url="https://example.com/", language="en", now=now
    ).provider_id


def hear(payment: Payment, answer: Answer, now: datetime = NOW) -> Payment:
    """A webhook says so."""
    return payment_note(payment_id=payment.pk, answer=answer, source=LedgerSource.WEBHOOK, now=now)


def make_given(gateway: TestGateway, mode: Mode = Mode.CHARGE, **fields: Any) -> Payment:
    """A payment for which the guest has given what was asked for."""
    payment = make_payment(mode, **fields)
    return hear(payment, gateway.approves(begin(payment)))


def carry_out(now: datetime = NOW) -> list[str]:
    """Every instruction that is due once, as the sweep does; returns what became of them."""
    instructions_unstick(now=now)
    return [
        instruction_carry_out(instruction_id=pk, now=now).value for pk in instructions_due(now=now)
    ]


def the_instruction(kind: str) -> Instruction:
    """The one instruction of a kind."""
    return Instruction.objects.get(kind=kind)


def ledger(payment: Payment) -> list[tuple[str, int]]:
    """What stands in the ledger, sorted."""
    rows = LedgerEntry.objects.filter(payment=payment).values_list("kind", "amount_minor")
    return sorted(rows)


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def told(event: type[PaymentEvent]) -> int:
    return OutboxEvent.objects.filter(name=event.name).count()
