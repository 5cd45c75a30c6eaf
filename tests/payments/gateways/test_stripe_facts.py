"""What is known of a payment at Stripe's stand-in, looked up and from its books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest

from payments.facts import Fact, FactKind, Mode, Totals, totals_of
from payments.gateways.base import Card
from reservehub.core import clock
from reservehub.core.money import Money
from tests.payments.gateways.stripe_orders import (
    EUROS,
    GATEWAY,
    NOW,
    PUBLIC_ID,
    an_order,
    begun,
    known,
    paid,
    stripe_for_tests,
    with_saved_card,
)
from tests.payments.stand_ins.stripe import StripeStandIn
from tests.payments.stand_ins.stripe_world import FEE_OF_A_CHARGE, FEE_OF_A_DISPUTE, GOOD


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
    with stripe_for_tests() as one:
        yield one


def only(facts: tuple[Fact, ...], kind: FactKind) -> Fact:
    (found,) = [fact for fact in facts if fact.kind is kind]
    return found


# --- What is known ----------------------------------------------------------------------------


def test_every_telling_has_the_same_facts(provider: StripeStandIn) -> None:
    order = paid(provider)
    GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1")

    with clock.freeze(NOW + timedelta(hours=3)):
        later = GATEWAY.look_up(order).facts
    assert later == GATEWAY.look_up(order).facts
    assert {fact.object_id for fact in later} == {order.provider_id}
    assert totals_of(later) == Totals(captured=50_00, refunded=20_00, fees=FEE_OF_A_CHARGE)


def test_refused_tries_are_told_apart(provider: StripeStandIn) -> None:
    order = begun(an_order())
    number = order.provider_id
    tries: list[Callable[[], None]] = [
        partial(provider.guest_is_refused, number, "insufficient_funds"),
        partial(provider.guest_is_refused, number, "lost_card"),
        partial(provider.guest_is_not_recognised, number),
        partial(provider.guest_is_not_recognised, number),
    ]
    told = set()
    for is_refused in tries:
        is_refused()
        told |= {(fact.provider_id, fact.code) for fact in GATEWAY.look_up(order).facts}

    codes = [code for _number, code in told]
    assert codes.count("payment_intent_authentication_failure") == 2
    assert {"insufficient_funds", "lost_card"} <= set(codes)


def test_a_refused_card_is_not_saved(provider: StripeStandIn) -> None:
    order = begun(an_order(Mode.SAVE))
    provider.guest_saves_not(order.provider_id)

    answer = GATEWAY.look_up(order)
    assert only(answer.facts, FactKind.REFUSED).code == "lost_card"
    assert answer.card is None


def test_what_is_kept_of_a_card(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)

    assert order.card == Card(
        customer_token=provider.all("customer")[0]["id"],
        method_token=GOOD,
        brand="visa",
        last4="4242",
        expires="2029-05",
    )


def test_a_hold_says_when_it_ends_and_that_it_ended(provider: StripeStandIn) -> None:
    order = paid(provider, Mode.AUTHORISE)
    answer = GATEWAY.look_up(order)
    assert answer.held_until == NOW + timedelta(days=7)
    assert totals_of(answer.facts).held == 50_00

    provider.hold_runs_out(order.provider_id)

    answer = GATEWAY.look_up(order)
    assert answer.is_dead
    assert totals_of(answer.facts) == Totals(was_held=True)
    assert answer.held_until is None


def test_what_was_never_taken_is_no_refund(provider: StripeStandIn) -> None:
    order = paid(provider, Mode.AUTHORISE)

    GATEWAY.capture(order, Money(30_00, "EUR"), key="capture-1")

    assert known(order) == Totals(captured=30_00, fees=FEE_OF_A_CHARGE, was_held=True)
    GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1")
    assert known(order).refunded == 20_00


def test_a_hold_that_ran_out_is_no_refund_even_where_stripe_shows_one(
    provider: StripeStandIn,
) -> None:
    order = paid(provider, Mode.AUTHORISE)
    provider.hold_runs_out(order.provider_id)
    provider.refund_at_the_dashboard(order.provider_id, 50_00)

    assert known(order) == Totals(was_held=True)


def test_a_refund_made_at_stripes_own_site_counts(provider: StripeStandIn) -> None:
    order = paid(provider)

    provider.refund_at_the_dashboard(order.provider_id, 20_00)

    assert known(order).refunded == 20_00


def test_a_refund_that_comes_back_is_ours_again(provider: StripeStandIn) -> None:
    order = paid(provider)
    answer = GATEWAY.refund(order, EUROS, key="refund-1")
    provider.refund_comes_back(only(answer.facts, FactKind.REFUNDED).provider_id)

    facts = GATEWAY.look_up(order).facts
    assert only(facts, FactKind.REFUND_FAILED).code == "lost_or_stolen_card"
    for told in permutations((*answer.facts, *facts)):
        assert totals_of(told).kept == 50_00


def test_a_dispute_takes_money_and_a_fee_and_is_won(provider: StripeStandIn) -> None:
    order = paid(provider)
    dispute = provider.bank_disputes(order.provider_id)

    answer = GATEWAY.look_up(order)
    assert totals_of(answer.facts).kept == 0
    assert totals_of(answer.facts).fees == FEE_OF_A_CHARGE + FEE_OF_A_DISPUTE
    (news,) = answer.disputes
    assert (news.provider_id, news.status, news.reason) == (
        dispute["id"],
        "needs_response",
        "fraudulent",
    )
    assert (news.amount_minor, news.currency) == (50_00, "EUR")
    assert news.respond_by == NOW + timedelta(days=9)

    provider.bank_decides(dispute, is_won=True)
    answer = GATEWAY.look_up(order)
    assert totals_of(answer.facts).kept == 50_00
    assert [one.status for one in answer.disputes] == ["won"]


def test_an_inquiry_takes_no_money(provider: StripeStandIn) -> None:
    order = paid(provider)
    provider.bank_disputes(order.provider_id, status="warning_needs_response")

    answer = GATEWAY.look_up(order)
    assert totals_of(answer.facts).disputed == 0
    assert [one.status for one in answer.disputes] == ["needs_response"]


def test_a_fee_in_another_currency_is_told_in_the_guests(provider: StripeStandIn) -> None:
    provider.rates["jpy"] = 0.00625 * 100  # 1 JPY -> 0.625 cents

    order = paid(provider, amount=Money(8_000, "JPY"))

    fee = only(GATEWAY.look_up(order).facts, FactKind.FEE)
    assert (fee.amount_minor, fee.currency) == (46, "JPY")  # 29 cents


# --- Books ------------------------------------------------------------------------------------


def test_the_books_tell_the_same_facts_as_a_look_up(provider: StripeStandIn) -> None:
    order = paid(provider)
    failed = GATEWAY.refund(order, Money(10_00, "EUR"), key="refund-1")
    provider.refund_comes_back(only(failed.facts, FactKind.REFUNDED).provider_id)
    provider.refund_at_the_dashboard(order.provider_id, 5_00)
    provider.bank_decides(provider.bank_disputes(order.provider_id), is_won=True)

    day = timedelta(days=1)
    listed = list(GATEWAY.movements("", since=NOW, until=NOW + day))

    assert {one.public_id for one in listed} == {PUBLIC_ID}
    assert {one.provider_id for one in listed} == {order.provider_id}
    told = {(one.fact.kind, one.fact.provider_id, one.fact.amount_minor) for one in listed}
    seen = {(f.kind, f.provider_id, f.amount_minor) for f in GATEWAY.look_up(order).facts}
    assert told == seen
    assert len(told) == len(listed) == 8


def test_the_books_end_where_the_day_ends(provider: StripeStandIn) -> None:
    paid(provider)

    day = timedelta(days=1)
    assert list(GATEWAY.movements("", since=NOW - day, until=NOW)) == []
    assert len(list(GATEWAY.movements("", since=NOW, until=NOW + day))) == 2


def test_what_the_restaurant_sells_elsewhere_is_not_listed(provider: StripeStandIn) -> None:
    order = paid(provider)
    provider.things[order.provider_id]["metadata"] = {}
    for charge in provider.all("charge"):
        charge["metadata"] = {}
    provider.refund_at_the_dashboard(order.provider_id, 5_00)

    assert list(GATEWAY.movements("", since=NOW, until=NOW + timedelta(days=1))) == []
