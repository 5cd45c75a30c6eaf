"""Telling the provider something: exactly once, whatever gets lost on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from payments.errors import AmountRefused
from payments.events import InstructionRefused, PaymentSecured
from payments.facts import Fact, FactKind, Mode, Status
from payments.gateways.base import Answer
from payments.models import Instruction, InstructionStatus, LedgerEntry, Payment
from payments.services import (
    Outcome,
    carrying_out,
    holds_run_out,
    instruction_carry_out,
    outcomes,
    payment_authorise,
    payment_capture,
    payment_charge,
    payment_close,
    payment_look_up,
    payment_refund,
)
from payments.services.carrying_out import REPEAT_FOR, stuck_after
from payments.services.outcomes import GIVE_UP_AFTER, WAIT_FOR_WORD
from payments.tasks import look_after_holds, sweep
from reservehub.celery import app
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.money import CurrencyMismatch, Money
from tests.factories import NOW, STAFF, make_user
from tests.payments.people import (
    LATER,
    begin,
    carry_out,
    eur,
    hear,
    ledger,
    make_given,
    make_payment,
    the_instruction,
)
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db

SOON = timedelta(minutes=1)


def capture(payment: Payment, amount: int | None = None, **fields: Any) -> Instruction:
    return payment_capture(
        payment_id=payment.pk,
        amount=None if amount is None else eur(amount),
        **{"reason": "no-show", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def charge(payment: Payment, amount: int, **fields: Any) -> Instruction:
    return payment_charge(
        payment_id=payment.pk,
        amount=eur(amount),
        **{"reason": "no-show", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def refund(payment: Payment, amount: int | None = None, **fields: Any) -> Instruction | None:
    return payment_refund(
        payment_id=payment.pk,
        amount=None if amount is None else eur(amount),
        **{"reason": "cancelled", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def authorise(payment: Payment, amount: int = 50_00) -> Instruction:
    return payment_authorise(
        payment_id=payment.pk, amount=eur(amount), actor=SYSTEM, now=NOW + SOON
    )


def refusals() -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(name=InstructionRefused.name).order_by("pk")
    return [row.payload for row in rows]


def status(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.status


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
