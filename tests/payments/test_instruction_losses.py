"""Exactly once, whatever gets lost on the way to the provider and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from payments.facts import Mode, Status
from payments.models import Instruction, InstructionStatus, Payment
from payments.services import Outcome, carrying_out, instruction_carry_out, outcomes
from payments.services.carrying_out import REPEAT_FOR, stuck_after
from payments.services.outcomes import GIVE_UP_AFTER
from payments.tasks import sweep
from reservehub.celery import app
from reservehub.core import clock
from tests.factories import NOW
from tests.payments.instructions import SOON, capture, charge, refund, refusals, status
from tests.payments.people import LATER, carry_out, hear, ledger, make_given, the_instruction
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


# --- Once, whatever is lost -----------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.LOST_BEFORE, Trouble.UNREACHABLE])
@pytest.mark.parametrize("mode", Mode)
def test_what_got_lost_is_done_once_in_the_end(
    gateway: TestGateway, mode: Mode, trouble: Trouble
) -> None:
    payment = make_given(gateway, mode)
    act: dict[Mode, Callable[[Payment], Instruction | None]] = {
        Mode.CHARGE: refund,
        Mode.AUTHORISE: capture,
        Mode.SAVE: lambda one: charge(one, 50_00),
    }
    gateway.next(*[trouble] * 3)
    instruction = act[mode](payment)
    assert instruction is not None
    for tries in range(3):
        assert carry_out(NOW + SOON + tries * LATER) in (["unknown"], ["later"])
        assert carry_out(NOW + SOON + tries * LATER) == [], "not at once"
    assert carry_out(NOW + SOON + 3 * LATER) == ["done"]
    assert {call.key for call in gateway.calls if call.key == instruction.key} == {instruction.key}
    captured, refunded, held = gateway.sums(payment)
    assert (captured, held) == (50_00, 0)
    assert refunded == (50_00 if mode is Mode.CHARGE else 0)
    payment.refresh_from_db()
    assert (payment.captured_minor, payment.refunded_minor) == (captured, refunded)


def test_a_worker_that_never_came_back_is_followed_by_another(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    work = carrying_out.instruction_claim(
        instruction_id=the_instruction("refund").pk, now=NOW + SOON
    )
    assert work is not None
    assert carry_out(NOW + SOON) == [], "it may still come back"
    assert carry_out(NOW + SOON + stuck_after()) == ["done"]
    assert len(gateway.called("refund")) == 1


class Killed(BaseException):
    """The process is gone."""


def test_killed_between_the_provider_s_answer_and_our_commit(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = make_given(gateway, Mode.SAVE)
    instruction = charge(payment, 50_00)

    def dies(**_about: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "instruction_answered", dies)
        with pytest.raises(Killed):
            instruction_carry_out(instruction_id=instruction.pk, now=NOW + SOON)
    assert gateway.sums(payment) == (50_00, 0, 0), "the money has moved"
    assert status(payment) == Status.SAVED, "and we do not know"
    assert carry_out(NOW + SOON + stuck_after()) == ["done"]
    assert status(payment) == Status.CAPTURED
    assert ledger(payment) == [("captured", 50_00), ("saved", 0)]
    assert gateway.sums(payment) == (50_00, 0, 0)


def test_killed_in_the_middle_of_our_transaction(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    instruction = capture(payment)

    def dies(*_args: object, **_about: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "instruction_settle_by_books", dies)
        with pytest.raises(Killed):
            instruction_carry_out(instruction_id=instruction.pk, now=NOW + SOON)
    assert ledger(payment) == [("authorised", 50_00)], "all of it or nothing"
    assert carry_out(NOW + SOON + stuck_after()) == ["done"]
    assert ledger(payment) == [("authorised", 50_00), ("captured", 50_00)]


def test_the_webhook_before_the_response(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    instruction = capture(payment)
    work = carrying_out.instruction_claim(instruction_id=instruction.pk, now=NOW + SOON)
    assert work is not None
    answer = gateway.capture(work.order, work.amount, key=work.key)
    hear(payment, answer)
    outcome = outcomes.instruction_answered(
        instruction_id=instruction.pk, answer=answer, now=NOW + SOON
    )
    assert outcome is Outcome.DONE
    assert ledger(payment) == [("authorised", 50_00), ("captured", 50_00)]


def test_an_answer_after_the_sweep_has_given_up_is_believed(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    pk = the_instruction("refund").pk
    work = carrying_out.instruction_claim(instruction_id=pk, now=NOW + SOON)
    assert work is not None
    answer = gateway.refund(work.order, work.amount, key=work.key)
    carrying_out.instructions_unstick(now=NOW + SOON + stuck_after())
    outcomes.instruction_answered(instruction_id=pk, answer=answer, now=NOW + LATER)
    assert the_instruction("refund").status == InstructionStatus.DONE
    assert carry_out(NOW + 2 * LATER) == []


def test_a_late_refusal_of_an_attempt_given_up_changes_nothing(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    pk = the_instruction("refund").pk
    work = carrying_out.instruction_claim(instruction_id=pk, now=NOW + SOON)
    assert work is not None
    late = NOW + SOON + stuck_after()
    assert carry_out(late) == ["done"]
    outcomes.instruction_refused(
        instruction_id=pk, number=work.number, code="late", needs_guest=False, found=None, now=late
    )
    assert the_instruction("refund").status == InstructionStatus.DONE
    assert refusals() == []


# --- Old ones -------------------------------------------------------------------------------------


def test_what_never_reached_the_provider_is_given_up_and_told(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    charge(payment, 50_00)
    gateway.next(*[Trouble.UNREACHABLE] * 2)
    assert carry_out(NOW + SOON) == ["later"]
    assert carry_out(NOW + SOON + GIVE_UP_AFTER) == ["refused"]
    assert refusals()[0]["code"] == "unreachable"


@pytest.mark.parametrize(
    ("trouble", "outcome"), [(Trouble.LOST_AFTER, "done"), (Trouble.LOST_BEFORE, "refused")]
)
def test_after_a_day_the_provider_has_forgotten_the_key_and_is_only_asked(
    gateway: TestGateway, trouble: Trouble, outcome: str
) -> None:
    payment = make_given(gateway, Mode.SAVE)
    charge(payment, 50_00)
    gateway.next(trouble)
    assert carry_out(NOW + SOON) == ["unknown"]
    assert carry_out(NOW + SOON + REPEAT_FOR) == [outcome]
    assert len(gateway.called("charge")) == 1
    assert gateway.sums(payment)[0] == (50_00 if outcome == "done" else 0)


# --- The sweep ------------------------------------------------------------------------------------


@pytest.fixture
def _at_once() -> Iterator[None]:
    """Queued tasks run here and now."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("_at_once")
def test_the_sweep_has_carried_out_what_was_lost(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    refund(payment)
    with clock.freeze(NOW + SOON):
        assert sweep() == 1
        assert sweep() == 0
    assert status(payment) == Status.REFUNDED


def test_the_patience_is_longer_than_a_worker_s(gateway: TestGateway) -> None:
    connecting, waiting = settings.RESERVEHUB_PAYMENT_TIMEOUTS
    # The call itself and the look-up after a refusal.
    assert stuck_after() > 2 * timedelta(seconds=connecting + waiting)
