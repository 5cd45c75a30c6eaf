"""The adapter of Square against a server with Square's books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.facts import Fact, FactKind, Mode, Status, status_of
from payments.gateways.base import Answer, NotDone, Order, OutcomeUnknown, Refused
from payments.gateways.square.gateway import SquareGateway
from payments.gateways.square.telling import payment_facts, refund_facts
from reservehub.core.money import Money
from tests.notifications.channels.support import put
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.stand_ins.asking import (
    EUR_40,
    OTHER_ID,
    PUBLIC_ID,
    card,
    kinds,
    order,
    totals,
)
from tests.payments.stand_ins.square import CHALLENGED, DECLINED, GOOD, LOCATION, SquareStandIn


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with SquareStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = (3.0, 0.4)
        yield server


def ours(mode: Mode = Mode.CHARGE, **changes: Any) -> Order:
    return order(mode, **{"account": LOCATION, **changes})


def pay(asked: Order, source: str = GOOD, key: str = "k-pay") -> Answer:
    return SquareGateway().pay(asked, source=source, key=key)


def paid(mode: Mode = Mode.CHARGE) -> tuple[Order, Answer]:
    """A payment as the house knows it once the guest has paid."""
    answer = pay(ours(mode))
    return ours(mode, provider_id=answer.provider_id, card=answer.card), answer


def looked_up(asked: Order) -> Answer:
    return SquareGateway().look_up(asked)


class TestTheGuestPays:
    def test_the_page_gets_what_squares_form_needs_and_no_secret(
        self, square: SquareStandIn
    ) -> None:
        session = SquareGateway().begin(
            ours(amount=Money(1250, "JPY")), return_url="https://x", language="ja"
        )

        assert session.data["amount"] == "1250"
        assert session.data["script"] == "https://sandbox.web.squarecdn.com/v1/square.js"
        assert (session.data["locationId"], session.data["intent"]) == (LOCATION, "CHARGE")
        assert "the-access-token" not in repr(session)
        assert square.requests == []

    def test_a_deposit_is_money_that_came_in(self, square: SquareStandIn) -> None:
        asked, answer = paid()

        (fact,) = answer.facts
        assert (fact.kind, fact.amount_minor) == (FactKind.CAPTURED, 4000)
        assert fact.object_id == fact.provider_id == asked.provider_id
        (payment,) = square.payments.values()
        assert payment["reference_id"] == PUBLIC_ID

    def test_a_hold_is_held_for_a_week(self, square: SquareStandIn) -> None:
        _asked, answer = paid(Mode.AUTHORISE)

        assert (totals([answer]).held, totals([answer]).captured) == (4000, 0)
        assert answer.held_until is not None
        left = answer.held_until - datetime.now(UTC)
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
        assert square.requests[0].json["delay_action"] == "CANCEL"

    def test_a_card_is_kept_and_nothing_charged(self, square: SquareStandIn) -> None:
        asked, answer = paid(Mode.SAVE)

        assert status_of(totals([answer]), is_closed=False) is Status.SAVED
        assert answer.card is not None
        assert (answer.card.brand, answer.card.last4) == ("visa", "1111")
        assert answer.card.expires == "2030-03"
        assert square.payments == {}
        assert asked.card is not None
        assert asked.card.customer_token in square.customers

    def test_a_card_is_kept_once_for_each_key(self, square: SquareStandIn) -> None:
        assert pay(ours(Mode.SAVE)).card == pay(ours(Mode.SAVE)).card
        assert (len(square.cards), len(square.customers)) == (1, 1)

    @pytest.mark.parametrize(
        ("source", "code", "needs_guest"),
        [
            (DECLINED, "generic_decline", False),
            (CHALLENGED, "card_declined_verification_required", True),
        ],
    )
    def test_a_refused_card(
        self, square: SquareStandIn, source: str, code: str, needs_guest: bool
    ) -> None:
        with pytest.raises(Refused) as refused:
            pay(ours(), source)

        assert (refused.value.code, refused.value.needs_guest) == (code, needs_guest)
        assert all(one["status"] == "FAILED" for one in square.payments.values())

    @pytest.mark.usefixtures("square")
    def test_a_token_is_good_once(self) -> None:
        pay(ours(), key="k1")
        with pytest.raises(Refused):
            pay(ours(), key="k2")

    @pytest.mark.usefixtures("square")
    def test_the_same_key_for_something_else_proves_nothing(self) -> None:
        pay(ours(), key="k1")
        with pytest.raises(OutcomeUnknown):
            SquareGateway().charge(ours(Mode.SAVE, card=card("ccof:1")), Money(1, "EUR"), key="k1")

    def test_an_answer_that_says_failed_is_a_refusal(self, square: SquareStandIn) -> None:
        amount = {"amount": 4000, "currency": "EUR"}
        payment = {
            "id": "PM1",
            "status": "FAILED",
            "amount_money": amount,
            "created_at": "2026-06-01T09:00:00Z",
            "card_details": {"errors": [{"code": "CVV_FAILURE"}]},
        }
        square.fail_next(200, {"payment": payment})
        with pytest.raises(Refused) as refused:
            pay(ours())
        assert refused.value.code == "cvv_failure"


class TestLater:
    def test_all_of_a_hold_is_taken(self, square: SquareStandIn) -> None:
        asked, held = paid(Mode.AUTHORISE)
        taken = SquareGateway().capture(asked, EUR_40, key="k1")

        assert (totals([held, taken]).captured, totals([held, taken]).held) == (4000, 0)
        assert [r.method for r in square.requests] == ["POST", "GET", "POST"]

    def test_a_part_of_a_hold_is_taken_and_never_more(self, square: SquareStandIn) -> None:
        asked, held = paid(Mode.AUTHORISE)
        taken = SquareGateway().capture(asked, Money(1500, "EUR"), key="k1")

        assert totals([held, taken]).captured == 1500
        assert square.payments[asked.provider_id]["total_money"]["amount"] == 1500

    def test_taking_again_takes_nothing_more(self, square: SquareStandIn) -> None:
        asked, _held = paid(Mode.AUTHORISE)
        first = SquareGateway().capture(asked, Money(1500, "EUR"), key="k1")
        again = SquareGateway().capture(asked, Money(1500, "EUR"), key="k1")

        assert [f.provider_id for f in first.facts] == [f.provider_id for f in again.facts]
        assert totals([first, again]).captured == 1500
        assert square.payments[asked.provider_id]["status"] == "COMPLETED"

    @pytest.mark.parametrize("lost", [1, 2])
    def test_a_lost_answer_in_the_middle_of_taking_a_part(
        self, square: SquareStandIn, lost: int
    ) -> None:
        """Made smaller and not completed, or completed: asked again it comes to the same."""
        asked, held = paid(Mode.AUTHORISE)
        for _request in range(lost):
            square.behave()
        square.drop_after_receiving()
        with pytest.raises(OutcomeUnknown):
            SquareGateway().capture(asked, Money(1500, "EUR"), key="k1")

        taken = SquareGateway().capture(asked, Money(1500, "EUR"), key="k1")

        assert totals([held, taken]).captured == 1500

    def test_too_much_is_refused_and_nothing_taken(self, square: SquareStandIn) -> None:
        asked, _held = paid(Mode.AUTHORISE)
        with pytest.raises(Refused):
            SquareGateway().capture(asked, Money(4001, "EUR"), key="k1")
        assert square.payments[asked.provider_id]["status"] == "APPROVED"

    def test_a_hold_that_ran_out_cannot_be_taken(self, square: SquareStandIn) -> None:
        asked, _held = paid(Mode.AUTHORISE)
        square.expire(asked.provider_id)
        with pytest.raises(Refused) as refused:
            SquareGateway().capture(asked, EUR_40, key="k1")
        assert refused.value.code == "payment_canceled"

    @pytest.mark.usefixtures("square")
    def test_a_hold_is_released_and_stays_so(self) -> None:
        asked, held = paid(Mode.AUTHORISE)
        released = SquareGateway().release(asked, key="k1")
        again = SquareGateway().release(asked, key="k1")

        assert kinds(released) == kinds(again) == [FactKind.RELEASED]
        told = totals([held, released, again])
        assert status_of(told, is_closed=False) is Status.RELEASED

    @pytest.mark.usefixtures("square")
    def test_money_that_came_in_is_told_and_not_released(self) -> None:
        asked, _answer = paid()
        assert kinds(SquareGateway().release(asked, key="k1")) == [FactKind.CAPTURED]

    def test_before_anything_was_paid_there_is_nothing_to_release(
        self, square: SquareStandIn
    ) -> None:
        assert SquareGateway().release(ours(), key="k1") == Answer()
        assert square.requests == []
        asked, _answer = paid(Mode.SAVE)
        assert SquareGateway().release(asked, key="k1") == Answer()

    def test_a_refund_is_pending_and_then_over(self, square: SquareStandIn) -> None:
        asked, answer = paid()
        refund = SquareGateway().refund(asked, Money(1000, "EUR"), key="k1")
        assert (refund.facts, refund.provider_id in square.refunds) == ((), True)
        assert totals([looked_up(asked)]).refunded == 0

        square.settle(refund.provider_id)

        found = looked_up(asked)
        assert totals([answer, found]).refunded == 1000
        assert found.facts[-1].provider_id == refund.provider_id
        assert found.facts[-1].object_id == asked.provider_id

    @pytest.mark.parametrize("status", ["REJECTED", "FAILED"])
    def test_a_refund_that_fails_is_told_under_its_number(
        self, square: SquareStandIn, status: str
    ) -> None:
        asked, answer = paid()
        refund = SquareGateway().refund(asked, EUR_40, key="k1")
        square.settle(refund.provider_id, status)

        (failure,) = [f for f in looked_up(asked).facts if f.kind is FactKind.REFUND_FAILED]
        assert (failure.provider_id, failure.code) == (refund.provider_id, status.lower())
        assert totals([answer, looked_up(asked)]).refunded == 0

    def test_no_more_is_refunded_than_came_in(self, square: SquareStandIn) -> None:
        asked, _answer = paid()
        SquareGateway().refund(asked, Money(3000, "EUR"), key="k1")
        with pytest.raises(Refused) as refused:
            SquareGateway().refund(asked, Money(1001, "EUR"), key="k2")
        assert refused.value.code == "refund_amount_invalid"
        assert len(square.refunds) == 1

    def test_the_kept_card_pays_the_fee(self, square: SquareStandIn) -> None:
        asked, saved = paid(Mode.SAVE)
        answer = SquareGateway().charge(asked, Money(2500, "EUR"), key="k1")

        assert totals([saved, answer]).captured == 2500
        assert answer.provider_id in square.payments

    @pytest.mark.usefixtures("square")
    def test_the_kept_card_holds_an_amount(self) -> None:
        asked, _saved = paid(Mode.SAVE)
        held = SquareGateway().authorise(asked, Money(2500, "EUR"), key="k1")
        on = ours(Mode.SAVE, provider_id=held.provider_id, card=asked.card)
        taken = SquareGateway().capture(on, Money(2000, "EUR"), key="k2")

        assert totals([held]).held == 2500
        assert totals([held, taken]).captured == 2000

    @pytest.mark.usefixtures("square")
    def test_the_bank_wants_the_guest(self) -> None:
        saved = pay(ours(Mode.SAVE), CHALLENGED)
        asked = ours(Mode.SAVE, card=saved.card, provider_id=saved.provider_id)
        with pytest.raises(Refused) as refused:
            SquareGateway().charge(asked, EUR_40, key="k1")
        assert refused.value.needs_guest

    def test_nothing_is_done_where_nothing_was_paid(self, square: SquareStandIn) -> None:
        for call in (SquareGateway().capture, SquareGateway().refund, SquareGateway().charge):
            with pytest.raises(Refused):
                call(ours(), EUR_40, key="k1")
        assert square.requests == []


class TestLostAndRefused:
    @pytest.mark.parametrize("mood", ["hang", "drop_after_receiving"])
    @pytest.mark.parametrize("mode", [Mode.CHARGE, Mode.AUTHORISE])
    def test_a_guests_payment_whose_answer_is_lost_is_cancelled(
        self, square: SquareStandIn, mode: Mode, mood: str
    ) -> None:
        getattr(square, mood)()
        with pytest.raises(NotDone) as undone:
            pay(ours(mode), key="k1")

        assert undone.value.code == "cancelled_after_lost_answer"
        assert [one["status"] for one in square.payments.values()] == ["CANCELED"]
        again = pay(ours(mode), GOOD + "-2", key="k2")
        assert totals([again]).captured + totals([again]).held == 4000

    def test_if_that_is_lost_too_the_same_key_settles_it(self, square: SquareStandIn) -> None:
        square.drop_after_receiving()
        square.fail_next(503)
        with pytest.raises(OutcomeUnknown):
            pay(ours(), key="k1")

        answer = pay(ours(), key="k1")

        assert totals([answer]).captured == 4000
        assert len(square.payments) == 1

    def test_a_payment_that_never_arrived_is_cancelled_without_harm(
        self, square: SquareStandIn
    ) -> None:
        square.fail_next(504)
        with pytest.raises(NotDone):
            pay(ours(), key="k1")
        assert square.payments == {}

    def test_a_fee_whose_answer_is_lost_is_charged_once(self, square: SquareStandIn) -> None:
        asked, _saved = paid(Mode.SAVE)
        square.drop_after_receiving()
        with pytest.raises(OutcomeUnknown):
            SquareGateway().charge(asked, EUR_40, key="k1")
        assert totals([looked_up(asked)]).captured == 4000

        answer = SquareGateway().charge(asked, EUR_40, key="k1")

        assert totals([answer, looked_up(asked)]).captured == 4000
        assert len(square.payments) == 1

    def test_each_refund_is_made_once_for_each_key(self, square: SquareStandIn) -> None:
        asked, _answer = paid()
        square.drop_after_receiving()
        with pytest.raises(OutcomeUnknown):
            SquareGateway().refund(asked, Money(1000, "EUR"), key="k1")
        SquareGateway().refund(asked, Money(1000, "EUR"), key="k1")
        SquareGateway().refund(asked, Money(1000, "EUR"), key="k2")
        assert len(square.refunds) == 2

    def test_a_payment_of_unknown_number_is_found_by_our_reference(
        self, square: SquareStandIn
    ) -> None:
        for number in range(5):
            pay(ours(public_id=OTHER_ID), f"{GOOD}-{number}", key=f"k-{number}")
        assert looked_up(ours()).facts == ()
        answer = pay(ours(), f"{GOOD}-6", key="k-6")

        assert looked_up(ours()).facts == answer.facts
        assert looked_up(ours(account="ANOTHER")).facts == ()
        assert square.requests[-1].query["begin_time"].endswith("Z")

    @pytest.mark.usefixtures("square")
    def test_a_card_of_unknown_number_is_found_by_our_reference(self) -> None:
        assert looked_up(ours(Mode.SAVE)) == Answer()
        pay(ours(Mode.SAVE, public_id=OTHER_ID), key="k1")
        saved = pay(ours(Mode.SAVE), key="k2")

        assert looked_up(ours(Mode.SAVE)).card == saved.card

    @pytest.mark.parametrize(
        ("status", "category", "code", "expected"),
        [
            (401, "AUTHENTICATION_ERROR", "UNAUTHORIZED", NotDone),
            (403, "AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", NotDone),
            (429, "RATE_LIMIT_ERROR", "RATE_LIMITED", NotDone),
            (400, "REFUND_ERROR", "REFUND_DECLINED", Refused),
            (404, "INVALID_REQUEST_ERROR", "NOT_FOUND", Refused),
            (400, "INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED", OutcomeUnknown),
            (500, "API_ERROR", "INTERNAL_SERVER_ERROR", OutcomeUnknown),
            (400, "API_ERROR", "TEMPORARY_ERROR", OutcomeUnknown),
            (504, "API_ERROR", "GATEWAY_TIMEOUT", OutcomeUnknown),
        ],
    )
    def test_what_errors_mean(
        self,
        square: SquareStandIn,
        status: int,
        category: str,
        code: str,
        expected: type[Exception],
    ) -> None:
        asked, _answer = paid()
        error = {"category": category, "code": code, "detail": "Anna Schmidt"}
        square.fail_next(status, {"errors": [error]})

        with pytest.raises(expected) as raised:
            SquareGateway().refund(asked, EUR_40, key="k1")

        assert str(raised.value) == code.lower()
        assert square.refunds == {}

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"refund": {}}'])
    def test_an_answer_that_cannot_be_read_proves_nothing(
        self, square: SquareStandIn, body: bytes
    ) -> None:
        asked, _answer = paid()
        square.fail_next(200, body)
        with pytest.raises(OutcomeUnknown):
            SquareGateway().refund(asked, EUR_40, key="k1")

    @pytest.mark.usefixtures("square")
    def test_nobody_listening_means_that_it_never_left(self, settings: Any) -> None:
        settings.SQUARE_API_URL = address_of_nobody()
        with pytest.raises(NotDone):
            pay(ours())
        with pytest.raises(NotDone):
            looked_up(ours(provider_id="PM1"))

    def test_a_question_that_is_lost_has_done_nothing(self, square: SquareStandIn) -> None:
        asked, _answer = paid()
        square.hang()
        with pytest.raises(NotDone):
            looked_up(asked)
        square.fail_next(503)
        with pytest.raises(NotDone):
            SquareGateway().capture(asked, EUR_40, key="k1")

    def test_it_says_which_variable_is_missing(self, square: SquareStandIn, settings: Any) -> None:
        assert SquareGateway().problem() == ""
        for name, value in square.settings().items():
            if name in ("SQUARE_LOCATION_ID", "SQUARE_API_URL"):
                continue
            setattr(settings, name, type(value)())
            assert name in SquareGateway().problem()
            setattr(settings, name, value)

    def test_without_keys_nothing_is_sent(self, square: SquareStandIn, settings: Any) -> None:
        with pytest.raises(NotDone):
            pay(order())  # neither a location of the restaurant's nor one for all
        settings.SQUARE_ACCESS_TOKEN = ""
        with pytest.raises(NotDone):
            pay(ours())
        assert square.requests == []

    def test_what_was_taken_and_cancelled_is_no_money(self, square: SquareStandIn) -> None:
        """Its webhook may tell of it before it was cancelled."""
        square.drop_after_receiving()
        square.fail_next(503)
        with pytest.raises(OutcomeUnknown):
            pay(ours(), key="k1")
        (payment,) = square.payments.values()
        taken = Answer(facts=tuple(payment_facts(payment)))
        assert totals([taken]).captured == 4000

        square.answer_cancel("k1")
        cancelled = looked_up(ours())

        assert kinds(cancelled) == [FactKind.CAPTURE_FAILED]
        assert totals([taken, cancelled]).captured == 0
        assert totals([cancelled]).captured == 0

    def test_what_square_approves_on_its_way_is_no_hold(self, square: SquareStandIn) -> None:
        paid()
        (payment,) = square.payments.values()
        assert list(payment_facts({**payment, "status": "APPROVED"})) == []
        assert list(payment_facts({**payment, "status": "PENDING"})) == []


class TestMovements:
    def test_what_moved_is_listed_page_after_page(self, square: SquareStandIn) -> None:
        since = datetime.now(UTC) - timedelta(minutes=1)
        for number in range(5):
            pay(ours(), f"{GOOD}-{number}", key=f"k-{number}")
        pay(ours(Mode.AUTHORISE), f"{GOOD}-held", key="k-held")
        first = next(iter(square.payments))
        square.payments[first]["processing_fee"] = [
            {
                "type": "INITIAL",
                "effective_at": square.payments[first]["created_at"],
                "amount_money": {"amount": 130, "currency": "EUR"},
            }
        ]
        asked = ours(provider_id=first)
        refund = SquareGateway().refund(asked, Money(1000, "EUR"), key="k-refund")
        square.settle(refund.provider_id)

        listed = list(
            SquareGateway().movements(
                LOCATION, since=since, until=datetime.now(UTC) + timedelta(minutes=1)
            )
        )

        told: dict[FactKind, list[Fact]] = {}
        for one in listed:
            told.setdefault(one.fact.kind, []).append(one.fact)
        assert len(told[FactKind.CAPTURED]) == 5
        assert [fact.amount_minor for fact in told[FactKind.FEE]] == [130]
        assert [fact.provider_id for fact in told[FactKind.REFUNDED]] == [refund.provider_id]
        refunded = [one for one in listed if one.fact.kind is FactKind.REFUNDED]
        assert refunded[0].provider_id == first
        assert all(one.public_id == PUBLIC_ID for one in listed if one not in refunded)

    @pytest.mark.usefixtures("square")
    def test_what_moved_at_another_time_is_not(self) -> None:
        paid()
        until = datetime.now(UTC) - timedelta(minutes=1)
        since = until - timedelta(days=1)
        assert list(SquareGateway().movements(LOCATION, since=since, until=until)) == []


class TestFees:
    def fee(self, amount: int, at: str = "2026-06-01T09:00:00Z") -> dict[str, Any]:
        return {
            "type": "ADJUSTMENT" if amount < 0 else "INITIAL",
            "effective_at": at,
            "amount_money": {"amount": amount, "currency": "EUR"},
        }

    def test_each_fee_counts_once_and_corrections_downwards_do_not(self) -> None:
        amount = {"amount": 4000, "currency": "EUR"}
        payment = {
            "id": "PM1",
            "status": "COMPLETED",
            "amount_money": amount,
            "created_at": "2026-06-01T09:00:00Z",
            "processing_fee": [
                self.fee(130),
                self.fee(20, "2026-06-02T09:00:00Z"),
                self.fee(-10, "2026-06-03T09:00:00Z"),
            ],
        }
        facts = Answer(facts=tuple(payment_facts(payment)))
        assert totals([facts, facts]).fees == 150

    def test_a_refund_on_its_way_is_no_fact(self) -> None:
        assert list(refund_facts(refund("PENDING"))) == []


def refund(status: str) -> dict[str, Any]:
    return {
        "id": "RF1",
        "status": status,
        "payment_id": "PM1",
        "amount_money": {"amount": 1, "currency": "EUR"},
        "created_at": "2026-06-01T09:00:00Z",
    }
