"""What it means when Square's stand-in loses an answer, refuses or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments.facts import FactKind, Mode
from payments.gateways.base import Answer, NotDone, OutcomeUnknown, Refused
from payments.gateways.square.gateway import SquareGateway
from payments.gateways.square.telling import payment_facts
from reservehub.core.money import Money
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.gateways.square_orders import looked_up, ours, paid, pay, square_for_tests
from tests.payments.stand_ins.asking import EUR_40, OTHER_ID, kinds, order, totals
from tests.payments.stand_ins.square import GOOD, SquareStandIn


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with square_for_tests(settings) as server:
        yield server


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
