"""The adapter of Adyen against a server with Adyen's books."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.facts import FactKind, Mode, Status, status_of
from payments.gateways.adyen.amounts import from_adyen, to_adyen
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.adyen.names import read_reference, reference_of
from payments.gateways.adyen.webhook import AdyenWebhook
from payments.gateways.base import (
    Answer,
    CannotAsk,
    Incoming,
    NotDone,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from reservehub.core.money import Money
from tests.notifications.channels.support import put, request_of
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.stand_ins.adyen import ACCOUNT, CHALLENGED, GOOD, REFUSED, AdyenStandIn
from tests.payments.stand_ins.asking import (
    EUR_40,
    OTHER_ID,
    PUBLIC_ID,
    card,
    facts_of,
    kinds,
    order,
    totals,
)

RETURN_URL = "https://book.example.com/r/abc/payment"
DISPUTES = ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK")


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with AdyenStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = (3.0, 0.4)
        yield server


def ours(mode: Mode = Mode.CHARGE, **changes: Any) -> Order:
    return order(mode, account=ACCOUNT, **changes)


def begin(asked: Order) -> Session:
    return AdyenGateway().begin(asked, return_url=RETURN_URL, language="de")


def delivered(adyen: AdyenStandIn) -> Incoming:
    return AdyenWebhook().read(request_of(adyen.delivery()))


def paid(adyen: AdyenStandIn, mode: Mode) -> tuple[Order, Incoming]:
    """A payment of the guest's as the house knows it once Adyen has told."""
    session = begin(ours(mode))
    adyen.guest_pays(session.data["id"])
    told = delivered(adyen)
    (notice,) = told.notices
    assert notice.answer is not None
    return ours(mode, provider_id=notice.answer.provider_id, card=notice.answer.card), told


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


class TestLostAndRefused:
    @pytest.mark.parametrize("mood", ["hang", "drop_after_receiving"])
    def test_a_lost_answer_is_asked_for_again_and_charges_once(
        self, adyen: AdyenStandIn, mood: str
    ) -> None:
        asked, _told = paid(adyen, Mode.SAVE)
        getattr(adyen, mood)()
        with pytest.raises(OutcomeUnknown):
            AdyenGateway().charge(asked, EUR_40, key="k1")

        answer = AdyenGateway().charge(asked, EUR_40, key="k1")

        assert totals([answer, delivered(adyen)]).captured == 4000
        assert sum(one["captured"] for one in adyen.payments.values()) == 4000

    def test_each_change_is_made_once_for_each_key(self, adyen: AdyenStandIn) -> None:
        asked, _told = paid(adyen, Mode.CHARGE)
        adyen.drop_after_receiving()
        with pytest.raises(OutcomeUnknown):
            AdyenGateway().refund(asked, Money(1000, "EUR"), key="k1")
        AdyenGateway().refund(asked, Money(1000, "EUR"), key="k1")
        AdyenGateway().refund(asked, Money(1000, "EUR"), key="k2")

        assert adyen.payments[asked.provider_id]["refunded"] == 2000
        assert len(facts_of(delivered(adyen))) == 2

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (401, {"errorCode": "000"}, NotDone),
            (403, {"errorCode": "901"}, NotDone),
            (429, b"", NotDone),
            (302, b"", NotDone),
            (400, {"errorCode": "702"}, Refused),
            (422, {"errorCode": "167"}, Refused),
            (422, {"errorCode": "704"}, OutcomeUnknown),
            (500, {"errorCode": "905"}, OutcomeUnknown),
            (502, b"<html>", OutcomeUnknown),
            (200, b"<html>", OutcomeUnknown),
            (201, {"status": "received"}, OutcomeUnknown),
        ],
    )
    def test_what_answers_mean(
        self, adyen: AdyenStandIn, status: int, body: Any, expected: type[Exception]
    ) -> None:
        asked, _told = paid(adyen, Mode.CHARGE)
        adyen.fail_next(status, body)

        with pytest.raises(expected):
            AdyenGateway().refund(asked, EUR_40, key="k1")

        assert adyen.payments[asked.provider_id]["refunded"] == 0

    @pytest.mark.usefixtures("adyen")
    def test_nobody_listening_means_that_it_never_left(self, settings: Any) -> None:
        settings.ADYEN_API_URL = address_of_nobody()
        with pytest.raises(NotDone):
            begin(ours())

    def test_a_question_that_is_lost_has_done_nothing(self, adyen: AdyenStandIn) -> None:
        session = begin(ours())
        result = adyen.guest_pays(session.data["id"])
        asked = ours(provider_id=session.provider_id)
        for mood in (adyen.hang, adyen.drop_after_receiving, lambda: adyen.fail_next(503)):
            mood()
            with pytest.raises(NotDone):
                AdyenGateway().pay(asked, source=result, key="k1")

    @pytest.mark.usefixtures("adyen")
    def test_errors_name_nobody(self) -> None:
        with pytest.raises(Refused) as refused:
            AdyenGateway().refund(ours(provider_id="PSPUNKNOWN"), EUR_40, key="k1")
        assert (refused.value.code, str(refused.value)) == ("adyen_167", "adyen_167")

    def test_it_says_which_variable_is_missing(self, adyen: AdyenStandIn, settings: Any) -> None:
        assert AdyenGateway().problem() == ""
        for name, empty in adyen.settings().items():
            if name == "ADYEN_MERCHANT_ACCOUNT":
                continue
            before = getattr(settings, name)
            setattr(settings, name, type(empty)())
            assert name in AdyenGateway().problem()
            setattr(settings, name, before)

    def test_without_keys_nothing_is_sent(self, adyen: AdyenStandIn, settings: Any) -> None:
        settings.ADYEN_API_KEY = ""
        with pytest.raises(NotDone):
            begin(ours())
        with pytest.raises(NotDone):
            begin(order())  # neither an account of the restaurant's nor one for all
        assert adyen.requests == []


class TestDisputes:
    def test_one_that_is_lost_at_last(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        due = (datetime.now(UTC) + timedelta(days=20)).isoformat(timespec="seconds")
        opened = {"defensePeriodEndsAt": due, "chargebackReasonCode": "10.4"}
        opened["chargebackSchemeCode"] = "visa"
        steps = [
            ("NOTIFICATION_OF_CHARGEBACK", opened, "needs_response", 0),
            ("CHARGEBACK", opened, "needs_response", 4000),
            ("INFORMATION_SUPPLIED", {"disputeStatus": "Pending"}, "under_review", 4000),
            ("CHARGEBACK_REVERSED", {}, "won", 0),
            ("SECOND_CHARGEBACK", {}, "lost", 4000),
        ]
        heard: list[Answer | Incoming] = [told]
        for event, more, status, disputed in steps:
            adyen.tell(event, asked.provider_id, number="DISPUTE1", additionalData=more)
            heard.append(delivered(adyen))
            answer = heard[-1].notices[0].answer  # type: ignore[union-attr]
            assert answer is not None
            (news,) = answer.disputes
            assert (news.provider_id, news.status) == ("DISPUTE1", status)
            assert totals(heard).disputed == disputed
            if event == "CHARGEBACK":
                assert (news.reason, news.amount_minor) == ("visa 10.4", 4000)
                assert news.respond_by == datetime.fromisoformat(due)

    @pytest.mark.parametrize("events", list(itertools.permutations(DISPUTES)))
    def test_the_order_of_telling_changes_no_sum(
        self, adyen: AdyenStandIn, events: tuple[str, ...]
    ) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        for event in events:
            adyen.tell(event, asked.provider_id, number="DISPUTE1")
        assert totals([delivered(adyen), told]).disputed == 4000

    @pytest.mark.parametrize(
        ("event", "more", "status"),
        [
            ("CHARGEBACK", {"defendable": "false"}, "lost"),
            ("NOTIFICATION_OF_CHARGEBACK", {"autoDefended": "true"}, "under_review"),
            ("REQUEST_FOR_INFORMATION", {}, "needs_response"),
            ("DISPUTE_DEFENSE_PERIOD_ENDED", {"disputeStatus": "Accepted"}, "accepted"),
            ("DISPUTE_DEFENSE_PERIOD_ENDED", {}, "lost"),
            ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", {}, "won"),
            ("PREARBITRATION_LOST", {}, "lost"),
        ],
    )
    def test_how_it_stands(
        self, adyen: AdyenStandIn, event: str, more: dict[str, str], status: str
    ) -> None:
        asked, _told = paid(adyen, Mode.CHARGE)
        adyen.tell(event, asked.provider_id, additionalData=more)
        answer = delivered(adyen).notices[0].answer
        assert answer is not None
        assert answer.disputes[0].status == status


class TestWhatHappensByItself:
    @pytest.mark.parametrize("mode", [Mode.CHARGE, Mode.AUTHORISE])
    def test_a_capture_that_fails_after_all_and_is_mended(
        self, adyen: AdyenStandIn, mode: Mode
    ) -> None:
        asked, told = paid(adyen, mode)
        heard: list[Answer | Incoming] = [told]
        number = ""
        if mode is Mode.AUTHORISE:
            number = AdyenGateway().capture(asked, EUR_40, key="k1").provider_id
            heard.append(delivered(adyen))
        assert totals(heard).captured == 4000

        adyen.tell("CAPTURE_FAILED", asked.provider_id, number=number)
        heard.append(delivered(adyen))
        assert totals(heard).captured == 0

        again = {"number": number, "reason": "Transaction Recaptured"}
        adyen.tell("CAPTURE", asked.provider_id, **again)
        heard.append(delivered(adyen))
        assert totals(heard).captured == 4000

    @pytest.mark.parametrize("event", ["REFUND_FAILED", "REFUNDED_REVERSED"])
    def test_a_refund_that_comes_back(self, adyen: AdyenStandIn, event: str) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        number = AdyenGateway().refund(asked, EUR_40, key="k1").provider_id
        refunded = delivered(adyen)
        adyen.tell(event, asked.provider_id, number=number)
        failed = delivered(adyen)

        assert totals([told, refunded]).refunded == 4000
        assert totals([failed, told, refunded]).refunded == 0

    def test_a_hold_that_runs_out(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.AUTHORISE)
        adyen.tell("EXPIRE", asked.provider_id, number=asked.provider_id, originalReference="")
        assert totals([told, delivered(adyen)]).held == 0

    def test_what_staff_do_at_adyen_is_known_by_the_number(self, adyen: AdyenStandIn) -> None:
        asked, told = paid(adyen, Mode.CHARGE)
        adyen.tell("REFUND", asked.provider_id, merchantReference="by hand")
        adyen.tell(
            "CANCEL_OR_REFUND",
            asked.provider_id,
            additionalData={"modification.action": "refund"},
            amount={"value": 500, "currency": "EUR"},
        )
        outcome = delivered(adyen)

        first, _second = outcome.notices
        assert (first.public_id, first.provider_id) == ("", asked.provider_id)
        assert totals([told, outcome]).refunded == 4500


class TestNames:
    def test_a_reference_says_what_it_is_for(self) -> None:
        assert read_reference(reference_of(PUBLIC_ID, Mode.SAVE)) == (PUBLIC_ID, "save")

    @pytest.mark.parametrize(
        "text", ["", "till 7", PUBLIC_ID, PUBLIC_ID + "-charge", "x" * 36 + ".charge"]
    )
    def test_other_tills_are_not_ours(self, text: str) -> None:
        assert read_reference(text) == ("", "")

    @pytest.mark.parametrize(
        ("amount", "value"),
        [
            (Money(1250, "EUR"), 1250),
            (Money(1250, "JPY"), 1250),
            (Money(1250, "KWD"), 1250),
            (Money(1250, "CLP"), 125000),
            (Money(1250, "ISK"), 125000),
            (Money(125000, "IDR"), 1250),
        ],
    )
    def test_amounts_are_counted_as_adyen_counts(self, amount: Money, value: int) -> None:
        assert to_adyen(amount) == {"value": value, "currency": amount.currency}
        assert from_adyen(value, amount.currency) == amount.amount_minor

    def test_what_adyen_cannot_count_is_not_rounded(self) -> None:
        with pytest.raises(Refused):
            to_adyen(Money(1255, "IDR"))
