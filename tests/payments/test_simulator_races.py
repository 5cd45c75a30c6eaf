"""Calls at the same moment: the simulator acts once, as every provider promises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import pytest

from payments.facts import Mode, totals_of
from payments.gateways.base import Answer, Order
from payments.gateways.simulator import guest, merchant
from payments.gateways.simulator.guest import Bank, Told
from payments.models import SimulatedCall, SimulatedMovement
from reservehub.core.money import Money
from tests.factories import NOW
from tests.payments.simulated import an_order, begin, gateway, given, page_secret, replaced
from tests.races import meet_after, run_together, without_row_locks

pytestmark = pytest.mark.django_db(transaction=True)

FORTY = Money(40_00, "EUR")


def refund_at_once(order: Order, keys: Sequence[str]) -> int:
    """What was given back of €60, minor units."""
    run_together(*[partial(gateway.refund, order, FORTY, key=key) for key in keys])
    return totals_of(gateway.look_up(order).facts).refunded


def test_one_key_is_one_refund() -> None:
    order, _answer = given(an_order(amount=Money(200_00, "EUR")))
    assert refund_at_once(order, ["same"] * 4) == 40_00


def test_without_the_key_it_would_be_four(monkeypatch: pytest.MonkeyPatch) -> None:
    order, _answer = given(an_order(amount=Money(200_00, "EUR")))
    monkeypatch.setattr(
        SimulatedCall.objects,
        "get_or_create",
        lambda key, defaults: (SimulatedCall(key=f"{key}-{uuid4()}", **defaults), True),
    )
    assert refund_at_once(order, ["same"] * 4) == 160_00


def test_refunds_at_once_never_give_back_more_than_was_taken() -> None:
    order, _answer = given(an_order())
    assert refund_at_once(order, ["a", "b", "c", "d"]) == 40_00


def test_without_the_row_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    order, _answer = given(an_order())
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, merchant, "payment_locked")
    assert refund_at_once(order, ["a", "b", "c", "d"]) > 60_00


def pay_at_once(order: Order) -> int:
    """Two tabs of one guest; how often the card was charged."""
    secret = page_secret(replaced(order, provider_id=begin(order).provider_id))
    pay = partial(guest.guest_pays, secret=secret, bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW)
    run_together(pay, pay)
    return SimulatedMovement.objects.filter(kind="captured").count()


def test_two_tabs_pay_once() -> None:
    assert pay_at_once(an_order()) == 1


def test_without_the_row_they_would_pay_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, guest, "_open_payment")
    assert pay_at_once(an_order()) == 2


def test_a_capture_and_a_release_at_once_agree() -> None:
    order, _answer = given(an_order(Mode.AUTHORISE))
    outcomes: Sequence[Answer | Exception] = run_together(
        partial(gateway.capture, order, FORTY, key="c"), partial(gateway.release, order, key="r")
    )
    totals = totals_of(gateway.look_up(order).facts)
    kinds = sorted(SimulatedMovement.objects.values_list("kind", flat=True))
    assert totals.held == 0
    if totals.captured:
        assert kinds == ["authorised", "captured", "fee"]
    else:
        assert kinds == ["authorised", "released"]
        assert any(isinstance(outcome, Exception) for outcome in outcomes)
