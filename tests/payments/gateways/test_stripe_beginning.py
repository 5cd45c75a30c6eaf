"""What Stripe is asked for when a try begins, against its stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from payments.facts import Mode
from payments.gateways.base import CannotAsk, OutcomeUnknown, Refused
from tests.payments.gateways.stripe_orders import (
    EUROS,
    GATEWAY,
    PUBLIC_ID,
    an_order,
    begun,
    known,
    session_of,
    stripe_for_tests,
)
from tests.payments.stand_ins.stripe import StripeStandIn


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
    with stripe_for_tests() as one:
        yield one


def test_what_is_asked_for_reaches_stripe(provider: StripeStandIn) -> None:
    begun(an_order(Mode.AUTHORISE))

    form = provider.requests[-1].form
    assert form["amount"] == "5000"
    assert form["currency"] == "eur"
    assert form["capture_method"] == "manual"
    assert form["allowed_payment_method_types[0]"] == "card"
    assert form["metadata[public_id]"] == PUBLIC_ID
    assert form["description"] == "Deposit, Trattoria, 4 guests"


def test_beginning_twice_is_one_try_even_if_the_first_answer_was_lost(
    provider: StripeStandIn,
) -> None:
    provider.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        session_of(an_order())

    assert session_of(an_order()).provider_id == provider.all("payment_intent")[-1]["id"]
    assert len(provider.all("payment_intent")) == 1
    session_of(an_order(attempt=2))
    assert len(provider.all("payment_intent")) == 2


def test_a_saved_card_gets_a_customer_without_a_name(provider: StripeStandIn) -> None:
    begun(an_order(Mode.SAVE))

    customer, setup = provider.requests[-2:]
    assert customer.form == {"metadata[public_id]": PUBLIC_ID}
    assert setup.form["usage"] == "off_session"
    assert setup.form["customer"] == provider.all("customer")[0]["id"]


def test_a_connected_account_is_named_in_every_call(provider: StripeStandIn) -> None:
    order = begun(an_order(account="acct_trattoria"))
    provider.guest_pays(order.provider_id)
    GATEWAY.refund(order, EUROS, key="refund-1")
    assert known(order).kept == 0

    assert {r.headers.get("Stripe-Account") for r in provider.requests} == {"acct_trattoria"}
    with pytest.raises(Refused, match="resource_missing"):
        GATEWAY.look_up(replace(order, account=""))


def test_stripe_is_told_nothing_about_this_machine(provider: StripeStandIn) -> None:
    begun(an_order())
    begun(an_order(attempt=2))

    for request in provider.requests:
        assert "X-Stripe-Client-Telemetry" not in request.headers
        assert "platform" not in request.headers["X-Stripe-Client-User-Agent"]


def test_tokens_of_a_page_are_not_for_stripe(provider: StripeStandIn) -> None:
    with pytest.raises(CannotAsk):
        GATEWAY.pay(an_order(), source="token", key="pay-1")


def test_nothing_begun_is_nothing_known(provider: StripeStandIn) -> None:
    assert GATEWAY.look_up(an_order()).facts == ()
    assert provider.requests == []


@pytest.mark.parametrize(
    "missing", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"]
)
def test_it_says_which_setting_is_missing(
    provider: StripeStandIn, settings: Settings, missing: str
) -> None:
    assert GATEWAY.problem() == ""
    setattr(settings, missing, "")
    assert missing in GATEWAY.problem()
