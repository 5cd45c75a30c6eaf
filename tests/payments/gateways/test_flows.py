"""Adyen and Square under the whole of payments: what is only received is never taken for done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from payments.errors import AmountRefused, CardRefused
from payments.facts import Mode, Status
from payments.models import (
    Dispute,
    Instruction,
    InstructionStatus,
    Payment,
    PaymentAccount,
    WebhookReceipt,
)
from payments.services import (
    card_forget,
    instruction_carry_out,
    payment_authorise,
    payment_begin,
    payment_capture,
    payment_charge,
    payment_close,
    payment_look_up,
    payment_open,
    payment_pay,
    payment_refund,
    receipt_handle,
    receipts_due,
)
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.money import Money
from tests.factories import make_restaurant
from tests.notifications.channels.support import put
from tests.notifications.stand_ins.server import Call, post_to
from tests.payments.stand_ins import square as squares
from tests.payments.stand_ins.adyen import ACCOUNT, REFUSED, AdyenStandIn
from tests.payments.stand_ins.square import DECLINED, GOOD, LOCATION, SquareStandIn

pytestmark = pytest.mark.django_db

RETURN_URL = "https://book.example.com/pay/back"
IMPATIENT = (3.0, 0.4)
FORTY = Money(4000, "EUR")


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with AdyenStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = IMPATIENT
        yield server


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with SquareStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = IMPATIENT
        yield server


def open_payment(provider: str, account: str, mode: Mode) -> Payment:
    restaurant = make_restaurant()
    now = clock.now()
    PaymentAccount.objects.create(
        restaurant=restaurant, provider=provider, account=account, created_at=now, updated_at=now
    )
    return payment_open(
        restaurant_id=restaurant.pk,
        reference="order:1",
        mode=mode,
        amount=FORTY if mode is not Mode.SAVE else Money.zero("EUR"),
        limit=FORTY,
        description="Deposit",
        actor=SYSTEM,
        now=now,
    )


def hear(call: Call) -> None:
    """The provider calls; what it said is handled."""
    response = post_to(Client(), call)
    assert response.status_code == 200
    for receipt_id in receipts_due(now=clock.now()):
        receipt_handle(receipt_id=receipt_id, now=clock.now())
    assert not WebhookReceipt.objects.filter(handled_at=None).exists()


def carry_out(instruction: Instruction | None) -> Instruction:
    assert instruction is not None
    instruction_carry_out(instruction_id=instruction.pk, now=clock.now(), is_asked_for=True)
    instruction.refresh_from_db()
    return instruction


def known(payment: Payment) -> Payment:
    return Payment.objects.get(pk=payment.pk)


def told(payment: Payment, how: Callable[..., Any], **what: Any) -> Any:
    return how(payment_id=payment.pk, actor=SYSTEM, now=clock.now(), **what)


class TestAdyen:
    def paid(self, adyen: AdyenStandIn, mode: Mode) -> Payment:
        payment = open_payment("adyen", ACCOUNT, mode)
        session = payment_begin(
            payment_id=payment.pk, return_url=RETURN_URL, language="de", now=clock.now()
        )
        adyen.guest_pays(session.data["id"])
        hear(adyen.delivery())
        return known(payment)

    def test_the_webhook_tells_what_the_guest_paid(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.CHARGE)

        assert (payment.status, payment.captured_minor) == (Status.CAPTURED, 4000)
        assert payment.provider_id in adyen.payments

    def test_the_page_knows_before_the_webhook(self, adyen: AdyenStandIn) -> None:
        payment = open_payment("adyen", ACCOUNT, Mode.CHARGE)
        session = payment_begin(
            payment_id=payment.pk, return_url=RETURN_URL, language="de", now=clock.now()
        )
        result = adyen.guest_pays(session.data["id"])

        paid = payment_pay(payment_id=payment.pk, source=result, now=clock.now())
        assert (paid.status, paid.captured_minor) == (Status.CAPTURED, 4000)
        hear(adyen.delivery())
        assert known(payment).captured_minor == 4000

    def test_a_card_refused_in_the_form_may_be_followed_by_another(
        self, adyen: AdyenStandIn
    ) -> None:
        payment = open_payment("adyen", ACCOUNT, Mode.CHARGE)
        session = payment_begin(
            payment_id=payment.pk, return_url=RETURN_URL, language="de", now=clock.now()
        )
        adyen.guest_pays(session.data["id"], REFUSED)
        hear(adyen.delivery())
        assert (known(payment).status, known(payment).last_refusal) == ("open", "cvc_declined")

        adyen.guest_pays(session.data["id"])
        hear(adyen.delivery())
        assert known(payment).status == Status.CAPTURED

    def test_a_refund_that_is_received_is_neither_done_nor_asked_for_twice(
        self, adyen: AdyenStandIn
    ) -> None:
        payment = self.paid(adyen, Mode.CHARGE)
        refund = carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))

        assert refund.status == InstructionStatus.ACCEPTED
        assert known(payment).refunded_minor == 0
        assert told(payment, payment_refund, amount=None, reason="again") is None

        hear(adyen.delivery())
        refund.refresh_from_db()
        assert refund.status == InstructionStatus.DONE
        assert known(payment).status == Status.REFUNDED

    def test_a_refund_that_fails_is_refused_and_money_kept(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.CHARGE)
        adyen.payments[payment.provider_id]["captured"] = 0  # gone by another way
        refund = carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))
        hear(adyen.delivery())

        refund.refresh_from_db()
        assert refund.status == InstructionStatus.REFUSED
        assert (known(payment).refunded_minor, known(payment).captured_minor) == (0, 4000)

    def test_taking_is_not_done_before_the_webhook(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.AUTHORISE)
        taking = carry_out(told(payment, payment_capture, amount=None, reason="no-show"))

        assert taking.status == InstructionStatus.ACCEPTED
        assert known(payment).captured_minor == 0
        with pytest.raises(AmountRefused):
            told(payment, payment_capture, amount=FORTY, reason="twice")

        hear(adyen.delivery())
        taking.refresh_from_db()
        assert (taking.status, known(payment).captured_minor) == (InstructionStatus.DONE, 4000)

    def test_a_taking_that_fails_leaves_the_hold(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.AUTHORISE)
        adyen.payments[payment.provider_id]["state"] = "cancelled"
        taking = carry_out(told(payment, payment_capture, amount=None, reason="no-show"))
        hear(adyen.delivery())

        taking.refresh_from_db()
        assert taking.status == InstructionStatus.REFUSED
        assert known(payment).captured_minor == 0

    def test_a_hold_is_released_when_the_webhook_says_so(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.AUTHORISE)
        told(payment, payment_close)
        release = carry_out(Instruction.objects.get(payment=payment))

        assert (release.status, known(payment).status) == ("accepted", Status.AUTHORISED)
        hear(adyen.delivery())
        release.refresh_from_db()
        assert (release.status, known(payment).status) == ("done", Status.RELEASED)

    def test_the_kept_card_pays_the_fee_once(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.SAVE)
        assert payment.status == Status.SAVED
        fee = told(payment, payment_charge, amount=Money(2500, "EUR"), reason="no-show")
        adyen.drop_after_receiving()
        assert carry_out(fee).status == InstructionStatus.UNCERTAIN
        hear(adyen.delivery())

        carry_out(fee)
        assert fee.status == InstructionStatus.DONE
        assert known(payment).captured_minor == 2500
        assert sum(one["captured"] for one in adyen.payments.values()) == 2500

        back = carry_out(told(payment, payment_refund, amount=None, reason="sorry"))
        hear(adyen.delivery())
        back.refresh_from_db()
        assert (back.status, known(payment).status) == ("done", Status.REFUNDED)

    def test_the_kept_card_is_forgotten_and_the_fee_goes_back_all_the_same(
        self, adyen: AdyenStandIn
    ) -> None:
        payment = self.paid(adyen, Mode.SAVE)
        carry_out(told(payment, payment_charge, amount=FORTY, reason="no-show"))
        card_forget(payment_id=payment.pk, now=clock.now())
        adyen.drop_after_receiving()
        forgetting = carry_out(Instruction.objects.get(kind="forget"))
        assert (adyen.kept, forgetting.status) == ({}, InstructionStatus.QUEUED)
        assert carry_out(forgetting).status == InstructionStatus.DONE
        carry_out(told(payment, payment_refund, amount=None, reason="sorry"))
        hear(adyen.delivery())
        assert (known(payment).status, known(payment).method) == (Status.REFUNDED, None)

    def test_a_far_off_booking_is_held_on_the_kept_card(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.SAVE)
        carry_out(told(payment, payment_authorise, amount=FORTY))
        assert known(payment).status == Status.AUTHORISED
        hear(adyen.delivery())
        carry_out(told(payment, payment_capture, amount=Money(1500, "EUR"), reason="late"))
        hear(adyen.delivery())
        assert known(payment).captured_minor == 1500

    def test_a_dispute_is_written_down_with_its_deadline(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.CHARGE)
        due = clock.now().replace(microsecond=0) + timedelta(days=18)
        more = {"defensePeriodEndsAt": due.isoformat(), "chargebackReasonCode": "10.4"}
        adyen.tell("CHARGEBACK", payment.provider_id, number="DP1", additionalData=more)
        hear(adyen.delivery())

        dispute = Dispute.objects.get(payment=payment)
        assert (dispute.status, dispute.respond_by) == ("needs_response", due)
        assert known(payment).disputed_minor == 4000

    def test_told_twice_and_backwards_it_is_the_same(self, adyen: AdyenStandIn) -> None:
        payment = self.paid(adyen, Mode.CHARGE)
        carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))
        number = adyen.told[0]["pspReference"]
        adyen.tell("REFUND_FAILED", payment.provider_id, number=number)
        refunded, failed = adyen.told
        for items in ([failed], [refunded], [failed, refunded]):
            hear(adyen.delivery(items=items))
        assert (known(payment).refunded_minor, known(payment).captured_minor) == (0, 4000)


class TestSquare:
    def paid(self, mode: Mode, source: str = GOOD) -> Payment:
        payment = open_payment("square", LOCATION, mode)
        payment_begin(payment_id=payment.pk, return_url=RETURN_URL, language="de", now=clock.now())
        return payment_pay(payment_id=payment.pk, source=source, now=clock.now())

    def hear(self, square: SquareStandIn, kind: str, thing: dict[str, Any]) -> None:
        number = f"ev-{len(square.requests)}-{thing['updated_at']}-{thing.get('status')}"
        hear(squares.call_of(squares.event(kind, thing, event_id=number)))

    def test_the_token_of_the_page_pays(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.CHARGE)
        assert (payment.status, payment.captured_minor) == (Status.CAPTURED, 4000)
        self.hear(square, "payment.updated", square.payments[payment.provider_id])
        assert known(payment).captured_minor == 4000

    @pytest.mark.usefixtures("square")
    def test_a_refused_card_may_be_followed_by_another(self) -> None:
        with pytest.raises(CardRefused):
            self.paid(Mode.CHARGE, DECLINED)
        payment = Payment.objects.get()
        assert (payment.status, payment.last_refusal) == ("open", "generic_decline")
        paid = payment_pay(payment_id=payment.pk, source=GOOD, now=clock.now())
        assert paid.status == Status.CAPTURED

    def test_a_pending_refund_is_neither_done_nor_asked_for_twice(
        self, square: SquareStandIn
    ) -> None:
        payment = self.paid(Mode.CHARGE)
        refund = carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))
        assert refund.status == InstructionStatus.ACCEPTED
        assert told(payment, payment_refund, amount=None, reason="again") is None

        self.hear(square, "refund.updated", square.settle(refund.provider_id))

        refund.refresh_from_db()
        assert (refund.status, known(payment).status) == ("done", Status.REFUNDED)

    def test_a_refund_whose_webhook_is_lost_is_asked_about(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.CHARGE)
        refund = carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))
        square.settle(refund.provider_id)
        carry_out(refund)
        assert (refund.status, known(payment).status) == ("done", Status.REFUNDED)

    def test_a_rejected_refund_is_refused(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.CHARGE)
        refund = carry_out(told(payment, payment_refund, amount=None, reason="cancelled"))
        self.hear(square, "refund.updated", square.settle(refund.provider_id, "REJECTED"))
        refund.refresh_from_db()
        assert (refund.status, known(payment).status) == ("refused", Status.CAPTURED)

    def test_a_part_of_a_hold_is_taken(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.AUTHORISE)
        assert (payment.status, payment.held_until is not None) == (Status.AUTHORISED, True)
        amount = Money(1500, "EUR")
        carry_out(told(payment, payment_capture, amount=amount, reason="no-show"))
        assert (known(payment).status, known(payment).captured_minor) == (Status.CAPTURED, 1500)
        assert square.payments[payment.provider_id]["total_money"]["amount"] == 1500

    @pytest.mark.usefixtures("square")
    def test_a_hold_is_released(self) -> None:
        payment = self.paid(Mode.AUTHORISE)
        told(payment, payment_close)
        carry_out(Instruction.objects.get(payment=payment, kind="release"))
        assert known(payment).status == Status.RELEASED

    def test_the_kept_card_pays_the_fee_once(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.SAVE)
        assert payment.status == Status.SAVED
        fee = told(payment, payment_charge, amount=Money(2500, "EUR"), reason="no-show")
        square.drop_after_receiving()
        assert carry_out(fee).status == InstructionStatus.UNCERTAIN
        assert carry_out(fee).status == InstructionStatus.DONE
        assert known(payment).captured_minor == 2500
        assert len(square.payments) == 1

        refund = carry_out(told(payment, payment_refund, amount=None, reason="sorry"))
        self.hear(square, "refund.updated", square.settle(refund.provider_id))
        assert known(payment).status == Status.REFUNDED

    def test_the_kept_card_is_forgotten(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.SAVE)
        card_forget(payment_id=payment.pk, now=clock.now())
        assert carry_out(Instruction.objects.get(kind="forget")).status == "done"
        assert [one["enabled"] for one in square.cards.values()] == [False]
        assert payment_look_up(payment_id=payment.pk, now=clock.now()).method is None

    def test_a_guests_lost_answer_charges_nobody(self, square: SquareStandIn) -> None:
        square.drop_after_receiving()
        with pytest.raises(Exception, match="payment service does not answer"):
            self.paid(Mode.CHARGE)
        payment = Payment.objects.get()
        assert payment.status == "open"
        (lost,) = square.payments.values()

        payment_pay(payment_id=payment.pk, source=GOOD + "-2", now=clock.now())
        self.hear(square, "payment.updated", lost)
        self.hear(square, "payment.created", {**lost, "status": "COMPLETED"})

        assert (known(payment).status, known(payment).captured_minor) == (Status.CAPTURED, 4000)
        states = sorted(one["status"] for one in square.payments.values())
        assert states == ["CANCELED", "COMPLETED"]

    def test_a_dispute_is_written_down_with_its_deadline(self, square: SquareStandIn) -> None:
        payment = self.paid(Mode.CHARGE)
        dispute = square.dispute(payment.provider_id, "EVIDENCE_REQUIRED")
        self.hear(square, "dispute.created", dispute)
        written = Dispute.objects.get(payment=payment)
        assert (written.status, written.respond_by is not None) == ("needs_response", True)
        assert known(payment).disputed_minor == 4000
