"""What moved at Square's stand-in, and which fees and refunds count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.facts import Fact, FactKind, Mode
from payments.gateways.base import Answer
from payments.gateways.square.gateway import SquareGateway
from payments.gateways.square.telling import payment_facts, refund_facts
from reservehub.core.money import Money
from tests.payments.gateways.square_orders import ours, paid, pay, square_for_tests
from tests.payments.stand_ins.asking import PUBLIC_ID, totals
from tests.payments.stand_ins.square import GOOD, LOCATION, SquareStandIn


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with square_for_tests(settings) as server:
        yield server


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
