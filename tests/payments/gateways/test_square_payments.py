"""What a guest pays through Square's stand-in, and what is taken, released and given back later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.facts import FactKind, Mode, Status, status_of
from payments.gateways.base import Answer, OutcomeUnknown, Refused
from payments.gateways.square.gateway import SquareGateway
from reservehub.core.money import Money
from tests.payments.gateways.square_orders import looked_up, ours, paid, pay, square_for_tests
from tests.payments.stand_ins.asking import EUR_40, PUBLIC_ID, card, kinds, totals
from tests.payments.stand_ins.square import CHALLENGED, DECLINED, LOCATION, SquareStandIn


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with square_for_tests(settings) as server:
        yield server


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
