"""What it means when Adyen's stand-in loses an answer, refuses or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments.facts import Mode
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.base import NotDone, OutcomeUnknown, Refused
from reservehub.core.money import Money
from tests.notifications.stand_ins.server import address_of_nobody
from tests.payments.gateways.adyen_orders import adyen_for_tests, begin, delivered, ours, paid
from tests.payments.stand_ins.adyen import AdyenStandIn
from tests.payments.stand_ins.asking import EUR_40, facts_of, order, totals


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with adyen_for_tests(settings) as server:
        yield server


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
