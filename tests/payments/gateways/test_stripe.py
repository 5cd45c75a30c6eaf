"""Against a stand-in that does what localstripe cannot: keys, lost answers, banks, books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from django.test import override_settings
from pytest_django import Settings

from payments.facts import Fact, FactKind, Mode, Totals, totals_of
from payments.gateways.base import (
    CannotAsk,
    Card,
    Gateway,
    NotDone,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from payments.gateways.stripe import client
from payments.gateways.stripe.gateway import StripeGateway
from reservehub.core import clock
from reservehub.core.money import Money
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.stand_ins.stripe import StripeStandIn
from tests.payments.stand_ins.stripe_world import (
    ASKS_GUEST,
    DECLINED,
    FEE_OF_A_CHARGE,
    FEE_OF_A_DISPUTE,
    GOOD,
)

PUBLIC_ID = "0b8a7a0e-5f6c-4d3e-9a53-2d1c8a9b7e10"
NOW = datetime(2027, 3, 4, 12, tzinfo=UTC)
EUROS = Money(50_00, "EUR")
GATEWAY: Gateway = StripeGateway()


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
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


def only(facts: tuple[Fact, ...], kind: FactKind) -> Fact:
    (found,) = [fact for fact in facts if fact.kind is kind]
    return found


# --- Beginning --------------------------------------------------------------------------------


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


# --- What failures mean -----------------------------------------------------------------------

ACTS: dict[str, Callable[[Order], object]] = {
    "begin": lambda order: session_of(replace(order, provider_id="")),
    "charge": lambda order: GATEWAY.charge(order, EUROS, key="k"),
    "authorise": lambda order: GATEWAY.authorise(order, EUROS, key="k"),
    "capture": lambda order: GATEWAY.capture(order, EUROS, key="k"),
    "release": lambda order: GATEWAY.release(order, key="k"),
    "refund": lambda order: GATEWAY.refund(order, EUROS, key="k"),
}
ASKS_FIRST = frozenset({"charge", "authorise", "refund"})
READS: dict[str, Callable[[Order], object]] = {
    "begin": session_of,
    "look_up": GATEWAY.look_up,
    "movements": lambda order: GATEWAY.movements(order.account, since=NOW, until=NOW),
}
CARD = Card(customer_token="cus_1", method_token=GOOD)
ORDER = an_order(provider_id="pi_1", card=CARD)


def error(kind: str, code: str = "") -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": "Words for Ms Ada Lovelace"}}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("answer", "failure", "code"),
    [
        ((500, error("api_error")), OutcomeUnknown, "api_error"),
        ((502, b"<html>Bad gateway</html>"), OutcomeUnknown, "http_502"),
        ((200, b"not JSON"), OutcomeUnknown, "http_200"),
        ((409, error("invalid_request_error", "idempotency_key_in_use")), OutcomeUnknown, "in_use"),
        ((400, error("idempotency_error")), OutcomeUnknown, "idempotency_error"),
        ((429, error("invalid_request_error", "rate_limit")), NotDone, "rate_limit"),
        ((429, error("invalid_request_error", "lock_timeout")), NotDone, "lock_timeout"),
        ((409, error("invalid_request_error", "lock_timeout")), NotDone, "lock_timeout"),
        ((401, error("invalid_request_error")), NotDone, "keys_refused"),
        ((403, error("invalid_request_error")), NotDone, "keys_refused"),
    ],
)
def test_errors_are_told_honestly(
    provider: StripeStandIn,
    act: str,
    answer: tuple[int, Any],
    failure: type[Exception],
    code: str,
) -> None:
    if act in ASKS_FIRST:
        provider.behave()
    provider.fail_next(*answer)

    with pytest.raises(failure, match=code) as caught:
        ACTS[act](ORDER)

    assert "Lovelace" not in repr(caught.value)
    assert caught.value.__suppress_context__
    acts = [request for request in provider.requests if request.method == "POST"]
    assert len(acts) == 1  # nobody repeated it behind our back


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_question_changes_nothing_whatever_goes_wrong(
    provider: StripeStandIn, read: Callable[[Order], object], status: int
) -> None:
    provider.fail_next(status, error("api_error"))

    with pytest.raises(NotDone):
        read(ORDER)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_never_left_was_not_done(
    provider: StripeStandIn, settings: Settings, act: Callable[[Order], object]
) -> None:
    settings.STRIPE_API_URL = address_of_nobody()
    with pytest.raises(NotDone, match="unreachable"):
        act(ORDER)

    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(NotDone, match="no_keys"):
        act(ORDER)


def test_who_waits_too_long_does_not_know(
    provider: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = with_saved_card(provider)
    monkeypatch.setattr(client, "_ANSWER_SECONDS", 0.2)
    provider.behave()
    provider.hang()

    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        GATEWAY.charge(order, EUROS, key="charge-1")
    assert len(provider.all("charge")) == 1


def test_a_key_under_way_elsewhere_may_have_worked(provider: StripeStandIn) -> None:
    order = with_saved_card(provider)
    provider.busy.add("charge-1")

    with pytest.raises(OutcomeUnknown):
        GATEWAY.charge(order, EUROS, key="charge-1")


def test_nobody_writes_down_what_stripe_says_in_words(
    provider: StripeStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    provider.fail_next(400, error("invalid_request_error", "parameter_invalid"))
    with pytest.raises(Refused, match="parameter_invalid"):
        session_of(an_order())
    assert "Lovelace" not in caplog.text


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
