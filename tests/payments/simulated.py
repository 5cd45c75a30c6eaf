"""Orders that the simulator has, guests who pay them, and its messages as we read them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.test import RequestFactory

from payments.facts import Mode, Totals, totals_of
from payments.gateways.base import Answer, Notice, Order, Session
from payments.gateways.simulator import guest, signing
from payments.gateways.simulator.gateway import SimulatorGateway
from payments.gateways.simulator.guest import Bank, Told
from payments.gateways.simulator.webhook import SimulatorWebhook
from payments.models import SimulatedPayment
from reservehub.core import clock
from reservehub.core.money import Money
from tests.factories import NOW

SIXTY = Money(60_00, "EUR")
BACK = "http://testserver/b/token/pay/back/"
gateway = SimulatorGateway()


def an_order(mode: Mode = Mode.CHARGE, amount: Money = SIXTY, **fields: Any) -> Order:
    return Order(
        **{
            "public_id": str(uuid4()),
            "attempt": 1,
            "account": "Bistro Anna",
            "mode": mode,
            "amount": Money.zero("EUR") if mode is Mode.SAVE else amount,
            "description": "Table for 6 guests",
            **fields,
        }
    )


def begin(order: Order) -> Session:
    return gateway.begin(order, return_url=BACK, language="en")


def secret_of(session: Session) -> str:
    match = re.fullmatch(r"http://[\w.:]+/dev/payments/([\w-]{43})/", session.redirect_url)
    assert match is not None
    return match[1]


def page_secret(order: Order) -> str:
    """Of the try that the order names, which may be over."""
    return SimulatedPayment.objects.get(provider_id=order.provider_id).secret


def given(
    order: Order, bank: Bank = Bank.APPROVE, told: Told = Told.AT_ONCE
) -> tuple[Order, Answer]:
    """The guest has paid, held or saved; the order as it goes on from there, and a look at it."""
    session = begin(order)
    guest.guest_pays(secret=secret_of(session), bank=bank, told=told, now=NOW)
    order = replaced(order, provider_id=session.provider_id)
    answer = gateway.look_up(order)
    return replaced(order, card=answer.card), answer


def replaced(order: Order, **fields: Any) -> Order:
    return Order(**{**vars(order), **fields})


def sums(answer: Answer) -> Totals:
    return totals_of(answer.facts)


def kinds(answer: Answer) -> list[str]:
    return [fact.kind.value for fact in answer.facts]


def read(body: bytes, signature: str | None = None) -> Notice:
    header = signing.sign(body, now=clock.now()) if signature is None else signature
    request = RequestFactory().post(
        "/", body, content_type="application/json", headers={signing.HEADER: header}
    )
    (notice,) = SimulatorWebhook().read(request).notices
    return notice
