"""A card that is not needed is forgotten: here at once, at the provider until it says so."""

from __future__ import annotations

from functools import partial

import pytest

from payments.errors import AmountRefused, NothingToSettle
from payments.facts import Mode, Status
from payments.models import (
    Instruction,
    InstructionKind,
    InstructionStatus,
    Payment,
    StoredMethod,
)
from payments.selectors.privacy import unsettled_of
from payments.selectors.staff import refused_instructions, silent_instructions
from payments.services import (
    Outcome,
    card_forget,
    cards,
    carrying_out,
    instruction_carry_out,
    instruction_settle,
    payment_close,
)
from payments.services.carrying_out import REPEAT_FOR, stuck_after
from payments.services.orders import order_of
from payments.services.outcomes import (
    GIVE_UP_AFTER,
    WAIT_FOR_WORD,
    card_forgotten,
    card_not_forgotten,
)
from payments.services.privacy import payments_forget
from reservehub.core.models import AuditEntry
from tests.factories import NOW, STAFF
from tests.payments.instructions import SOON, charge, refund, refusals, status
from tests.payments.people import LATER, carry_out, hear, ledger, make_given, the_instruction
from tests.payments.provider import TestGateway, Trouble
from tests.races import meet_after, run_together, without_row_locks

pytestmark = pytest.mark.django_db

TOKEN = "card_obj_1"
DAY_LATER = NOW + WAIT_FOR_WORD


def forgetting(gateway: TestGateway) -> Payment:
    """A payment whose card is to be forgotten; the provider does not know yet."""
    payment = make_given(gateway, Mode.SAVE)
    card_forget(payment_id=payment.pk, now=NOW)
    payment.refresh_from_db()
    return payment


def told() -> Instruction:
    return the_instruction("forget")


def silent(gateway: TestGateway) -> Payment:
    payment = forgetting(gateway)
    gateway.next(Trouble.UNREACHABLE)
    carry_out(DAY_LATER)
    return payment


# --- Forgotten ------------------------------------------------------------------------------------


def test_it_is_dropped_here_and_then_there(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    assert payment.method is None
    assert not StoredMethod.objects.exists()
    assert (told().object_id, told().amount_minor) == (TOKEN, 0), "else nobody could say which"
    assert carry_out(NOW) == ["done"]
    assert gateway.forgotten == [TOKEN]
    assert told().object_id == ""
    assert TOKEN not in str(list(Instruction.objects.values()) + list(Payment.objects.values()))


def test_no_money_has_moved(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    before = (ledger(payment), payment.provider_id, payment.status)
    carry_out(NOW)
    payment.refresh_from_db()
    assert (ledger(payment), payment.provider_id, payment.status) == before
    assert not AuditEntry.objects.filter(action="payments.payment.forget").exists()


def test_asked_for_again_it_changes_nothing(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    card_forget(payment_id=payment.pk, now=NOW)
    carry_out(NOW)
    card_forget(payment_id=payment.pk, now=NOW + LATER)
    assert Instruction.objects.count() == 1


def test_where_there_is_no_card_nothing_is_forgotten(gateway: TestGateway) -> None:
    card_forget(payment_id=make_given(gateway).pk, now=NOW)
    assert not Instruction.objects.exists()


def test_nothing_is_charged_to_a_forgotten_card(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    with pytest.raises(AmountRefused):
        charge(payment, 50_00)


def test_what_was_charged_goes_back_without_the_card(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    charge(payment, 50_00)
    carry_out(NOW + SOON)
    card_forget(payment_id=payment.pk, now=NOW + LATER)
    refund(payment)
    assert carry_out(NOW + LATER) == ["done", "done"]
    assert status(payment) == Status.REFUNDED


def test_a_card_that_others_use_is_forgotten_with_the_last(gateway: TestGateway) -> None:
    first, second = (make_given(gateway, Mode.SAVE) for _ in range(2))
    Payment.objects.filter(pk=second.pk).update(method=first.method)
    card_forget(payment_id=first.pk, now=NOW)
    assert not Instruction.objects.exists()
    card_forget(payment_id=second.pk, now=NOW)
    assert told().object_id == TOKEN


# --- Told again -----------------------------------------------------------------------------------


def test_told_again_it_is_not_kept_again(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    for now in (NOW, NOW + LATER):
        answer = gateway.notices[0].answer
        assert answer is not None
        assert hear(payment, answer, now).method is None
        carry_out(now)
    assert Instruction.objects.count() == 1
    assert not StoredMethod.objects.exists()


def test_another_card_that_comes_late_is_forgotten_as_well(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    carry_out(NOW)
    late = gateway._new_thing(order_of(payment))
    assert hear(payment, gateway._give(late), NOW + SOON).method is None
    assert carry_out(NOW + SOON) == ["done"]
    assert gateway.forgotten == [TOKEN, f"card_{late.object_id}"]


# --- Failing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.LOST_BEFORE, Trouble.UNREACHABLE])
def test_what_got_lost_is_told_again(gateway: TestGateway, trouble: Trouble) -> None:
    forgetting(gateway)
    gateway.next(*[trouble] * 3)
    for tries in range(3):
        assert carry_out(NOW + tries * LATER) == ["later"]
        assert carry_out(NOW + tries * LATER) == [], "not at once"
    assert carry_out(NOW + 3 * LATER) == ["done"]
    assert set(gateway.forgotten) == {TOKEN}
    assert len({call.key for call in gateway.called("forget")}) == 1
    assert gateway.called("look_up") == []
    assert refusals() == []


def test_the_same_again_is_safe_even_when_the_provider_has_forgotten_the_key(
    gateway: TestGateway,
) -> None:
    forgetting(gateway)
    gateway.next(Trouble.LOST_AFTER)
    carry_out(NOW)
    assert carry_out(NOW + REPEAT_FOR + LATER) == ["done"]


def test_what_keeps_failing_is_told_to_people_once_and_goes_on(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    gateway.next(*[Trouble.UNREACHABLE] * 3)
    assert carry_out(NOW) == ["later"]
    assert not silent_instructions(payment.restaurant)
    for number in range(2):
        assert carry_out(DAY_LATER + number * LATER) == ["unknown"]
    assert list(silent_instructions(payment.restaurant)) == [told()]
    assert [(one["kind"], one["code"]) for one in refusals()] == [("forget", "no_word")]
    assert carry_out(NOW + 2 * GIVE_UP_AFTER) == ["done"], "a promise does not lapse"
    assert not silent_instructions(payment.restaurant)


def test_a_person_may_ask_again_at_once(gateway: TestGateway) -> None:
    silent(gateway)
    outcome = instruction_carry_out(
        instruction_id=told().pk, now=DAY_LATER + SOON, is_asked_for=True
    )
    assert (outcome, told().object_id) == (Outcome.DONE, "")


@pytest.mark.parametrize("has_happened", [True, False])
def test_settled_by_hand_the_token_goes_and_nobody_asks_any_more(
    gateway: TestGateway, has_happened: bool
) -> None:
    silent(gateway)
    settle = partial(
        instruction_settle,
        instruction_id=told().pk,
        has_happened=has_happened,
        reason="deleted at the provider's site",
        actor=STAFF,
    )
    settle(now=DAY_LATER + SOON)
    assert told().status == ("said_done" if has_happened else "refused")
    assert told().object_id == ""
    assert carry_out(DAY_LATER + LATER) == []


def test_before_a_day_is_over_nobody_settles_it(gateway: TestGateway) -> None:
    forgetting(gateway)
    with pytest.raises(NothingToSettle):
        instruction_settle(
            instruction_id=told().pk, has_happened=True, reason="", actor=STAFF, now=NOW
        )


def test_a_refusal_is_told_and_the_token_is_not_kept(gateway: TestGateway) -> None:
    payment = forgetting(gateway)
    gateway.next(Trouble.REFUSES)
    assert carry_out(NOW) == ["refused"]
    assert (told().code, told().object_id) == ("not_allowed", "")
    assert [one["kind"] for one in refusals()] == ["forget"]
    assert list(refused_instructions(payment.restaurant, since=NOW)) == [told()]
    assert gateway.called("look_up") == []


# --- Erasure --------------------------------------------------------------------------------------


def test_erasing_tells_the_provider_before_the_token_goes(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    assert payments_forget([payment.reference], now=NOW) == 1
    payment.refresh_from_db()
    assert payment.method is None
    assert told().object_id == TOKEN
    assert payments_forget([payment.reference], now=NOW) == 1
    assert carry_out(NOW) == ["done"]
    assert gateway.forgotten == [TOKEN]


def test_a_card_that_is_being_forgotten_keeps_nobody_from_being_forgotten(
    gateway: TestGateway,
) -> None:
    payment = make_given(gateway, Mode.SAVE)
    assert unsettled_of([payment.reference]).exists()
    card_forget(payment_id=payment.pk, now=NOW)
    assert not unsettled_of([payment.reference]).exists()
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW)
    assert not unsettled_of([payment.reference]).exists()


def test_what_else_is_under_way_still_does(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    charge(payment, 50_00)
    carry_out(NOW + SOON)
    card_forget(payment_id=payment.pk, now=NOW + SOON)
    refund(payment)
    assert unsettled_of([payment.reference]).exists()


# --- Workers that die -----------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


def test_killed_between_the_provider_s_answer_and_our_commit(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetting(gateway)

    def dies(**_about: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "card_forgotten", dies)
        with pytest.raises(Killed):
            instruction_carry_out(instruction_id=told().pk, now=NOW)
    assert (told().status, told().object_id) == ("under_way", TOKEN), "and we do not know"
    assert carry_out(NOW + SOON) == [], "it may still come back"
    assert carry_out(NOW + stuck_after()) == ["done"]
    assert (gateway.forgotten, told().object_id) == ([TOKEN, TOKEN], "")


def test_an_answer_after_the_sweep_has_given_up_is_believed(gateway: TestGateway) -> None:
    forgetting(gateway)
    work = carrying_out.instruction_claim(instruction_id=told().pk, now=NOW)
    assert work is not None
    carrying_out.instructions_unstick(now=NOW + stuck_after())
    card_forgotten(instruction_id=work.instruction_id, now=NOW + LATER)
    assert told().status == InstructionStatus.DONE
    card_not_forgotten(
        instruction_id=work.instruction_id, number=work.number, code="late", now=NOW + LATER
    )
    assert told().status == InstructionStatus.DONE
    assert carry_out(NOW + 2 * LATER) == []


# --- At one instant -------------------------------------------------------------------------------


def forget_at_once(gateway: TestGateway) -> int:
    """Staff waive it while the clock looks; how often the provider is told."""
    payment = make_given(gateway, Mode.SAVE)
    forget = partial(card_forget, payment_id=payment.pk, now=NOW)
    outcomes = run_together(forget, forget)
    assert outcomes == [None, None]
    return Instruction.objects.filter(kind=InstructionKind.FORGET).count()


@pytest.mark.django_db(transaction=True)
def test_forgotten_at_one_instant_it_is_told_once(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_after(monkeypatch, cards, "payment_locked")
    assert forget_at_once(gateway) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_payment_s_row_it_would_be_told_twice(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_after(monkeypatch, cards, "payment_locked")
    without_row_locks(monkeypatch)
    assert forget_at_once(gateway) == 2


def let_go_at_once(gateway: TestGateway, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two payments let go of the card they share; how often the provider is told."""
    first, second = (make_given(gateway, Mode.SAVE) for _ in range(2))
    Payment.objects.filter(pk=second.pk).update(method=first.method)
    meet_after(monkeypatch, cards, "_is_used")
    forget = [partial(card_forget, payment_id=one.pk, now=NOW) for one in (first, second)]
    run_together(*forget)
    return Instruction.objects.filter(kind=InstructionKind.FORGET).count()


@pytest.mark.django_db(transaction=True)
def test_of_two_that_let_go_of_a_card_the_later_tells(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert let_go_at_once(gateway, monkeypatch) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_card_s_row_neither_would(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    assert let_go_at_once(gateway, monkeypatch) == 0


def work_at_once(gateway: TestGateway) -> list[object]:
    forgetting(gateway)
    return list(
        run_together(*[partial(instruction_carry_out, instruction_id=told().pk, now=NOW)] * 2)
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_tells_the_provider(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_after(monkeypatch, carrying_out, "_only_asks")
    assert sorted(work_at_once(gateway), key=str) == [Outcome.DONE, Outcome.SKIPPED]
    assert gateway.forgotten == [TOKEN]


@pytest.mark.django_db(transaction=True)
def test_without_the_compare_and_swap_both_would(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        carrying_out, "_mine", lambda found, _now, **_more: Instruction.objects.filter(pk=found.pk)
    )
    meet_after(monkeypatch, carrying_out, "_only_asks")
    assert Outcome.SKIPPED not in work_at_once(gateway)
    assert gateway.forgotten == [TOKEN, TOKEN]
    assert told().status == InstructionStatus.DONE
