"""Disputes, and what else Adyen's stand-in tells that nobody asked it for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.facts import Mode
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.base import Answer, Incoming
from tests.payments.gateways.adyen_orders import adyen_for_tests, delivered, paid
from tests.payments.stand_ins.adyen import AdyenStandIn
from tests.payments.stand_ins.asking import EUR_40, totals

DISPUTES = ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK")


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with adyen_for_tests(settings) as server:
        yield server


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
