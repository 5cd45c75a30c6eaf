"""Money charged, taken and given back at Stripe's stand-in, once however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from payments.facts import Mode, Totals, totals_of
from payments.gateways.base import OutcomeUnknown, Refused
from reservehub.core.money import Money
from tests.payments.gateways.stripe_orders import (
    EUROS,
    GATEWAY,
    an_order,
    begun,
    known,
    paid,
    stripe_for_tests,
    with_saved_card,
)
from tests.payments.stand_ins.stripe import StripeStandIn
from tests.payments.stand_ins.stripe_world import ASKS_GUEST, DECLINED


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
    with stripe_for_tests() as one:
        yield one


# --- While the guest is away ------------------------------------------------------------------


def test_a_fee_is_charged_once_however_often_it_is_asked_for(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)
    provider.behave()  # asked first what was charged before
    provider.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        GATEWAY.charge(order, EUROS, key="charge-1")

    answer = GATEWAY.charge(order, EUROS, key="charge-1")

    assert len(provider.all("charge")) == 1
    assert totals_of(answer.facts).captured == 50_00
    (form,) = [one.form for one in provider.requests if "off_session" in one.form]
    assert (form["off_session"], form["confirm"]) == ("true", "true")


@pytest.mark.parametrize("act", ["charge", "authorise"])
def test_a_fee_is_charged_once_even_when_stripe_has_forgotten_the_key(
    provider: StripeStandIn, act: str
) -> None:
    order = with_saved_card(provider)
    first = getattr(GATEWAY, act)(order, EUROS, key="key-1")
    provider.day_passes()

    assert getattr(GATEWAY, act)(order, EUROS, key="key-1") == first
    assert len(provider.all("charge")) == 1


def test_a_hold_given_up_since_is_told_not_taken_again(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)
    held = GATEWAY.authorise(order, EUROS, key="key-1")
    provider.hold_runs_out(held.provider_id)
    provider.day_passes()

    answer = GATEWAY.authorise(order, EUROS, key="key-1")

    assert totals_of(answer.facts) == Totals(was_held=True)
    assert len(provider.all("charge")) == 1


def test_money_goes_back_once_even_when_stripe_has_forgotten_the_key(
    provider: StripeStandIn,
) -> None:
    order = paid(provider)
    first = GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1")
    provider.day_passes()

    assert GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1") == first
    assert known(order).refunded == 20_00


def test_a_charge_whose_answer_is_lost_is_found(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)
    provider.behave()  # asked first what was charged before
    provider.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        GATEWAY.charge(order, EUROS, key="charge-1")

    answer = GATEWAY.look_up(order)

    assert totals_of(answer.facts).captured == 50_00
    assert answer.provider_id == provider.all("payment_intent")[0]["id"]


def test_all_charges_of_a_card_are_found_over_several_pages(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)
    for number in range(5):
        GATEWAY.charge(order, Money(1_00, "EUR"), key=f"charge-{number}")

    assert known(order).captured == 5_00
    assert known(replace(order, provider_id=provider.all("payment_intent")[2]["id"])).captured == (
        5_00
    )


def test_a_declined_fee_is_refused_the_same_at_every_try(provider: StripeStandIn) -> None:
    order = with_saved_card(provider, DECLINED)

    for _again in range(2):
        with pytest.raises(Refused, match="insufficient_funds") as refused:
            GATEWAY.charge(order, EUROS, key="charge-1")
        assert not refused.value.needs_guest

    assert len(provider.all("charge")) == 1
    assert known(order).captured == 0


@pytest.mark.parametrize("is_surprising", [False, True])
def test_a_bank_may_want_the_guest(provider: StripeStandIn, *, is_surprising: bool) -> None:
    order = with_saved_card(provider, ASKS_GUEST)
    provider.is_surprising = is_surprising

    with pytest.raises(Refused, match="authentication_required") as refused:
        GATEWAY.authorise(order, EUROS, key="authorise-1")

    assert refused.value.needs_guest


def test_without_a_card_nothing_is_charged(provider: StripeStandIn) -> None:
    with pytest.raises(Refused, match="no_card"):
        GATEWAY.charge(an_order(Mode.SAVE), EUROS, key="charge-1")
    assert provider.requests == []


# --- Taking and giving back -------------------------------------------------------------------


def test_a_capture_whose_answer_is_lost_is_told_at_the_next_try(provider: StripeStandIn) -> None:
    order = paid(provider, Mode.AUTHORISE)
    provider.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        GATEWAY.capture(order, EUROS, key="capture-1")

    for key in ("capture-1", "another-key"):
        answer = GATEWAY.capture(order, EUROS, key=key)
        assert totals_of(answer.facts).captured == 50_00


def test_what_ran_out_is_not_captured(provider: StripeStandIn) -> None:
    order = paid(provider, Mode.AUTHORISE)
    provider.hold_runs_out(order.provider_id)

    with pytest.raises(Refused, match="payment_intent_unexpected_state"):
        GATEWAY.capture(order, EUROS, key="capture-1")
    assert GATEWAY.release(order, key="release-1").is_dead


def test_more_than_is_held_is_not_captured(provider: StripeStandIn) -> None:
    order = paid(provider, Mode.AUTHORISE)

    with pytest.raises(Refused, match="amount_too_large"):
        GATEWAY.capture(order, Money(50_01, "EUR"), key="capture-1")


def test_a_card_saved_at_the_last_moment_stays(provider: StripeStandIn) -> None:
    order = begun(an_order(Mode.SAVE))
    provider.guest_saves(order.provider_id)

    answer = GATEWAY.release(order, key="release-1")

    assert totals_of(answer.facts).is_saved
    assert answer.card is not None


def test_money_goes_back_once_however_often_it_is_asked_for(provider: StripeStandIn) -> None:
    order = paid(provider)
    provider.behave()  # asked first what was given back before
    provider.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1")

    GATEWAY.refund(order, Money(20_00, "EUR"), key="refund-1")

    assert known(order).refunded == 20_00
    with pytest.raises(Refused, match="charge_already_refunded"):
        GATEWAY.refund(order, Money(30_01, "EUR"), key="refund-2")
