"""Each lock of payments: what it is for, and that it is what does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from payments.errors import AmountRefused
from payments.facts import FactKind, Mode
from payments.gateways.base import Answer
from payments.models import Instruction, LedgerEntry, LedgerSource, Payment, WebhookReceipt
from payments.services import (
    Outcome,
    carrying_out,
    instruction_carry_out,
    moving,
    notices_receive,
    noting,
    opening,
    payment_capture,
    payment_charge,
    payment_note,
    payment_refund,
    receipt_handle,
    receiving,
)
from restaurants.models import Restaurant
from tests.factories import NOW, STAFF, make_restaurant
from tests.payments.people import begin, carry_out, eur, make_account, make_given, make_payment
from tests.payments.provider import TestGateway
from tests.races import meet_after, meet_before, run_together, without_row_locks

pytestmark = pytest.mark.django_db(transaction=True)

Patch = pytest.MonkeyPatch


def failures(outcomes: Sequence[object], of: type[Exception] = Exception) -> int:
    return sum(isinstance(outcome, of) for outcome in outcomes)


# --- Two refunds at once --------------------------------------------------------------------------


def refund_at_once(gateway: TestGateway) -> int:
    """Twice all of it; returns how much is to go back."""
    payment = make_given(gateway)
    refund = partial(
        payment_refund, payment_id=payment.pk, amount=None, reason="", actor=STAFF, now=NOW
    )
    outcomes = run_together(refund, refund)
    assert failures(outcomes) == 0
    return sum(one.amount_minor for one in Instruction.objects.all())


def test_money_goes_back_once(gateway: TestGateway, monkeypatch: Patch) -> None:
    meet_after(monkeypatch, moving, "books_of")
    assert refund_at_once(gateway) == 50_00


def test_without_the_payment_s_row_it_would_go_back_twice(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    meet_after(monkeypatch, moving, "books_of")
    without_row_locks(monkeypatch)
    assert refund_at_once(gateway) == 100_00


# --- Two captures, two charges at once ------------------------------------------------------------


def take_at_once(gateway: TestGateway, mode: Mode) -> Sequence[object]:
    payment = make_given(gateway, mode)
    about: Any = {"payment_id": payment.pk, "amount": eur(20_00), "reason": "", "actor": STAFF}
    service: Any = payment_capture if mode is Mode.AUTHORISE else payment_charge
    take = partial(service, **about, now=NOW)
    return run_together(take, take)


@pytest.mark.parametrize("mode", [Mode.AUTHORISE, Mode.SAVE])
def test_of_two_takings_one_is_refused(
    gateway: TestGateway, monkeypatch: Patch, mode: Mode
) -> None:
    meet_after(monkeypatch, moving, "books_of")
    assert failures(take_at_once(gateway, mode), AmountRefused) == 1
    carry_out(NOW)
    assert gateway.sums(Payment.objects.get())[0] == 20_00


@pytest.mark.parametrize("mode", [Mode.AUTHORISE, Mode.SAVE])
def test_without_the_payment_s_row_the_database_still_keeps_the_second_out(
    gateway: TestGateway, monkeypatch: Patch, mode: Mode
) -> None:
    meet_after(monkeypatch, moving, "books_of")
    without_row_locks(monkeypatch)
    assert failures(take_at_once(gateway, mode), IntegrityError) == 1
    assert Instruction.objects.count() == 1


# --- Facts told at once ---------------------------------------------------------------------------


def note(payment: Payment, answer: Answer) -> Callable[[], Payment]:
    return partial(
        payment_note, payment_id=payment.pk, answer=answer, source=LedgerSource.WEBHOOK, now=NOW
    )


def hear_the_same_at_once(gateway: TestGateway) -> Sequence[object]:
    payment = make_payment()
    given = gateway.approves(begin(payment))
    return run_together(*[note(payment, given)] * 3)


def test_the_same_fact_told_at_once_counts_once(gateway: TestGateway, monkeypatch: Patch) -> None:
    meet_after(monkeypatch, noting, "_read")
    assert failures(hear_the_same_at_once(gateway)) == 0
    assert LedgerEntry.objects.count() == 1
    assert Payment.objects.get().captured_minor == 50_00


def test_without_the_payment_s_row_the_database_refuses_the_second(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    meet_after(monkeypatch, noting, "_read")
    without_row_locks(monkeypatch)
    assert failures(hear_the_same_at_once(gateway), IntegrityError) == 2
    assert LedgerEntry.objects.count() == 1


def hear_two_things_at_once(gateway: TestGateway) -> tuple[int, int]:
    """Two partial refunds; what the payment says, and what the ledger says."""
    payment = make_given(gateway)
    thing = gateway.things["obj_1"]
    answers = [gateway._tell(thing, FactKind.REFUNDED, 10_00, own_number=True) for _ in range(2)]
    assert failures(run_together(*[note(payment, one) for one in answers])) == 0
    payment.refresh_from_db()
    entries = LedgerEntry.objects.filter(kind="refunded")
    return payment.refunded_minor, sum(one.amount_minor for one in entries)


def test_sums_are_those_of_the_whole_ledger(gateway: TestGateway, monkeypatch: Patch) -> None:
    meet_after(monkeypatch, noting, "_read")
    assert hear_two_things_at_once(gateway) == (20_00, 20_00)


def test_without_the_payment_s_row_one_of_two_would_be_forgotten(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    meet_after(monkeypatch, noting, "_read")
    without_row_locks(monkeypatch)
    assert hear_two_things_at_once(gateway) == (10_00, 20_00)


# --- Two workers at one instruction ---------------------------------------------------------------


def work_at_once(gateway: TestGateway) -> Sequence[object]:
    payment = make_given(gateway, Mode.SAVE)
    instruction = payment_charge(
        payment_id=payment.pk, amount=eur(50_00), reason="", actor=STAFF, now=NOW
    )
    return run_together(
        *[partial(instruction_carry_out, instruction_id=instruction.pk, now=NOW)] * 4
    )


def test_of_four_workers_one_carries_out_an_instruction(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    meet_after(monkeypatch, carrying_out, "_only_asks")
    outcomes = work_at_once(gateway)
    assert outcomes.count(Outcome.DONE) == 1
    assert outcomes.count(Outcome.SKIPPED) == 3
    assert len(gateway.called("charge")) == 1


def test_without_the_compare_and_swap_all_would_and_the_key_would_save_us(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    """Whoever is told four times with one key acts once."""
    monkeypatch.setattr(carrying_out, "_mine", lambda found, _now, **_more: _all_of(found))
    meet_after(monkeypatch, carrying_out, "_only_asks")
    outcomes = work_at_once(gateway)
    assert outcomes.count(Outcome.SKIPPED) < 3
    assert len(gateway.called("charge")) > 1
    assert gateway.sums(Payment.objects.get()) == (50_00, 0, 0)
    assert LedgerEntry.objects.filter(kind="captured").count() == 1


def _all_of(found: Instruction) -> QuerySet[Instruction]:
    return Instruction.objects.filter(pk=found.pk)


# --- Opening at once ------------------------------------------------------------------------------


def open_at_once() -> tuple[Sequence[object], Restaurant]:
    house = make_restaurant()
    make_account(house)
    ask = partial(make_payment, restaurant=house, reference="reservation:7")
    return run_together(*[ask] * 4), house


def test_asked_for_at_once_it_is_one_payment(gateway: TestGateway) -> None:
    found, _house = open_at_once()
    assert failures(found) == 0
    assert len({one.pk for one in found if isinstance(one, Payment)}) == 1


def test_without_the_constraint_it_would_be_several(
    gateway: TestGateway, monkeypatch: Patch
) -> None:
    constraint = next(
        one
        for one in Payment._meta.constraints
        if one.name == "payments_one_open_payment_of_a_kind"
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(Payment, constraint)
    meet_before(monkeypatch, (opening, "_open_one"))
    try:
        open_at_once()
        assert Payment.objects.count() > 1
    finally:
        Payment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Payment, constraint)


# --- Webhooks at once -----------------------------------------------------------------------------


def handle_at_once(gateway: TestGateway) -> Sequence[object]:
    payment = make_payment()
    gateway.approves(begin(payment))
    asks = replace(gateway.notices[0], answer=None)
    receive = partial(notices_receive, provider="simulator", notices=[asks], now=NOW)
    assert failures(run_together(*[receive] * 3)) == 0
    receipt = WebhookReceipt.objects.get()
    return run_together(*[partial(receipt_handle, receipt_id=receipt.pk, now=NOW)] * 3)


def test_an_event_is_written_down_and_handled_once(gateway: TestGateway) -> None:
    assert sorted(handle_at_once(gateway), key=str) == [False, False, True]
    assert len(gateway.called("look_up")) == 1


def test_without_the_claim_all_workers_would_ask(gateway: TestGateway, monkeypatch: Patch) -> None:
    monkeypatch.setattr(receiving, "_claim", lambda pk, _now: WebhookReceipt.objects.get(pk=pk))
    assert handle_at_once(gateway) == [True, True, True]
    assert len(gateway.called("look_up")) == 3
    assert LedgerEntry.objects.count() == 1
