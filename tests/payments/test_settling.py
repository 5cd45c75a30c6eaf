"""What a provider does not tell, and people do: it is no fact, and a fact outweighs it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from payments.errors import NothingToSettle
from payments.events import InstructionSettled
from payments.facts import Mode, Status
from payments.models import (
    Difference,
    Instruction,
    InstructionKind,
    InstructionStatus,
    Payment,
    Reconciliation,
)
from payments.selectors.reconciliation import differences_open
from payments.selectors.staff import refused_instructions, silent_instructions
from payments.services import (
    difference_look,
    instruction_settle,
    settling,
)
from payments.services.outcomes import WAIT_FOR_WORD
from payments.services.privacy import payments_forget
from reservehub.core.models import AuditEntry
from tests.factories import NOW, STAFF
from tests.payments.instructions import SOON, capture, charge, refund, refusals, status
from tests.payments.people import (
    carry_out,
    hear,
    ledger,
    make_account,
    make_given,
    the_instruction,
    told,
)
from tests.payments.provider import TestGateway, Trouble
from tests.races import meet_after, once_met, run_together, without_row_locks

pytestmark = pytest.mark.django_db

LATER = NOW + SOON + WAIT_FOR_WORD


def silent(gateway: TestGateway, mode: Mode = Mode.CHARGE) -> Payment:
    """All of it is to go back, be taken or charged; the provider has it and will not say."""
    payment = make_given(gateway, mode)
    gateway.can_be_asked = False
    gateway.next(Trouble.TELLS_LATER)
    {Mode.CHARGE: refund, Mode.AUTHORISE: capture}.get(mode, lambda one: charge(one, 50_00))(
        payment
    )
    carry_out(NOW + SOON)
    carry_out(LATER)
    assert list(silent_instructions(payment.restaurant)) == [payment.instructions.get()]
    return payment


def settle(payment: Payment, *, has_happened: bool) -> Instruction:
    return instruction_settle(
        instruction_id=payment.instructions.order_by("pk")[0].pk,
        has_happened=has_happened,
        reason="seen in the list of the provider",
        actor=STAFF,
        now=LATER,
    )


def news(gateway: TestGateway, payment: Payment) -> None:
    """The webhook of what was done comes after all."""
    answer = gateway.notices[-1].answer
    assert answer is not None
    hear(payment, answer, LATER + SOON)


@pytest.mark.parametrize("mode", Mode)
def test_said_to_have_happened_it_is_not_done_again_and_is_no_fact(
    gateway: TestGateway, mode: Mode
) -> None:
    payment = silent(gateway, mode)
    before = ledger(payment)
    settle(payment, has_happened=True)
    assert payment.instructions.get().status == InstructionStatus.SAID_DONE
    assert ledger(payment) == before
    assert not silent_instructions(payment.restaurant)
    assert carry_out(LATER + timedelta(days=1)) == [], "nobody asks any more"
    if mode is Mode.CHARGE:
        assert refund(payment) is None
    else:
        with pytest.raises(Exception, match="more than is possible"):
            (capture if mode is Mode.AUTHORISE else lambda one: charge(one, 50_00))(payment)
    news(gateway, payment)
    assert payment.instructions.get().status == InstructionStatus.DONE
    assert len(ledger(payment)) == len(before) + 1
    assert told(InstructionSettled) == 1


@pytest.mark.parametrize("mode", Mode)
def test_said_not_to_have_happened_it_can_be_done_again(gateway: TestGateway, mode: Mode) -> None:
    payment = silent(gateway, mode)
    settle(payment, has_happened=False)
    instruction = payment.instructions.get()
    assert (instruction.status, instruction.code) == ("refused", "said_not_done")
    assert not refused_instructions(payment.restaurant, since=NOW), "somebody knows"
    assert [one["code"] for one in refusals()] == ["no_word"], "nobody is told once more"
    if mode is Mode.CHARGE:
        again = refund(payment)
    elif mode is Mode.AUTHORISE:
        again = capture(payment)
    else:
        again = charge(payment, 50_00)
    assert again is not None
    assert again.amount_minor == 50_00


def test_the_provider_s_word_outweighs_a_person_s(gateway: TestGateway) -> None:
    payment = silent(gateway)
    settle(payment, has_happened=False)
    news(gateway, payment)
    assert the_instruction("refund").status == InstructionStatus.DONE
    assert status(payment) == Status.REFUNDED


def test_what_was_said_to_have_happened_and_failed_is_told(gateway: TestGateway) -> None:
    payment = silent(gateway)
    settle(payment, has_happened=True)
    answer = gateway.fails(gateway.facts[str(payment.public_id)][-1])
    hear(payment, answer, LATER + SOON)
    assert the_instruction("refund").status == InstructionStatus.REFUSED
    assert [one["code"] for one in refusals()] == ["no_word", "failed_later"]
    assert len(refused_instructions(payment.restaurant, since=NOW)) == 1
    hear(payment, answer, LATER + SOON)
    assert len(refusals()) == 2


def test_of_two_of_one_amount_the_one_that_is_waited_for_has_it(gateway: TestGateway) -> None:
    payment = silent(gateway)
    settle(payment, has_happened=False)
    Instruction.objects.update(provider_id="")
    gateway.can_be_asked = True
    gateway.things["obj_1"].refunded = 0
    again = refund(payment, now=LATER)
    assert again is not None
    carry_out(LATER)
    again.refresh_from_db()
    assert again.status == InstructionStatus.DONE
    first = Instruction.objects.order_by("pk")[0]
    assert first.status == InstructionStatus.REFUSED


def test_settled_once_with_its_reason_in_the_audit(gateway: TestGateway) -> None:
    payment = silent(gateway)
    settle(payment, has_happened=True)
    settle(payment, has_happened=True)
    (entry,) = AuditEntry.objects.filter(action="payments.payment.settled_by_hand")
    assert (entry.after or {})["reason"] == "seen in the list of the provider"
    assert (entry.after or {})["has_happened"] is True
    settle(payment, has_happened=False)
    assert the_instruction("refund").status == InstructionStatus.REFUSED
    with pytest.raises(NothingToSettle):
        settle(payment, has_happened=True)


def test_only_what_the_provider_is_silent_about_can_be_settled(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    for has_happened in (True, False):
        with pytest.raises(NothingToSettle):
            settle(payment, has_happened=has_happened)
    carry_out(NOW + SOON)
    with pytest.raises(NothingToSettle):
        settle(payment, has_happened=False)


def test_of_a_guest_s_payment_nobody_can_say_that_it_happened(gateway: TestGateway) -> None:
    payment = silent(gateway)
    Instruction.objects.update(kind=InstructionKind.PAY)
    with pytest.raises(NothingToSettle):
        settle(payment, has_happened=True)
    settle(payment, has_happened=False)
    assert "refused" not in dict(ledger(payment)), "nothing is invented"


def test_why_it_was_settled_is_forgotten_with_the_guest(gateway: TestGateway) -> None:
    payment = silent(gateway)
    settle(payment, has_happened=True)
    payments_forget([payment.reference], now=LATER)
    assert the_instruction("refund").settled_reason == ""


def test_a_difference_is_looked_at_once(gateway: TestGateway) -> None:
    account = make_account()
    run = Reconciliation.objects.create(
        account=account, since=NOW - timedelta(days=1), until=NOW, run_at=NOW
    )
    row = Difference.objects.create(
        reconciliation=run, kind="unknown_payment", fact_kind="captured", provider_id="ch_9"
    )
    look = partial(difference_look, difference_id=row.pk, actor=STAFF)
    assert list(differences_open(account.restaurant, now=NOW)) == [row]
    look(note="the shop", now=NOW)
    look(note="no, the bar", now=NOW + SOON)
    row.refresh_from_db()
    assert (row.note, row.looked_at) == ("the shop", NOW)
    assert not differences_open(account.restaurant, now=NOW)
    assert AuditEntry.objects.filter(action="payments.difference.looked_at").count() == 1


# --- At one instant ---------------------------------------------------------------------------


def settle_and_hear(gateway: TestGateway, monkeypatch: pytest.MonkeyPatch) -> str:
    """A person says no while the webhook says yes."""
    payment = silent(gateway)
    meet_after(monkeypatch, settling, "_is_silent")
    outcomes = run_together(
        lambda: settle(payment, has_happened=False), once_met(lambda: news(gateway, payment))
    )
    unexpected = [
        one
        for one in outcomes
        if isinstance(one, Exception) and not isinstance(one, NothingToSettle)
    ]
    assert not unexpected
    assert status(payment) == Status.REFUNDED
    return the_instruction("refund").status


@pytest.mark.django_db(transaction=True)
def test_settled_and_told_at_one_instant_the_provider_s_word_stands(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settle_and_hear(gateway, monkeypatch) == InstructionStatus.DONE


@pytest.mark.django_db(transaction=True)
def test_without_the_payment_s_row_the_person_s_word_would_stand(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    assert settle_and_hear(gateway, monkeypatch) == InstructionStatus.REFUSED
