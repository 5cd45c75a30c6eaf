"""Orders and payments at a stand-in that has what localstripe lacks: lost answers, banks, books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.test import override_settings

from payments.facts import Mode, Totals, totals_of
from payments.gateways.base import Gateway, Order, Session
from payments.gateways.stripe.gateway import StripeGateway
from reservehub.core import clock
from reservehub.core.money import Money
from tests.payments.stand_ins.stripe import StripeStandIn
from tests.payments.stand_ins.stripe_world import GOOD

PUBLIC_ID = "0b8a7a0e-5f6c-4d3e-9a53-2d1c8a9b7e10"
NOW = datetime(2027, 3, 4, 12, tzinfo=UTC)
EUROS = Money(50_00, "EUR")
GATEWAY: Gateway = StripeGateway()


@contextmanager
def stripe_for_tests() -> Iterator[StripeStandIn]:
    """The stand-in, and the settings that lead to it, at a moment that stands still."""
    with StripeStandIn() as one, override_settings(**one.settings()), clock.freeze(NOW):
        yield one


def an_order(mode: Mode = Mode.CHARGE, amount: Money = EUROS, **more: Any) -> Order:
    order = Order(
        public_id=PUBLIC_ID,
        attempt=1,
        account="",
        mode=mode,
        amount=Money.zero(amount.currency) if mode is Mode.SAVE else amount,
        description="Deposit, Trattoria, 4 guests",
    )
    return replace(order, **more)


def session_of(order: Order) -> Session:
    return GATEWAY.begin(order, return_url="https://hub.test/r", language="en")


def begun(order: Order) -> Order:
    return replace(order, provider_id=session_of(order).provider_id)


def paid(provider: StripeStandIn, mode: Mode = Mode.CHARGE, amount: Money = EUROS) -> Order:
    order = begun(an_order(mode, amount))
    provider.guest_pays(order.provider_id)
    return order


def with_saved_card(provider: StripeStandIn, method: str = GOOD) -> Order:
    order = begun(an_order(Mode.SAVE))
    provider.guest_saves(order.provider_id, method)
    return replace(order, card=GATEWAY.look_up(order).card)


def known(order: Order) -> Totals:
    return totals_of(GATEWAY.look_up(order).facts)
