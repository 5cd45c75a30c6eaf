"""The guest's tries: on the provider's page, and with a token of ours."""

from __future__ import annotations

import pytest

from payments.errors import CardRefused, PaymentClosed, ProviderUnavailable
from payments.events import PaymentRefused, PaymentSecured
from payments.facts import Mode, Status
from payments.models import InstructionStatus
from payments.services import payment_close, payment_look_up, payment_pay
from tests.factories import GUEST, NOW
from tests.payments.people import (
    LATER,
    begin,
    carry_out,
    hear,
    make_given,
    make_payment,
    the_instruction,
    told,
)
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


# --- The guest's tries ----------------------------------------------------------------------------


def test_the_page_reloaded_is_the_same_try(gateway: TestGateway) -> None:
    payment = make_payment()
    assert begin(payment) == begin(payment)
    payment.refresh_from_db()
    assert payment.provider_id == "obj_1"
    assert len(gateway.things) == 1


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (Mode.CHARGE, Status.CAPTURED),
        (Mode.AUTHORISE, Status.AUTHORISED),
        (Mode.SAVE, Status.SAVED),
    ],
)
def test_what_the_guest_gives_is_told_once(
    gateway: TestGateway, mode: Mode, status: Status
) -> None:
    payment = make_payment(mode)
    given = gateway.approves(begin(payment))
    for _ in range(3):
        payment = hear(payment, given)
    assert payment.status == status
    assert payment.secured_at == given.facts[0].occurred_at
    assert told(PaymentSecured) == 1
    assert (payment.method is not None) == (mode is Mode.SAVE)


def test_after_a_refusal_the_guest_may_try_again(gateway: TestGateway) -> None:
    payment = make_payment()
    refused = hear(payment, gateway.declines(begin(payment)))
    assert (refused.status, refused.last_refusal) == (Status.OPEN, "card_declined")
    assert told(PaymentRefused) == 1
    assert hear(payment, gateway.approves(begin(payment))).status == Status.CAPTURED


def test_a_dead_try_is_followed_by_another_one(gateway: TestGateway) -> None:
    payment = make_payment()
    first = begin(payment)
    news = gateway.declines(first, is_dead=True)
    for _ in range(2):
        assert hear(payment, news).attempt == 2
    assert begin(payment) != first
    assert len(gateway.things) == 2
    # What is told of the first one again does not end the second.
    assert hear(payment, news).attempt == 2


def test_a_try_that_died_unseen_is_found_out_when_the_guest_comes_back(
    gateway: TestGateway,
) -> None:
    payment = make_payment()
    first = begin(payment)
    gateway.declines(first, is_dead=True)
    assert begin(payment) != first


def test_a_try_that_was_paid_unseen_is_found_out_as_well(gateway: TestGateway) -> None:
    payment = make_payment()
    gateway.approves(begin(payment))
    with pytest.raises(PaymentClosed):
        begin(payment)
    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED


@pytest.mark.parametrize("trouble", [Trouble.UNREACHABLE, Trouble.LOST_AFTER])
def test_without_the_provider_the_guest_may_try_again(
    gateway: TestGateway, trouble: Trouble
) -> None:
    payment = make_payment()
    gateway.next(trouble)
    with pytest.raises(ProviderUnavailable):
        begin(payment)
    begin(payment)
    assert len(gateway.things) == 1


def test_what_is_paid_or_closed_is_not_begun(gateway: TestGateway) -> None:
    with pytest.raises(PaymentClosed):
        begin(make_given(gateway))
    closed = payment_close(payment_id=make_payment().pk, actor=GUEST, now=NOW)
    with pytest.raises(PaymentClosed):
        begin(closed)


def test_a_try_begun_while_the_payment_closes_is_given_up(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = make_payment()
    real = gateway.begin

    def slow(*args: object, **kwargs: object) -> object:
        session = real(*args, **kwargs)  # type: ignore[arg-type]
        payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
        return session

    monkeypatch.setattr(gateway, "begin", slow)
    with pytest.raises(PaymentClosed):
        begin(payment)
    assert carry_out() == ["done"]
    assert gateway.things["obj_1"].is_dead


def test_the_way_back_finds_out_what_the_lost_webhook_would_have_said(
    gateway: TestGateway,
) -> None:
    payment = make_payment()
    gateway.approves(begin(payment))
    assert payment_look_up(payment_id=payment.pk, now=NOW).status == Status.CAPTURED
    assert told(PaymentSecured) == 1


def test_where_the_provider_cannot_be_asked_we_say_what_we_know(gateway: TestGateway) -> None:
    payment = make_payment()
    assert payment_look_up(payment_id=payment.pk, now=NOW) == payment
    assert not gateway.called("look_up"), "nothing was begun"
    gateway.approves(begin(payment))
    gateway.next(Trouble.UNREACHABLE)
    assert payment_look_up(payment_id=payment.pk, now=NOW).status == Status.OPEN
    gateway.can_be_asked = False
    assert payment_look_up(payment_id=payment.pk, now=NOW).status == Status.OPEN


# --- A token of the guest's page ------------------------------------------------------------------


def test_a_token_pays_at_once(gateway: TestGateway) -> None:
    payment = payment_pay(payment_id=make_payment().pk, source="tok_1", now=NOW)
    assert payment.status == Status.CAPTURED
    assert the_instruction("pay").status == InstructionStatus.DONE
    assert the_instruction("pay").source_token == "", "a token is not kept longer than it is needed"


def test_a_bad_card_may_be_followed_by_a_good_one(gateway: TestGateway) -> None:
    payment = make_payment()
    with pytest.raises(CardRefused) as refusal:
        payment_pay(payment_id=payment.pk, source="bad-card", now=NOW)
    assert refusal.value.extra == {"refusal": "card_declined"}
    assert told(PaymentRefused) == 1
    assert payment_pay(payment_id=payment.pk, source="tok_2", now=NOW).status == Status.CAPTURED


def test_a_payment_whose_answer_was_lost_is_not_made_twice(gateway: TestGateway) -> None:
    payment = make_payment()
    gateway.next(Trouble.LOST_AFTER)
    with pytest.raises(ProviderUnavailable):
        payment_pay(payment_id=payment.pk, source="tok_1", now=NOW)
    # The guest tries with another card: the first one turns out to have paid.
    assert payment_pay(payment_id=payment.pk, source="tok_2", now=NOW).status == Status.CAPTURED
    assert gateway.sums(payment) == (50_00, 0, 0)
    assert {call.key for call in gateway.called("pay")} == {the_instruction("pay").key}


def test_a_token_that_never_arrived_is_sent_by_nobody_else(gateway: TestGateway) -> None:
    """The guest was told at once; a charge minutes later would surprise them."""
    payment = make_payment()
    gateway.next(Trouble.UNREACHABLE)
    with pytest.raises(ProviderUnavailable):
        payment_pay(payment_id=payment.pk, source="tok_1", now=NOW)
    assert carry_out(NOW + LATER) == []
    assert gateway.sums(payment) == (0, 0, 0)


def test_a_lost_payment_is_not_repeated_after_the_guest_s_time(gateway: TestGateway) -> None:
    payment = make_payment()
    gateway.next(Trouble.LOST_BEFORE)
    with pytest.raises(ProviderUnavailable):
        payment_pay(payment_id=payment.pk, source="tok_1", now=NOW)
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    carry_out(NOW + LATER)
    assert the_instruction("pay").code == "not_done"
    assert gateway.sums(payment) == (0, 0, 0)
    assert len(gateway.called("pay")) == 1
