"""The simulator keeps a provider's promises: idempotent, and apart from our transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client

from payments.facts import FactKind, Mode, Totals
from payments.gateways.base import BadSignature, CannotAsk, NotDone, Refused
from payments.gateways.simulator import guest, merchant
from payments.gateways.simulator.guest import Bank, Told
from payments.models import SimulatedEvent, SimulatedPayment
from reservehub.core import clock
from reservehub.core.money import Money
from tests.factories import NOW
from tests.payments.simulated import (
    SIXTY,
    an_order,
    begin,
    gateway,
    given,
    kinds,
    page_secret,
    read,
    replaced,
    secret_of,
    sums,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_frozen")]


# --- Cards -----------------------------------------------------------------------------------


def test_a_card_is_forgotten_however_often_it_is_asked_for() -> None:
    order, saved = given(an_order(Mode.SAVE))
    assert saved.card is not None
    mine = replaced(order, provider_id=saved.card.method_token)
    gateway.forget(replaced(mine, account="Somebody else"), key="forget-0")
    assert gateway.look_up(order).card is not None
    for number in range(2):
        gateway.forget(mine, key=f"forget-{number}")
    assert gateway.look_up(order).card is None
    assert sums(gateway.look_up(order)).is_saved, "what happened has happened"
    with pytest.raises(Refused, match="no_card"):
        gateway.charge(order, SIXTY, key="fee-1")


# --- Tries ----------------------------------------------------------------------------------------


def test_the_same_attempt_is_the_same_try_and_the_next_one_another() -> None:
    order = an_order()
    first, again = begin(order), begin(order)
    assert first == again
    assert begin(replaced(order, attempt=2)).provider_id != first.provider_id
    assert SimulatedPayment.objects.count() == 2


def test_a_key_is_not_reused_for_another_amount() -> None:
    order = an_order()
    begin(order)
    with pytest.raises(Refused, match="idempotency_key_reused"):
        begin(replaced(order, amount=Money(70_00, "EUR")))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.CHARGE, Totals(captured=60_00, fees=90)),
        (Mode.AUTHORISE, Totals(held=60_00, was_held=True)),
        (Mode.SAVE, Totals(is_saved=True)),
    ],
)
def test_what_was_asked_for_is_given(mode: Mode, expected: Totals) -> None:
    order, answer = given(an_order(mode))
    assert sums(answer) == expected
    assert {fact.object_id for fact in answer.facts} == {order.provider_id}
    assert (answer.card is not None) == (mode is Mode.SAVE)
    assert (answer.held_until is not None) == (mode is Mode.AUTHORISE)


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_amounts_are_whole_minor_units_of_any_currency(currency: str) -> None:
    _order, answer = given(an_order(amount=Money(12_345, currency)))
    assert sums(answer).captured == 12_345
    assert {fact.currency for fact in answer.facts} == {currency}


def test_a_declined_card_leaves_the_try_open() -> None:
    order, answer = given(an_order(), Bank.DECLINE)
    assert [(fact.kind, fact.code) for fact in answer.facts] == [
        (FactKind.REFUSED, "card_declined")
    ]
    assert not answer.is_dead
    guest.guest_pays(secret=secret_of(begin(order)), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW)
    assert sums(gateway.look_up(order)).captured == 60_00


def test_a_try_that_was_given_up_is_dead() -> None:
    order = an_order()
    session = begin(order)
    guest.guest_leaves(secret=secret_of(session), now=NOW)
    answer = gateway.look_up(replaced(order, provider_id=session.provider_id))
    assert answer.is_dead
    assert answer.facts == ()
    assert not guest.guest_pays(
        secret=secret_of(session), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW
    )


def test_a_second_tap_pays_once() -> None:
    order, _answer = given(an_order())
    assert not guest.guest_pays(
        secret=page_secret(order), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW
    )
    assert sums(gateway.look_up(order)).captured == 60_00


def test_a_try_that_is_over_is_not_begun_again() -> None:
    order, _answer = given(an_order())
    with pytest.raises(Refused, match="try_is_over"):
        begin(order)
    assert begin(replaced(order, attempt=2)).provider_id != order.provider_id


def test_a_look_up_tells_of_every_try_of_a_payment() -> None:
    order, _answer = given(an_order())
    given(replaced(order, attempt=2, provider_id=""))
    assert sums(gateway.look_up(order)).captured == 120_00


def test_a_late_bank_says_nothing_until_it_knows() -> None:
    order, answer = given(an_order(), told=Told.LATE)
    assert answer.facts == ()
    assert list(gateway.movements("Bistro Anna", since=NOW, until=NOW + guest.LATE)) == []
    with clock.freeze(NOW + guest.LATE):
        assert sums(gateway.look_up(order)).captured == 60_00


# --- Calls ----------------------------------------------------------------------------------------


def test_a_part_of_a_hold_is_captured_and_the_rest_is_free() -> None:
    order, _answer = given(an_order(Mode.AUTHORISE))
    answer = gateway.capture(order, Money(45_00, "EUR"), key="c1")
    assert (sums(answer).captured, sums(answer).held) == (45_00, 0)
    with pytest.raises(Refused, match="nothing_held"):
        gateway.capture(order, Money(15_00, "EUR"), key="c2")


def test_more_than_is_held_is_not_captured() -> None:
    order, _answer = given(an_order(Mode.AUTHORISE))
    with pytest.raises(Refused, match="amount_too_large"):
        gateway.capture(order, Money(60_01, "EUR"), key="c1")


def test_a_hold_runs_out_after_a_week() -> None:
    order, answer = given(an_order(Mode.AUTHORISE))
    assert answer.held_until == NOW + timedelta(days=7)
    with clock.freeze(NOW + timedelta(days=7)):
        with pytest.raises(Refused, match="authorisation_expired"):
            gateway.capture(order, SIXTY, key="c1")
        assert merchant.holds_run_out(now=clock.now()) == 1
        assert merchant.holds_run_out(now=clock.now()) == 0
        assert kinds(gateway.look_up(order)) == ["authorised", "released"]


def test_a_release_gives_up_a_hold_or_a_try_but_no_money() -> None:
    held, _answer = given(an_order(Mode.AUTHORISE))
    assert kinds(gateway.release(held, key="r1")) == ["authorised", "released"]
    open_order = an_order()
    session = begin(open_order)
    open_order = replaced(open_order, provider_id=session.provider_id)
    assert gateway.release(open_order, key="r2").is_dead
    paid, _answer = given(an_order())
    answer = gateway.release(paid, key="r3")
    assert sums(answer).captured == 60_00
    assert not answer.is_dead


def test_no_more_is_refunded_than_was_taken() -> None:
    order, _answer = given(an_order())
    assert sums(gateway.refund(order, Money(40_00, "EUR"), key="f1")).kept == 20_00
    with pytest.raises(Refused, match="amount_too_large"):
        gateway.refund(order, Money(20_01, "EUR"), key="f2")
    assert sums(gateway.refund(order, Money(20_00, "EUR"), key="f3")).kept == 0


def test_a_saved_card_is_charged_while_the_guest_is_away() -> None:
    order, _answer = given(an_order(Mode.SAVE))
    answer = gateway.charge(order, Money(30_00, "EUR"), key="k1")
    assert sums(answer).captured == 30_00
    assert answer.provider_id != order.provider_id, "a charge is a payment of its own there"
    held = gateway.authorise(order, Money(10_00, "EUR"), key="k2")
    assert sums(held).held == 10_00


@pytest.mark.parametrize(
    ("bank", "code", "needs_guest"),
    [
        (Bank.POOR_LATER, "card_declined", False),
        (Bank.ASKS_LATER, "authentication_required", True),
    ],
)
def test_a_saved_card_may_be_refused_later(bank: Bank, code: str, needs_guest: bool) -> None:
    order, _answer = given(an_order(Mode.SAVE), bank)
    for _again in range(2):  # the same key, the same refusal
        with pytest.raises(Refused, match=code) as refusal:
            gateway.charge(order, SIXTY, key="k1")
        assert refusal.value.needs_guest is needs_guest
    assert sums(gateway.look_up(order)).captured == 0


def test_asked_twice_with_one_key_everything_happens_once() -> None:
    saved, _answer = given(an_order(Mode.SAVE))
    held, _answer = given(an_order(Mode.AUTHORISE))
    paid, _answer = given(an_order())
    five = Money(5_00, "EUR")
    for _again in range(3):
        charged = gateway.charge(saved, five, key="k1")
        captured = gateway.capture(held, five, key="k2")
        refunded = gateway.refund(paid, five, key="k3")
    assert sums(charged).captured == 5_00
    assert sums(captured).captured == 5_00
    assert sums(refunded).refunded == 5_00


def test_the_page_is_the_only_way_to_pay() -> None:
    with pytest.raises(CannotAsk):
        gateway.pay(an_order(), source="token", key="p1")


def test_the_books_list_what_moved_and_nothing_else() -> None:
    order, _answer = given(an_order())
    given(an_order(Mode.SAVE))
    given(an_order(account="another"))
    with clock.freeze(NOW + timedelta(hours=1)):
        gateway.refund(order, Money(10_00, "EUR"), key="f1")
        listed = list(gateway.movements("Bistro Anna", since=NOW, until=NOW + timedelta(minutes=1)))
        later = list(gateway.movements("Bistro Anna", since=NOW, until=NOW + timedelta(hours=2)))
    assert [(one.public_id, one.fact.kind.value) for one in listed] == [
        (order.public_id, "captured"),
        (order.public_id, "fee"),
    ]
    assert [one.fact.kind.value for one in later] == ["captured", "fee", "refunded"]


# --- Disputes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_won", "kept", "status"), [(True, 60_00, "won"), (False, 0, "lost")])
def test_a_dispute_takes_the_money_until_it_is_decided(
    is_won: bool, kept: int, status: str
) -> None:
    order, _answer = given(an_order())
    secret = page_secret(order)
    guest.dispute_open(secret=secret, now=NOW)
    opened = gateway.look_up(order)
    assert (sums(opened).kept, opened.disputes[0].status) == (0, "needs_response")
    guest.dispute_decide(secret=secret, is_won=is_won, now=NOW + timedelta(days=1))
    with clock.freeze(NOW + timedelta(days=1)):
        decided = gateway.look_up(order)
    assert (sums(decided).kept, decided.disputes[0].status) == (kept, status)


def test_only_money_that_is_there_is_disputed() -> None:
    order, _answer = given(an_order())
    gateway.refund(order, SIXTY, key="f1")
    with pytest.raises(Refused, match="nothing_to_dispute"):
        guest.dispute_open(secret=page_secret(order), now=NOW)


# --- Apart from us --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nobody_calls_it_inside_a_transaction_of_ours() -> None:
    order = an_order()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        begin(order)
    begin(order)


def test_it_is_refused_where_it_is_off(settings: Any, client: Client) -> None:
    order, _answer = given(an_order())
    path = f"/dev/payments/{page_secret(order)}/"
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    assert "RESERVEHUB_PAYMENT_SIMULATOR" in gateway.problem()
    for call in (
        lambda: begin(order),
        lambda: gateway.look_up(order),
        lambda: gateway.refund(order, SIXTY, key="f1"),
        lambda: list(gateway.movements("", since=NOW, until=NOW)),
    ):
        with pytest.raises(NotDone, match="simulator_off"):
            call()
    for url in ("/dev/payments/", path, f"{path}challenge/"):
        assert client.get(url).status_code == 404
    assert client.post(path, {"do": "pay"}).status_code == 404
    event = SimulatedEvent.objects.last()
    assert event is not None
    with pytest.raises(BadSignature):
        read(event.body.encode())


def test_production_does_not_start_with_it(settings: Any) -> None:
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "reservehub.E002" in found
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "reservehub.E002" not in found
