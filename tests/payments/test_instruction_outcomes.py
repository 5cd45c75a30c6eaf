"""What becomes of an instruction: told later, refused, or over by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.errors import AmountRefused
from payments.facts import Fact, FactKind, Mode, Status
from payments.gateways.base import Answer
from payments.models import Instruction, InstructionStatus, LedgerEntry
from payments.services import (
    Outcome,
    holds_run_out,
    instruction_carry_out,
    payment_close,
    payment_look_up,
)
from payments.services.carrying_out import REPEAT_FOR
from payments.services.outcomes import WAIT_FOR_WORD
from payments.tasks import look_after_holds
from reservehub.core import clock
from tests.factories import NOW, STAFF
from tests.payments.instructions import SOON, authorise, capture, charge, refund, refusals, status
from tests.payments.people import LATER, carry_out, hear, make_given, the_instruction
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


# --- Outcomes that come later ---------------------------------------------------------------------


def test_what_is_only_accepted_counts_until_the_webhook_tells(gateway: TestGateway) -> None:
    """Adyen: the call is received, the outcome is told by webhook alone."""
    payment = make_given(gateway)
    gateway.can_be_asked = False
    gateway.next(Trouble.TELLS_LATER)
    refund(payment, 30_00)
    assert carry_out(NOW + SOON) == ["accepted"]
    assert status(payment) == Status.CAPTURED
    with pytest.raises(AmountRefused) as refused:
        refund(payment, 30_00)
    assert refused.value.extra == {"available_minor": 20_00}
    told = gateway.notices[-1].answer
    assert told is not None
    hear(payment, told, NOW + SOON)
    assert status(payment) == Status.PARTLY_REFUNDED
    assert the_instruction("refund").status == InstructionStatus.DONE


def test_another_refund_does_not_settle_one_that_is_awaited(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    gateway.next(Trouble.TELLS_LATER, Trouble.TELLS_LATER)
    first, second = refund(payment, 20_00), refund(payment, 30_00)
    assert first is not None
    assert second is not None
    assert carry_out(NOW + SOON) == ["accepted", "accepted"]
    told = gateway.notices[-1].answer
    assert told is not None
    hear(payment, told, NOW + SOON)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (InstructionStatus.ACCEPTED, InstructionStatus.DONE)


def test_of_two_refunds_alike_each_has_its_own_effect(gateway: TestGateway) -> None:
    """The first one's answer is lost; the guest comes back, and a second one is asked for."""
    payment = make_given(gateway)
    refund(payment, 10_00)
    gateway.next(Trouble.LOST_AFTER)
    assert carry_out(NOW + SOON) == ["unknown"]
    payment_look_up(payment_id=payment.pk, now=NOW + SOON)
    refund(payment, 10_00, now=NOW + LATER)
    assert carry_out(NOW + LATER) == ["done", "done"]
    assert gateway.sums(payment) == (50_00, 20_00, 0)
    assert not Instruction.objects.exclude(status=InstructionStatus.DONE).exists()


def test_of_two_lost_refunds_alike_the_one_that_was_not_done_is_told(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment, 10_00)
    refund(payment, 10_00)
    gateway.next(Trouble.LOST_BEFORE, Trouble.LOST_AFTER)
    assert carry_out(NOW + SOON) == ["unknown", "unknown"]
    assert carry_out(NOW + SOON + REPEAT_FOR) == ["done", "refused"]
    assert gateway.sums(payment) == (50_00, 10_00, 0)
    assert len(gateway.called("refund")) == 2
    assert [one["code"] for one in refusals()] == ["not_done"]


def test_what_was_accepted_and_failed_is_refused(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    gateway.next(Trouble.TELLS_LATER)
    refund(payment)
    carry_out(NOW + SOON)
    hear(payment, gateway.fails(gateway.facts[str(payment.public_id)][-1]))
    assert the_instruction("refund").status == InstructionStatus.REFUSED
    assert refusals()[0]["code"] == "failed_later"
    payment.refresh_from_db()
    assert (payment.refunded_minor, payment.kept_minor) == (0, 50_00)


def test_what_was_accepted_and_refused_later_is_refused(gateway: TestGateway) -> None:
    """Adyen tells of what was pending at the bank as refused, not as failed."""
    payment = make_given(gateway)
    gateway.next(Trouble.TELLS_LATER)
    refund(payment)
    carry_out(NOW + SOON)
    number = the_instruction("refund").provider_id
    no = Fact(
        kind=FactKind.REFUSED,
        provider_id=number,
        amount_minor=0,
        currency=payment.currency,
        occurred_at=NOW + SOON,
        code="do_not_honor",
    )
    hear(payment, Answer(facts=(no,)))
    assert the_instruction("refund").status == InstructionStatus.REFUSED
    assert refusals()[0]["code"] == "failed_later"


def test_a_taking_that_is_accepted_keeps_others_out(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    gateway.next(Trouble.TELLS_LATER)
    capture(payment, 20_00)
    assert carry_out(NOW + SOON) == ["accepted"]
    with pytest.raises(AmountRefused):
        capture(payment, 20_00)


def test_an_outcome_nobody_tells_is_asked_for(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    gateway.next(Trouble.TELLS_LATER)
    capture(payment)
    carry_out(NOW + SOON)
    assert carry_out(NOW + SOON + LATER) == ["done"]
    assert status(payment) == Status.CAPTURED


def test_an_outcome_nobody_can_tell_is_given_to_people_once(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    gateway.can_be_asked = False
    gateway.next(Trouble.TELLS_LATER)
    refund(payment)
    carry_out(NOW + SOON)
    for days in range(1, 4):
        carry_out(NOW + SOON + WAIT_FOR_WORD * days)
    assert [one["code"] for one in refusals()] == ["no_word"]
    assert len(gateway.called("refund")) == 1
    assert the_instruction("refund").status == InstructionStatus.ACCEPTED
    assert refund(payment) is None, "it may still have been done"


# --- Refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "needs_guest"), [(Trouble.REFUSES, False), (Trouble.WANTS_GUEST, True)]
)
def test_a_refused_charge_is_told_and_may_be_tried_again(
    gateway: TestGateway, trouble: Trouble, needs_guest: bool
) -> None:
    payment = make_given(gateway, Mode.SAVE)
    gateway.next(trouble)
    instruction = charge(payment, 50_00)
    assert carry_out(NOW + SOON) == ["refused"]
    assert refusals() == [
        {
            "occurred_at": (NOW + SOON).isoformat(),
            "payment_id": payment.pk,
            "restaurant_id": payment.restaurant_id,
            "reference": payment.reference,
            "mode": "save",
            "instruction_id": instruction.pk,
            "kind": "charge",
            "amount_minor": 50_00,
            "code": "authentication_required" if needs_guest else "card_declined",
            "needs_guest": needs_guest,
        }
    ]
    charge(payment, 50_00)
    assert carry_out(NOW + SOON) == ["done"]
    assert gateway.sums(payment) == (50_00, 0, 0)


def test_refused_because_it_has_happened_is_done(gateway: TestGateway) -> None:
    """Somebody took it at the provider's own desk."""
    payment = make_given(gateway, Mode.AUTHORISE)
    thing = gateway.things["obj_1"]
    thing.held = 0
    gateway._take(thing, 50_00)
    capture(payment)
    assert carry_out(NOW + SOON) == ["done"]
    assert refusals() == []
    assert status(payment) == Status.CAPTURED


def test_a_release_of_what_ran_out_is_done(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    gateway.gives_up("obj_1")
    gateway.next(Trouble.REFUSES)
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW)
    assert carry_out() == ["done"]
    assert status(payment) == Status.RELEASED


def test_a_release_waits_for_a_taking_whose_answer_is_lost(gateway: TestGateway) -> None:
    """Otherwise a hold could come after its release."""
    payment = make_given(gateway, Mode.SAVE)
    authorise(payment)
    gateway.next(Trouble.LOST_AFTER)
    assert carry_out(NOW + SOON) == ["unknown"]
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW + SOON)
    release = the_instruction("release")
    assert (
        instruction_carry_out(instruction_id=release.pk, now=NOW + SOON, is_asked_for=True)
        is Outcome.SKIPPED
    )
    assert carry_out(NOW + SOON + LATER) == ["done"]
    assert gateway.sums(payment) == (0, 0, 50_00)
    assert carry_out(NOW + SOON + LATER) == ["done"]
    assert gateway.sums(payment) == (0, 0, 0)


def test_a_hold_that_nobody_asked_for_yet_is_withdrawn(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    authorise(payment)
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW + SOON)
    assert carry_out(NOW + SOON) == []
    assert the_instruction("authorise").code == "withdrawn"
    assert not gateway.called("authorise")


# --- Holds that run out ---------------------------------------------------------------------------


def test_a_hold_whose_end_nobody_told_is_looked_up(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    gateway.gives_up("obj_1")
    assert holds_run_out(now=NOW + timedelta(days=6)) == 0
    assert holds_run_out(now=NOW + timedelta(days=8)) == 1
    assert status(payment) == Status.RELEASED


def test_a_hold_that_cannot_be_asked_about_is_over_a_day_after_its_end(
    gateway: TestGateway,
) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    gateway.can_be_asked = False
    holds_run_out(now=NOW + timedelta(days=7, hours=1))
    assert status(payment) == Status.AUTHORISED
    with clock.freeze(NOW + timedelta(days=9)):
        look_after_holds()
    assert status(payment) == Status.RELEASED
    assert LedgerEntry.objects.get(kind="released").amount_minor == 50_00
