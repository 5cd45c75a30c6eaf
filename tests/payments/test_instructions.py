"""Telling the provider something: what the books allow, and who decided it."""

from __future__ import annotations

import logging

import pytest

from payments.errors import AmountRefused
from payments.events import PaymentSecured
from payments.facts import Mode, Status
from payments.models import Instruction
from payments.services import payment_close, payment_refund
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.money import CurrencyMismatch, Money
from tests.factories import NOW, STAFF, make_user
from tests.payments.instructions import SOON, authorise, capture, charge, refund, refusals, status
from tests.payments.people import LATER, begin, carry_out, make_given, make_payment
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


# --- What the books allow -------------------------------------------------------------------------


def test_all_or_a_part_of_what_is_held_is_taken(gateway: TestGateway) -> None:
    whole, part = make_given(gateway, Mode.AUTHORISE), make_given(gateway, Mode.AUTHORISE)
    capture(whole)
    capture(part, 20_00)
    assert carry_out(NOW + SOON) == ["done", "done"]
    assert gateway.sums(whole) == (50_00, 0, 0)
    assert gateway.sums(part) == (20_00, 0, 0), "the rest is released"
    assert (status(whole), status(part)) == (Status.CAPTURED, Status.CAPTURED)


@pytest.mark.parametrize("amount", [0, -1, 50_01])
def test_no_more_than_is_held_is_taken(gateway: TestGateway, amount: int) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    with pytest.raises(AmountRefused) as refused:
        capture(payment, amount)
    assert refused.value.extra == {"available_minor": 50_00}
    assert not Instruction.objects.exists()


def test_nothing_held_is_nothing_to_take(gateway: TestGateway) -> None:
    for payment in (
        make_payment(Mode.AUTHORISE),
        make_given(gateway),
        make_given(gateway, Mode.SAVE),
    ):
        with pytest.raises(AmountRefused):
            capture(payment)


def test_what_is_being_taken_or_released_is_not_taken_again(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    capture(payment, 20_00)
    with pytest.raises(AmountRefused):
        capture(payment, 20_00)
    released = make_given(gateway, Mode.AUTHORISE)
    payment_close(payment_id=released.pk, actor=STAFF, now=NOW)
    with pytest.raises(AmountRefused):
        capture(released)


def test_a_saved_card_is_charged_up_to_the_limit_in_all(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE, amount=50_00)
    with pytest.raises(AmountRefused):
        charge(payment, 50_01)
    charge(payment, 30_00)
    assert carry_out(NOW + SOON) == ["done"]
    with pytest.raises(AmountRefused) as refused:
        charge(payment, 20_01)
    assert refused.value.extra == {"available_minor": 20_00}
    # What was given back makes no room for another fee.
    refund(payment)
    carry_out(NOW + SOON)
    with pytest.raises(AmountRefused):
        charge(payment, 20_01)
    assert gateway.sums(payment) == (30_00, 30_00, 0)


def test_without_a_card_nothing_can_be_charged_or_held(gateway: TestGateway) -> None:
    payment = make_given(gateway, limit=80_00)
    for act in (charge, authorise):
        with pytest.raises(AmountRefused):
            act(payment, 10_00)


def test_a_saved_card_is_held_later(gateway: TestGateway) -> None:
    """Rule 84: far bookings store a card and hold at T-x."""
    payment = make_given(gateway, Mode.SAVE)
    authorise(payment)
    with pytest.raises(AmountRefused):
        authorise(payment)
    assert carry_out(NOW + SOON) == ["done"]
    assert status(payment) == Status.AUTHORISED
    assert OutboxEvent.objects.filter(name=PaymentSecured.name).count() == 2
    with pytest.raises(AmountRefused):
        authorise(payment, 1)
    capture(payment)
    assert carry_out(NOW + SOON) == ["done"]
    assert gateway.sums(payment) == (50_00, 0, 0)


def test_refunds_never_exceed_what_is_kept(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment, 20_00)
    with pytest.raises(AmountRefused) as refused:
        refund(payment, 30_01)
    assert refused.value.extra == {"available_minor": 30_00}
    rest = refund(payment)
    assert rest is not None
    assert rest.amount_minor == 30_00
    assert refund(payment) is None
    assert carry_out(NOW + SOON) == ["done", "done"]
    assert status(payment) == Status.REFUNDED
    assert refund(payment) is None


def test_a_refused_refund_can_be_asked_for_again(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    gateway.next(Trouble.REFUSES)
    assert carry_out(NOW + SOON) == ["refused"]
    assert refusals()[0]["kind"] == "refund"
    assert refund(payment) is not None
    assert carry_out(NOW + SOON) == ["done"]
    assert gateway.sums(payment) == (50_00, 50_00, 0)


def test_another_currency_is_a_mistake(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    with pytest.raises(CurrencyMismatch):
        payment_refund(
            payment_id=payment.pk, amount=Money(1, "JPY"), reason="", actor=STAFF, now=NOW
        )


# --- Who did it -----------------------------------------------------------------------------------


def test_what_people_decide_about_money_is_audited(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    person = make_user()
    actor = type(STAFF)(kind=STAFF.kind, user_id=person.pk, label="Maria", channel="admin")
    charge(payment, 30_00, actor=actor, reason="No-show")
    carry_out(NOW + SOON)
    refund(payment, 10_00, actor=actor, reason="Goodwill")
    refund(payment, 5_00, actor=SYSTEM)
    entries = AuditEntry.objects.filter(actor_user_id=person.pk).order_by("pk")
    found = [(entry.action, entry.after or {}) for entry in entries]
    assert [(action, after["amount_minor"], after["reason"]) for action, after in found] == [
        ("payments.payment.charge", 30_00, "No-show"),
        ("payments.payment.refund", 10_00, "Goodwill"),
    ]
    assert Instruction.objects.filter(actor_user=person).count() == 2


def test_nothing_about_anybody_is_logged(
    gateway: TestGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    payment = make_given(gateway, Mode.SAVE)
    charge(payment, 50_00, reason="Anna did not come")
    gateway.next(Trouble.LOST_AFTER, Trouble.REFUSES)
    carry_out(NOW + SOON)
    carry_out(NOW + SOON + LATER)
    begin(make_payment())
    for word in ("Anna", "card_obj", "cus_1", "4242"):
        assert word not in caplog.text
