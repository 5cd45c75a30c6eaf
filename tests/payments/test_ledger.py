"""The ledger: facts once each, whatever the order, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from payments.events import (
    PaymentCaptured,
    PaymentEvent,
    PaymentRefunded,
    PaymentRefused,
    PaymentReleased,
    PaymentReversed,
    PaymentSecured,
)
from payments.facts import Fact, FactKind, Mode, Status
from payments.gateways.base import Answer, Card, Notice
from payments.models import Dispute, LedgerEntry, LedgerSource, Payment, StoredMethod
from payments.services import payment_capture, payment_note, payment_refund
from reservehub.core.models import OutboxEvent
from reservehub.core.testing import run_deliveries
from tests.factories import NOW, STAFF
from tests.payments.people import begin, carry_out, eur, hear, ledger, make_given, make_payment
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


def told(event: type[PaymentEvent]) -> int:
    return OutboxEvent.objects.filter(name=event.name).count()


def fact(kind: FactKind, number: str, amount: int, **fields: Any) -> Fact:
    return Fact(
        **{
            "kind": kind,
            "provider_id": number,
            "amount_minor": amount,
            "currency": "EUR",
            "occurred_at": NOW,
            **fields,
        }
    )


def state(payment: Payment) -> dict[str, Any]:
    """All that the order of the facts must not change."""
    payment.refresh_from_db()
    names = (
        *("status", "authorised_minor", "captured_minor", "refunded_minor", "disputed_minor"),
        *("fee_minor", "last_refusal", "held_until", "secured_at", "closed_at"),
    )
    return {name: getattr(payment, name) for name in names}


# --- Once each ------------------------------------------------------------------------------------


def test_a_fact_counts_once_from_wherever_it_comes(gateway: TestGateway) -> None:
    payment = make_payment()
    given = gateway.approves(begin(payment))
    for source in LedgerSource:
        payment_note(payment_id=payment.pk, answer=given, source=source, now=NOW)
    assert ledger(payment) == [("captured", 50_00)]
    assert LedgerEntry.objects.get().source == LedgerSource.ANSWER
    assert told(PaymentCaptured) == told(PaymentSecured) == 1


def test_the_same_fact_twice_in_one_answer_counts_once(gateway: TestGateway) -> None:
    payment = make_payment()
    twice = (fact(FactKind.CAPTURED, "ch_1", 50_00),) * 2
    hear(payment, Answer(facts=twice, provider_id="pi_1"))
    assert ledger(payment) == [("captured", 50_00)]


def test_a_fact_without_its_object_belongs_to_what_was_told_about(gateway: TestGateway) -> None:
    payment = make_payment()
    hear(payment, Answer(facts=(fact(FactKind.CAPTURED, "ch_1", 50_00),), provider_id="pi_1"))
    assert LedgerEntry.objects.get().object_id == "pi_1"


def test_money_of_another_currency_is_not_added_up(
    gateway: TestGateway, caplog: pytest.LogCaptureFixture
) -> None:
    payment = make_payment()
    hear(payment, Answer(facts=(fact(FactKind.CAPTURED, "ch_1", 50_00, currency="JPY"),)))
    assert ledger(payment) == []
    assert "another currency" in caplog.text
    assert state(payment)["status"] == Status.OPEN


def test_what_the_provider_keeps_is_written_down_and_changes_nothing(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    hear(payment, Answer(facts=(fact(FactKind.FEE, "fee_1", 95),)))
    assert state(payment)["fee_minor"] == 95
    assert state(payment)["status"] == Status.CAPTURED


# --- In any order ---------------------------------------------------------------------------------


def deposit(gateway: TestGateway, payment: Payment) -> Sequence[Notice]:
    """Refused, paid, partly refunded, disputed and won back: every webhook of a deposit."""
    object_id = begin(payment)
    gateway.declines(object_id)
    gateway.approves(object_id)
    taken = gateway.facts[str(payment.public_id)][-1]
    gateway.things[object_id].refunded += 20_00
    gateway._tell(gateway.things[object_id], FactKind.REFUNDED, 20_00, own_number=True)
    gateway.disputes(object_id, 30_00)
    news = gateway.notices[-1].answer
    assert news is not None
    later = replace(
        news.disputes[0], status="won", told_at=news.disputes[0].told_at + timedelta(days=3)
    )
    won = fact(FactKind.DISPUTE_WON, "dp_1", 30_00, object_id=object_id)
    gateway.notices.append(
        Notice(event_id="w", kind="won", answer=Answer(facts=(won,), disputes=(later,)))
    )
    assert taken.amount_minor == 50_00
    return list(gateway.notices)


def hold(gateway: TestGateway, payment: Payment) -> Sequence[Notice]:
    """A try that dies, a hold of another one, a part of it taken, and the taking undone."""
    first = begin(payment)
    hear(payment, gateway.declines(first, is_dead=True))
    second = begin(payment)
    gateway.approves(second)
    thing = gateway.things[second]
    thing.held = 0
    gateway._take(thing, 30_00)
    gateway.fails(gateway.facts[str(payment.public_id)][-1])
    gateway._tell(thing, FactKind.FEE, 90, own_number=True)
    return list(gateway.notices)


def card(gateway: TestGateway, payment: Payment) -> Sequence[Notice]:
    """A card saved, a hold on it that runs out, a fee charged, and given back."""
    gateway.approves(begin(payment))
    for mode in (Mode.AUTHORISE, Mode.CHARGE):
        thing = gateway.things["obj_1"]
        other = replace(
            thing,
            object_id=f"{mode.value}_1",
            mode=mode,
            amount=50_00,
            is_dead=False,
            has_given=False,
            card=None,
        )
        gateway.things[other.object_id] = other
        gateway.approves(other.object_id)
        if mode is Mode.AUTHORISE:
            gateway.gives_up(other.object_id)
    other.refunded = 50_00
    gateway._tell(other, FactKind.REFUNDED, 50_00, own_number=True)
    return list(gateway.notices)


@pytest.mark.parametrize(
    ("story", "mode"),
    [(deposit, Mode.CHARGE), (hold, Mode.AUTHORISE), (card, Mode.SAVE)],
    ids=["deposit", "hold", "card"],
)
def test_every_order_of_the_webhooks_of_a_payment_leads_to_one_truth(
    gateway: TestGateway, story: Any, mode: Mode
) -> None:
    """And so does hearing all of them a second time, the last one first."""
    payment = make_payment(mode, amount=50_00)
    notices = story(gateway, payment)
    assert len(notices) == 5
    truths = []
    for order in permutations(notices):
        with transaction.atomic():
            for heard in (order, order[::-1]):
                for notice in heard:
                    assert notice.answer is not None
                    hear(payment, notice.answer)
                truths.append((state(payment), ledger(payment), _dispute()))
            transaction.set_rollback(True)
    assert len(truths) == 2 * 120
    assert [truth for truth in truths if truth != truths[0]] == []
    captured, refunded, held = gateway.sums(payment)
    assert truths[0][0]["captured_minor"] == captured
    assert truths[0][0]["refunded_minor"] == refunded
    assert truths[0][0]["authorised_minor"] == held


def _dispute() -> list[Any]:
    return list(Dispute.objects.values_list("status", "told_at", "closed_at", "opened_at"))


# --- Events ---------------------------------------------------------------------------------------


def test_a_taking_that_failed_before_it_was_told_is_not_told(gateway: TestGateway) -> None:
    payment = make_payment()
    taken = gateway.approves(begin(payment))
    failed = gateway.fails(taken.facts[0])
    hear(payment, failed)
    hear(payment, taken)
    assert told(PaymentCaptured) == told(PaymentSecured) == told(PaymentReversed) == 0
    assert state(payment)["status"] == Status.CLOSED


def test_a_try_that_was_given_up_leaves_the_guest_another(gateway: TestGateway) -> None:
    """Square tells of a payment that was cancelled by its key as if it had failed."""
    payment = make_payment()
    taken = gateway.approves(begin(payment))
    hear(payment, gateway.fails(taken.facts[0]))
    assert state(payment)["status"] == Status.OPEN


def test_a_taking_that_failed_afterwards_is_taken_back(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    hear(payment, gateway.fails(gateway.facts[str(payment.public_id)][0]))
    assert told(PaymentCaptured) == told(PaymentReversed) == 1
    assert state(payment)["captured_minor"] == 0


def test_a_refund_that_failed_gives_the_money_back_to_us_and_is_told(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    payment_refund(payment_id=payment.pk, amount=None, reason="", actor=STAFF, now=NOW)
    carry_out()
    hear(payment, gateway.fails(gateway.facts[str(payment.public_id)][-1]))
    assert (told(PaymentRefunded), told(PaymentReversed), told(PaymentSecured)) == (1, 1, 1)
    assert state(payment)["status"] == Status.CAPTURED


def test_a_hold_that_runs_out_is_told(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    hear(payment, gateway.gives_up("obj_1"))
    assert told(PaymentReleased) == 1
    assert state(payment)["status"] == Status.RELEASED


def test_a_refusal_told_after_success_is_no_news(gateway: TestGateway) -> None:
    payment = make_payment()
    refused = gateway.declines(begin(payment))
    hear(payment, gateway.approves(begin(payment)))
    hear(payment, refused)
    assert told(PaymentRefused) == 0
    assert state(payment)["status"] == Status.CAPTURED


def test_an_event_carries_what_the_payment_is_for_and_nobody_s_name(gateway: TestGateway) -> None:
    payment = make_given(gateway, reference="reservation:7")
    payload = OutboxEvent.objects.get(name=PaymentCaptured.name).payload
    assert payload == {
        "occurred_at": NOW.isoformat(),
        "payment_id": payment.pk,
        "restaurant_id": payment.restaurant_id,
        "reference": "reservation:7",
        "mode": "charge",
        "amount_minor": 50_00,
        "entry_id": LedgerEntry.objects.get().pk,
    }


# --- Two tries both paid --------------------------------------------------------------------------


def pay_twice(gateway: TestGateway, mode: Mode = Mode.CHARGE) -> Payment:
    """A provider that calls a try dead and takes the money all the same."""
    payment = make_payment(mode, amount=50_00)
    first = begin(payment)
    hear(payment, gateway.declines(first, is_dead=True))
    hear(payment, gateway.approves(begin(payment)))
    gateway.things[first].is_dead = False
    return hear(payment, gateway.approves(first))


def test_what_was_paid_beyond_the_agreement_goes_back_by_itself(gateway: TestGateway) -> None:
    payment = pay_twice(gateway)
    assert payment.captured_minor == 100_00
    assert carry_out() == ["done"]
    assert state(payment)["refunded_minor"] == 50_00
    assert gateway.sums(payment) == (100_00, 50_00, 0)
    # The first one, which nobody waits for, was given back; the other can be as well.
    assert gateway.things["obj_1"].refunded == 50_00
    payment_refund(payment_id=payment.pk, amount=None, reason="", actor=STAFF, now=NOW)
    assert carry_out() == ["done"]
    assert gateway.sums(payment) == (100_00, 100_00, 0)


def test_one_refund_of_both_tries_takes_an_instruction_for_each(gateway: TestGateway) -> None:
    payment = make_payment(amount=50_00, limit=100_00)
    first = begin(payment)
    hear(payment, gateway.declines(first, is_dead=True))
    hear(payment, gateway.approves(begin(payment)))
    gateway.things[first].is_dead = False
    hear(payment, gateway.approves(first))
    payment_refund(payment_id=payment.pk, amount=eur(80_00), reason="", actor=STAFF, now=NOW)
    assert carry_out() == ["done", "done"]
    assert gateway.sums(payment) == (100_00, 80_00, 0)


def test_a_refund_of_the_surplus_that_fails_is_left_to_people(gateway: TestGateway) -> None:
    payment = pay_twice(gateway)
    gateway.next(Trouble.REFUSES)
    assert carry_out() == ["refused"]
    hear(payment, Answer(facts=(fact(FactKind.FEE, "fee_1", 95),)))
    assert carry_out() == []


def test_of_two_holds_one_is_given_up(gateway: TestGateway) -> None:
    payment = pay_twice(gateway, Mode.AUTHORISE)
    assert carry_out() == ["done"]
    assert gateway.sums(payment) == (0, 0, 50_00)
    payment_capture(payment_id=payment.pk, amount=None, reason="", actor=STAFF, now=NOW)
    assert carry_out() == ["done"]
    assert gateway.sums(payment) == (50_00, 0, 0)


# --- Cards ----------------------------------------------------------------------------------------


def test_a_card_is_kept_once(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.SAVE)
    same = Card(customer_token="cus_1", method_token="card_obj_1", last4="4242")
    other = make_payment(Mode.SAVE, restaurant=payment.restaurant)
    hear(other, Answer(facts=(fact(FactKind.SAVED, "seti", 0),), card=same))
    assert StoredMethod.objects.count() == 1
    other.refresh_from_db()
    assert other.method == payment.method


# --- Cost -----------------------------------------------------------------------------------------

SAVEPOINT = 2
"""A test is a transaction already; begun and released."""


def test_a_repetition_costs_two_queries(
    gateway: TestGateway, django_assert_num_queries: Any
) -> None:
    payment = make_payment()
    given = gateway.approves(begin(payment))
    hear(payment, given)
    with django_assert_num_queries(2 + SAVEPOINT):
        hear(payment, given)


def test_a_new_fact_costs_as_many_queries_whatever_the_ledger_holds(
    gateway: TestGateway, django_assert_num_queries: Any
) -> None:
    payment = make_payment()
    object_id = begin(payment)
    for _ in range(20):
        hear(payment, gateway.declines(object_id))
    given = gateway.approves(object_id)
    run_deliveries()
    with django_assert_num_queries(7 + SAVEPOINT):  # two of them are the events
        hear(payment, given)
