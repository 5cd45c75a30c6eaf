"""Whole flows over HTTP against localstripe, which is not ours and knows Stripe in its own way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

import pytest
import requests
import stripe
from django.test import RequestFactory
from pytest_django import Settings

from payments.facts import Fact, FactKind, Mode, Totals, totals_of
from payments.gateways.base import NotDone, Order, Refused, Session
from payments.gateways.stripe.gateway import StripeGateway
from payments.gateways.stripe.webhook import StripeWebhook
from reservehub.core.money import Money
from tests.notifications.stand_ins.server import Answer, Received, StandIn
from tests.payments.gateways.localstripe import KEY, Bridge, localstripe

GOOD = "4242424242424242"
DECLINED = "4000000000000341"
ASKS_GUEST = "4000002500003155"
EUROS = Money(12_50, "EUR")


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with localstripe() as url:
        yield url


@pytest.fixture
def bridge(upstream: str, settings: Settings) -> Iterator[Bridge]:
    with Bridge(upstream) as one:
        settings.STRIPE_SECRET_KEY = KEY
        settings.STRIPE_PUBLISHABLE_KEY = "pk_test_localstripe"
        settings.STRIPE_WEBHOOK_SECRET = "whsec_local"
        settings.STRIPE_API_URL = one.url
        yield one


class Browser:
    """What Stripe's script does in the guest's browser."""

    def __init__(self, url: str) -> None:
        self.client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)

    def card(self, number: str) -> str:
        kept = self.client.v1.payment_methods.create(
            {
                "type": "card",
                "card": {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"},
            }
        )
        return kept.id

    def pay(self, intent_id: str, number: str = GOOD) -> None:
        intents = self.client.v1.payment_intents
        intents.update(intent_id, {"payment_method": self.card(number)})
        intents.confirm(intent_id)

    def save(self, setup_id: str, number: str = GOOD) -> None:
        self.client.v1.setup_intents.confirm(setup_id, {"payment_method": self.card(number)})


@pytest.fixture
def browser(bridge: Bridge) -> Browser:
    return Browser(bridge.url)


def an_order(mode: Mode = Mode.CHARGE, amount: Money = EUROS) -> Order:
    return Order(
        public_id=str(uuid4()),
        attempt=1,
        account="",
        mode=mode,
        amount=Money.zero("EUR") if mode is Mode.SAVE else amount,
        description="Deposit, Trattoria, 4 guests",
    )


def session_of(order: Order) -> Session:
    return StripeGateway().begin(order, return_url="https://hub.test/r", language="en")


def begun(order: Order) -> Order:
    return replace(order, provider_id=session_of(order).provider_id)


def known(order: Order) -> Totals:
    return totals_of(StripeGateway().look_up(order).facts)


def kinds(facts: tuple[Fact, ...]) -> set[FactKind]:
    return {fact.kind for fact in facts}


def test_a_deposit_is_paid(browser: Browser) -> None:
    order = begun(an_order())
    assert known(order) == Totals()

    browser.pay(order.provider_id)

    assert known(order).captured == 12_50
    assert StripeGateway().look_up(order).provider_id == order.provider_id


def test_the_page_gets_a_secret_of_this_try_and_no_key_of_ours(browser: Browser) -> None:
    order = an_order()
    first = session_of(order)
    begun_order = replace(order, provider_id=first.provider_id)

    assert session_of(begun_order) == first
    assert first.data["client_secret"].startswith(first.provider_id)
    assert KEY not in json.dumps(dict(first.data))

    browser.pay(first.provider_id)
    assert session_of(begun_order).data["is_over"]


def test_a_declined_card_is_told_and_the_same_try_goes_on(browser: Browser) -> None:
    order = begun(an_order())
    with pytest.raises(stripe.CardError):
        browser.pay(order.provider_id, DECLINED)

    (refused,) = StripeGateway().look_up(order).facts
    assert (refused.kind, refused.code) == (FactKind.REFUSED, "card_declined")
    assert not StripeGateway().look_up(order).is_dead


def test_a_hold_is_captured(browser: Browser) -> None:
    order = begun(an_order(Mode.AUTHORISE))
    browser.pay(order.provider_id)
    assert known(order).held == 12_50

    answer = StripeGateway().capture(order, EUROS, key="capture-1")

    assert totals_of(answer.facts).captured == 12_50
    assert known(order).held == 0


def test_a_hold_is_released_once_and_said_again(browser: Browser) -> None:
    order = begun(an_order(Mode.AUTHORISE))
    browser.pay(order.provider_id)

    first = StripeGateway().release(order, key="release-1")
    again = StripeGateway().release(order, key="release-2")

    for answer in (first, again):
        assert answer.is_dead
        assert FactKind.RELEASED in kinds(answer.facts)
    assert known(order) == Totals(was_held=True)


def test_capturing_twice_takes_once(browser: Browser) -> None:
    order = begun(an_order(Mode.AUTHORISE))
    browser.pay(order.provider_id)
    StripeGateway().capture(order, EUROS, key="capture-1")

    again = StripeGateway().capture(order, EUROS, key="capture-1")

    assert totals_of(again.facts).captured == 12_50


def test_an_unpaid_try_is_given_up_and_dead(browser: Browser) -> None:
    order = begun(an_order())

    assert StripeGateway().release(order, key="release-1").is_dead

    with pytest.raises(Refused, match="canceled"):
        session_of(order)


def test_a_release_that_comes_too_late_tells_of_the_money(browser: Browser) -> None:
    order = begun(an_order())
    browser.pay(order.provider_id)

    answer = StripeGateway().release(order, key="release-1")

    assert totals_of(answer.facts).captured == 12_50
    assert not answer.is_dead


def test_money_goes_back_in_parts(browser: Browser) -> None:
    order = begun(an_order())
    browser.pay(order.provider_id)
    gateway = StripeGateway()

    first = gateway.refund(order, Money(2_50, "EUR"), key="refund-1")
    second = gateway.refund(order, Money(10_00, "EUR"), key="refund-2")

    assert totals_of((*first.facts, *second.facts)).refunded == 12_50
    assert known(order).kept == 0


def test_a_card_is_saved_and_charged_while_the_guest_is_away(browser: Browser) -> None:
    order = begun(an_order(Mode.SAVE))
    browser.save(order.provider_id)
    gateway = StripeGateway()

    saved = gateway.look_up(order)
    assert saved.card is not None
    assert (saved.card.last4, saved.card.expires) == ("4242", "2030-12")
    assert totals_of(saved.facts).is_saved

    with_card = replace(order, card=saved.card)
    charged = gateway.charge(with_card, Money(80_00, "EUR"), key="charge-1")
    assert totals_of(charged.facts).captured == 80_00
    assert charged.provider_id != order.provider_id

    # Also whoever lost the answer finds the money: by the card's customer.
    assert known(with_card).captured == 80_00
    assert gateway.look_up(with_card).provider_id == charged.provider_id


def test_a_card_is_forgotten(browser: Browser) -> None:
    order = begun(an_order(Mode.SAVE))
    browser.save(order.provider_id)
    kept = StripeGateway().look_up(order).card
    assert kept is not None
    with_card = replace(order, provider_id=kept.method_token)

    for _again in range(2):
        StripeGateway().forget(with_card, key="forget-1")

    method = browser.client.v1.payment_methods.retrieve(kept.method_token)
    assert method.customer is None
    StripeGateway().forget(replace(order, provider_id="pm_never_was"), key="forget-2")


def test_a_saved_card_holds_an_amount_later(browser: Browser) -> None:
    order = begun(an_order(Mode.SAVE))
    browser.save(order.provider_id)
    gateway = StripeGateway()
    with_card = replace(order, card=gateway.look_up(order).card)

    held = gateway.authorise(with_card, EUROS, key="authorise-1")
    assert totals_of(held.facts).held == 12_50

    answer = gateway.capture(
        replace(with_card, provider_id=held.provider_id), EUROS, key="capture-1"
    )
    assert totals_of(answer.facts).captured == 12_50


@pytest.mark.parametrize(("number", "needs_guest"), [(DECLINED, False), (ASKS_GUEST, True)])
def test_a_saved_card_may_be_refused(browser: Browser, number: str, needs_guest: bool) -> None:
    order = begun(an_order(Mode.SAVE))
    browser.save(order.provider_id)
    gateway = StripeGateway()
    card = gateway.look_up(order).card
    assert card is not None
    with_card = replace(order, card=replace(card, method_token=browser.card(number)))

    with pytest.raises(Refused) as refused:
        gateway.charge(with_card, EUROS, key="charge-1")

    assert refused.value.needs_guest is needs_guest
    assert known(with_card).captured == 0


def test_an_unpaid_card_guarantee_is_given_up(browser: Browser) -> None:
    order = begun(an_order(Mode.SAVE))

    assert StripeGateway().release(order, key="release-1").is_dead
    assert StripeGateway().look_up(order).is_dead


def test_what_it_does_not_know_is_refused(bridge: Bridge) -> None:
    order = replace(an_order(), provider_id="pi_unknown")

    with pytest.raises(Refused):
        StripeGateway().look_up(order)
    with pytest.raises(Refused):
        StripeGateway().refund(order, EUROS, key="refund-1")


def test_with_wrong_keys_nothing_is_done(bridge: Bridge, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "wrong"

    with pytest.raises(NotDone, match="keys_refused"):
        begun(an_order())


class Mailbox(StandIn):
    """Where localstripe sends its events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: SimpleQueue[Received] = SimpleQueue()

    def answer(self, request: Received) -> Answer:
        self.events.put(request)
        return Answer()

    def event_about(self, number: str) -> Received:
        """It sends a second late, also what happened before we asked for it."""
        while number not in (event := self.events.get(timeout=20)).body.decode():
            pass
        return event


def test_its_webhook_is_understood(bridge: Bridge, browser: Browser) -> None:
    with Mailbox() as mailbox:
        endpoint: dict[str, Any] = {
            "url": mailbox.url,
            "secret": "whsec_local",
            "events": ["payment_intent.succeeded"],
        }
        _configure(bridge.upstream, endpoint)
        order = begun(an_order())
        browser.pay(order.provider_id)
        event = mailbox.event_about(order.provider_id)

    request = RequestFactory().post(
        "/webhooks/payments/stripe/",
        event.body,
        content_type="application/json",
        headers={"Stripe-Signature": event.headers["Stripe-Signature"]},
    )
    (notice,) = StripeWebhook().read(request).notices
    assert notice.kind == "payment_intent.succeeded"
    assert (notice.public_id, notice.provider_id) == (order.public_id, order.provider_id)
    assert notice.answer is None


def _configure(upstream: str, webhook: dict[str, Any]) -> None:
    requests.post(f"{upstream}/_config/webhooks/one", json=webhook, timeout=10).raise_for_status()
