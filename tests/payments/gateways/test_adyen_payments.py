"""What a guest pays through Adyen's stand-in, and what is taken, released and given back later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from payments.facts import FactKind, Mode, Status, status_of
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.base import Answer, CannotAsk, OutcomeUnknown, Refused
from reservehub.core.money import Money
from tests.payments.gateways.adyen_orders import adyen_for_tests, begin, delivered, ours, paid
from tests.payments.stand_ins.adyen import ACCOUNT, CHALLENGED, GOOD, REFUSED, AdyenStandIn
from tests.payments.stand_ins.asking import (
    EUR_40,
    OTHER_ID,
    PUBLIC_ID,
    card,
    facts_of,
    kinds,
    totals,
)


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with adyen_for_tests(settings) as server:
        yield server


class TestTheGuestPays:
    def test_the_page_gets_a_session_and_no_secret(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())

        assert session.provider_id == f"session:{session.data['id']}"
        assert session.data["sessionData"]
        assert "the-api-key" not in repr(session)
        (asked,) = adyen.sessions.values()
        assert asked["amount"] == {"value": 4000, "currency": "EUR"}
        assert asked["reference"] == f"{PUBLIC_ID}.charge"

    def test_the_same_try_is_the_same_session(self, adyen: AdyenStandIn) -> None:
        assert begin(ours()) == begin(ours())
        assert begin(ours(attempt=2)) != begin(ours())
        assert len(adyen.sessions) == 2

    def test_a_deposit_is_money_that_came_in(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.CHARGE)

        (fact,) = facts_of(told)
        assert (fact.kind, fact.amount_minor) == (FactKind.CAPTURED, 4000)
        assert fact.object_id == fact.provider_id == asked.provider_id
        assert told.notices[0].public_id == PUBLIC_ID

    def test_the_automatic_capture_is_not_money_once_more(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        adyen.tell("CAPTURE", asked.provider_id)

        assert totals([told, delivered(adyen)]).captured == 4000

    def test_a_hold_is_held_and_nothing_more(self, adyen: AdyenStandIn) -> None:
        _asked, told = paid(adyen, Mode.AUTHORISE)

        assert (totals([told]).held, totals([told]).captured) == (4000, 0)

    @pytest.mark.parametrize("tells_token", [True, False])
    def test_a_card_is_kept_without_a_cent(self, adyen: AdyenStandIn, tells_token: bool) -> None:
        session = begin(ours(Mode.SAVE))
        adyen.guest_pays(session.data["id"], tells_token=tells_token)
        told = delivered(adyen)

        (asked,) = adyen.sessions.values()
        assert (asked["amount"]["value"], asked["storePaymentMethodMode"]) == (0, "enabled")
        cards = [n.answer.card for n in told.notices if n.answer and n.answer.card]
        assert (cards[0].method_token, cards[0].customer_token) == (f"T-{GOOD}", PUBLIC_ID)
        assert (cards[0].last4, cards[0].expires) == ("1142", "2030-03")
        assert status_of(totals([told]), is_closed=False) is Status.SAVED

    def test_without_a_token_no_card_is_said_to_be_kept(self, adyen: AdyenStandIn) -> None:
        session = begin(ours(Mode.SAVE))
        adyen.guest_pays(session.data["id"], tells_token=False)
        authorisation, _contract = adyen.told
        adyen.told = [authorisation]

        assert facts_of(delivered(adyen)) == []

    def test_a_refused_card_leaves_the_session_open(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())
        adyen.guest_pays(session.data["id"], REFUSED)
        refused = delivered(adyen)
        adyen.guest_pays(session.data["id"])

        (fact,) = facts_of(refused)
        assert (fact.kind, fact.code) == (FactKind.REFUSED, "cvc_declined")
        assert refused.notices[0].answer is not None
        assert refused.notices[0].answer.provider_id == ""
        assert totals([refused, delivered(adyen)]).captured == 4000

    def test_what_the_page_was_given_tells_before_the_webhook(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())
        asked = ours(provider_id=session.provider_id)
        result = adyen.guest_pays(session.data["id"])

        answer = AdyenGateway().pay(asked, source=result, key="k")

        assert answer.provider_id in adyen.payments
        assert totals([answer, delivered(adyen)]).captured == 4000

    def test_a_session_that_is_over_is_a_refusal(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())
        asked = ours(provider_id=session.provider_id)

        with pytest.raises(Refused) as refused:
            AdyenGateway().pay(asked, source=adyen.expire(session.data["id"]), key="k")
        assert refused.value.code == "session_expired"

    def test_another_payments_session_does_not_count(self, adyen: AdyenStandIn) -> None:
        session = begin(ours(public_id=OTHER_ID))
        result = adyen.guest_pays(session.data["id"])

        with pytest.raises(Refused):
            AdyenGateway().pay(ours(provider_id=session.provider_id), source=result, key="k")

    def test_a_made_up_result_is_refused(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())
        adyen.guest_pays(session.data["id"])

        with pytest.raises(Refused):
            AdyenGateway().pay(ours(provider_id=session.provider_id), source="made-up", key="k")

    def test_it_cannot_be_asked(self, adyen: AdyenStandIn) -> None:
        asked, _told = paid(adyen, Mode.CHARGE)
        now = datetime.now(UTC)

        with pytest.raises(CannotAsk):
            AdyenGateway().look_up(asked)
        with pytest.raises(CannotAsk):
            AdyenGateway().pay(asked, source="x", key="k")
        with pytest.raises(CannotAsk):
            AdyenGateway().movements(ACCOUNT, since=now, until=now)


class TestLater:
    def test_taking_is_received_and_told_later(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.AUTHORISE)

        answer = AdyenGateway().capture(asked, Money(1500, "EUR"), key="k1")

        assert answer.facts == ()
        outcome = delivered(adyen)
        (fact,) = facts_of(outcome)
        assert (fact.kind, fact.amount_minor) == (FactKind.CAPTURED, 1500)
        assert (fact.provider_id, fact.object_id) == (answer.provider_id, asked.provider_id)
        assert (totals([told, outcome]).held, totals([told, outcome]).captured) == (0, 1500)

    def test_a_taking_that_fails_is_told_under_its_number(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.AUTHORISE)

        answer = AdyenGateway().capture(asked, Money(9900, "EUR"), key="k1")
        outcome = delivered(adyen)

        (fact,) = facts_of(outcome)
        assert (fact.kind, fact.provider_id) == (FactKind.CAPTURE_FAILED, answer.provider_id)
        assert fact.code == "insufficient_balance_on_payment"
        assert totals([told, outcome]).captured == 0
        assert totals([told, outcome]).held == 4000

    def test_a_hold_is_released(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.AUTHORISE)

        answer = AdyenGateway().release(asked, key="k1")
        outcome = delivered(adyen)

        assert (kinds(answer), facts_of(outcome)[0].kind) == ([], FactKind.RELEASED)
        assert status_of(totals([told, outcome]), is_closed=False) is Status.RELEASED

    def test_a_session_cannot_be_withdrawn(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())

        answer = AdyenGateway().release(ours(provider_id=session.provider_id), key="k1")

        assert answer == Answer()
        assert len(adyen.requests) == 1

    def test_money_goes_back_in_parts(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        first = AdyenGateway().refund(asked, Money(1000, "EUR"), key="k1")
        second = AdyenGateway().refund(asked, Money(3000, "EUR"), key="k2")
        third = AdyenGateway().refund(asked, Money(1, "EUR"), key="k3")
        outcome = delivered(adyen)

        assert [fact.kind for fact in facts_of(outcome)] == [
            FactKind.REFUNDED,
            FactKind.REFUNDED,
            FactKind.REFUND_FAILED,
        ]
        numbers = [answer.provider_id for answer in (first, second, third)]
        assert [fact.provider_id for fact in facts_of(outcome)] == numbers
        assert totals([told, outcome]).refunded == 4000

    def test_the_kept_card_pays_the_fee(self, adyen: AdyenStandIn) -> None:
        asked, _told = paid(adyen, Mode.SAVE)

        answer = AdyenGateway().charge(asked, Money(2500, "EUR"), key="k1")

        (sent,) = [r.json for r in adyen.requests if r.path.endswith("/payments")]
        assert sent["shopperInteraction"] == "ContAuth"
        assert sent["recurringProcessingModel"] == "UnscheduledCardOnFile"
        assert (sent["captureDelayHours"], sent["shopperReference"]) == (0, PUBLIC_ID)
        assert totals([answer]).captured == 2500
        assert totals([answer, delivered(adyen)]).captured == 2500

    def test_the_kept_card_holds_an_amount(self, adyen: AdyenStandIn) -> None:
        asked, _told = paid(adyen, Mode.SAVE)

        held = AdyenGateway().authorise(asked, Money(2500, "EUR"), key="k1")
        taken = ours(Mode.SAVE, provider_id=held.provider_id)
        AdyenGateway().capture(taken, Money(2500, "EUR"), key="k2")

        assert totals([held]).held == 2500
        assert totals([held, delivered(adyen)]).captured == 2500

    @pytest.mark.parametrize(
        ("kept", "code", "needs_guest"),
        [
            (REFUSED, "not_enough_balance", False),
            (CHALLENGED, "authentication_required", True),
        ],
    )
    def test_a_bank_that_says_no(
        self, adyen: AdyenStandIn, kept: str, code: str, needs_guest: bool
    ) -> None:
        asked = ours(Mode.SAVE, card=card(f"T-{kept}"))

        with pytest.raises(Refused) as refused:
            AdyenGateway().charge(asked, Money(2500, "EUR"), key="k1")

        assert (refused.value.code, refused.value.needs_guest) == (code, needs_guest)
        assert kinds(delivered(adyen).notices[0].answer) == [FactKind.REFUSED]

    @pytest.mark.parametrize(
        ("result", "expected"),
        [
            ("Pending", ""),
            ("RedirectShopper", "authentication_required"),
            ("SomethingNew", "unreadable_answer"),
        ],
    )
    def test_results_that_settle_nothing(
        self, adyen: AdyenStandIn, result: str, expected: str
    ) -> None:
        adyen.fail_next(200, {"resultCode": result, "pspReference": "P1"})
        asked = ours(Mode.SAVE, card=card(f"T-{GOOD}"))
        if not expected:
            answer = AdyenGateway().charge(asked, EUR_40, key="k1")
            assert answer == Answer(provider_id="P1")
            return
        with pytest.raises((Refused, OutcomeUnknown)) as raised:
            AdyenGateway().charge(asked, EUR_40, key="k1")
        assert raised.value.code == expected

    def test_nothing_is_done_where_nothing_was_paid(self, adyen: AdyenStandIn) -> None:
        for call in (AdyenGateway().capture, AdyenGateway().refund):
            with pytest.raises(Refused):
                call(ours(), EUR_40, key="k1")
        with pytest.raises(Refused):
            AdyenGateway().charge(ours(), EUR_40, key="k1")
        assert adyen.requests == []
