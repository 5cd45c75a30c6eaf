"""What it means when Stripe's stand-in fails, is silent or is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from payments.gateways.base import Card, NotDone, Order, OutcomeUnknown, Refused
from payments.gateways.stripe import client
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.gateways.stripe_orders import (
    EUROS,
    GATEWAY,
    NOW,
    an_order,
    session_of,
    stripe_for_tests,
    with_saved_card,
)
from tests.payments.stand_ins.stripe import StripeStandIn
from tests.payments.stand_ins.stripe_world import GOOD

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


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
    with stripe_for_tests() as one:
        yield one


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
