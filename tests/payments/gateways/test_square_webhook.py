"""Whom Square's events are believed from, what they tell, and what nonsense comes to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from payments.facts import FactKind, Mode
from payments.gateways.base import Answer, BadSignature, Incoming, Malformed, Notice
from payments.gateways.square.gateway import SquareGateway
from payments.gateways.square.webhook import SquareWebhook, verify
from tests.notifications.channels.support import put, request_of
from tests.payments.stand_ins.asking import EUR_40, PUBLIC_ID, order, totals
from tests.payments.stand_ins.square import GOOD, KEY, LOCATION, SquareStandIn, call_of, event


@pytest.fixture(autouse=True)
def square(settings: Any) -> Iterator[SquareStandIn]:
    with SquareStandIn() as server:
        put(settings, server.settings())
        yield server


def pay(mode: Mode = Mode.CHARGE) -> Answer:
    return SquareGateway().pay(order(mode, account=LOCATION), source=GOOD, key="k1")


def read(body: Any, **how: Any) -> Incoming:
    return SquareWebhook().read(request_of(call_of(body, **how)))


def notice_of(body: Any) -> Notice:
    (notice,) = read(body).notices
    return notice


def test_the_published_vector(settings: Any) -> None:
    settings.SQUARE_WEBHOOK_SIGNATURE_KEYS = ["sigkey"]
    verify(
        "https://hub.example/webhooks/square",
        b'{"merchant_id":"M1","type":"payment.updated"}',
        "cCNMU0OLugYi4R5lrdLG5kWpfGcGbp8fqqAqLUcMD64=",
    )


def test_every_changed_byte_is_refused(square: SquareStandIn) -> None:
    answer = pay()
    call = call_of(event("payment.updated", square.payments[answer.provider_id]))
    assert SquareWebhook().read(request_of(call)).notices
    for position in range(len(call.body)):
        body = bytearray(call.body)
        body[position] ^= 1
        with pytest.raises(BadSignature):
            SquareWebhook().read(request_of(call, body=bytes(body)))
    (signature,) = call.headers.values()
    for position in range(len(signature)):
        other = "A" if signature[position] != "A" else "B"
        changed = signature[:position] + other + signature[position + 1 :]
        headers = {"X-Square-HmacSha256-Signature": changed}
        with pytest.raises(BadSignature):
            SquareWebhook().read(request_of(call, headers=headers))
    for headers in ({}, {"X-Square-HmacSha256-Signature": ""}):
        with pytest.raises(BadSignature):
            SquareWebhook().read(request_of(call, headers=headers))
    with pytest.raises(BadSignature):
        SquareWebhook().read(request_of(call, path=call.path + "?a=1"))


def test_the_address_as_it_was_entered_counts(square: SquareStandIn, settings: Any) -> None:
    body = event("payment.updated", square.payments[pay().provider_id])
    with pytest.raises(BadSignature):
        read(body, site="https://book.example.com")
    settings.RESERVEHUB_BASE_URL = "https://book.example.com/"
    assert read(body, site="https://book.example.com").notices


def test_the_key_before_is_good_while_it_is_replaced(square: SquareStandIn, settings: Any) -> None:
    body = event("payment.updated", square.payments[pay().provider_id])
    with pytest.raises(BadSignature):
        read(body, key="new")
    settings.SQUARE_WEBHOOK_SIGNATURE_KEYS = [KEY, "new"]
    assert read(body, key="new").notices
    settings.SQUARE_WEBHOOK_SIGNATURE_KEYS = []
    with pytest.raises(BadSignature):
        read(body)


def test_a_payment_is_told_like_its_answer(square: SquareStandIn) -> None:
    answer = pay()
    notice = notice_of(event("payment.updated", square.payments[answer.provider_id]))

    assert notice.answer == answer
    assert (notice.event_id, notice.public_id) == ("ev-1", PUBLIC_ID)


def test_the_order_of_telling_changes_no_sum(square: SquareStandIn) -> None:
    """Also when the webhook comes before the answer: of a hold that is taken and given back."""
    told = [pay(Mode.AUTHORISE)]
    number = told[0].provider_id
    asked = order(Mode.AUTHORISE, account=LOCATION, provider_id=number)
    told.append(SquareGateway().capture(asked, EUR_40, key="k2"))
    events = [read(event("payment.updated", square.payments[number]))]
    refund = SquareGateway().refund(asked, EUR_40, key="k3")
    events.append(read(event("refund.created", square.refunds[refund.provider_id])))
    square.settle(refund.provider_id)
    events.append(read(event("refund.updated", square.refunds[refund.provider_id])))
    everything: list[Answer | Incoming] = [*told, *events]
    for heard in itertools.permutations(everything):
        sums = totals([*heard, heard[0]])
        assert (sums.captured, sums.refunded, sums.held) == (4000, 4000, 0)


def test_a_refund_is_known_by_its_payment(square: SquareStandIn) -> None:
    number = pay().provider_id
    asked = order(account=LOCATION, provider_id=number)
    refund = SquareGateway().refund(asked, EUR_40, key="k2")
    pending = notice_of(event("refund.created", square.refunds[refund.provider_id]))
    failed = notice_of(event("refund.updated", square.settle(refund.provider_id, "FAILED")))

    assert (pending.provider_id, pending.answer) == (number, Answer())
    assert failed.answer is not None
    (fact,) = failed.answer.facts
    assert (fact.kind, fact.provider_id) == (FactKind.REFUND_FAILED, refund.provider_id)
    assert fact.object_id == number


@pytest.mark.parametrize(
    ("state", "status", "disputed"),
    [
        ("INQUIRY_EVIDENCE_REQUIRED", "needs_response", 0),
        ("INQUIRY_PROCESSING", "under_review", 0),
        ("INQUIRY_CLOSED", "won", 0),
        ("EVIDENCE_REQUIRED", "needs_response", 4000),
        ("PROCESSING", "under_review", 4000),
        ("WON", "won", 0),
        ("LOST", "lost", 4000),
        ("ACCEPTED", "accepted", 4000),
        ("SOMETHING_NEW", "needs_response", 0),
    ],
)
def test_how_a_dispute_stands(
    square: SquareStandIn, state: str, status: str, disputed: int
) -> None:
    answer = pay()
    body = event("dispute.state.updated", square.dispute(answer.provider_id, state))
    notice = notice_of(body)

    assert notice.provider_id == answer.provider_id
    assert notice.answer is not None
    (news,) = notice.answer.disputes
    assert (news.status, news.reason, news.amount_minor) == (status, "no_knowledge", 4000)
    assert news.respond_by is not None
    assert totals([answer, notice.answer]).disputed == disputed


def test_a_dispute_that_is_won_gives_the_money_back_in_any_order(square: SquareStandIn) -> None:
    answer = pay()
    opened = square.dispute(answer.provider_id, "EVIDENCE_REQUIRED", "DP1")
    first = read(event("dispute.created", opened))
    won = square.dispute(answer.provider_id, "WON", "DP1")
    second = read(event("dispute.state.updated", won))

    assert totals([answer, first]).disputed == 4000
    assert totals([answer, first, second]).disputed == 0
    assert totals([second, first, answer]).disputed == 0


@pytest.mark.parametrize("kind", ["dispute.evidence.created", "order.updated", "card.created", ""])
def test_what_is_about_no_money_is_accepted_and_forgotten(kind: str) -> None:
    incoming = read({"event_id": "ev-1", "type": kind, "data": {"object": {}}})
    assert (list(incoming.notices), incoming.response.status_code) == ([], 200)


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        {},
        {"event_id": "ev-1", "type": "payment.updated", "data": []},
        {"event_id": "ev-1", "type": "payment.updated", "data": {"object": {"payment": {}}}},
        {"event_id": "ev-1", "type": "refund.updated", "data": {"object": {"refund": {}}}},
        {"event_id": "ev-1", "type": "dispute.created", "data": {"object": {"dispute": 7}}},
        {
            "event_id": "ev-1",
            "type": "payment.updated",
            "data": {
                "object": {
                    "payment": {
                        "id": "PM1",
                        "status": "COMPLETED",
                        "amount_money": {"amount": "4000", "currency": "EUR"},
                        "created_at": "2026-06-01T09:00:00Z",
                    }
                }
            },
        },
        {
            "event_id": "ev-1",
            "type": "payment.updated",
            "data": {
                "object": {
                    "payment": {
                        "id": "PM1",
                        "status": "COMPLETED",
                        "amount_money": {"amount": 4000, "currency": "EUR"},
                        "created_at": "yesterday",
                    }
                }
            },
        },
    ],
)
def test_signed_nonsense_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        read(body)


def test_another_tills_payment_bears_no_number_of_ours(square: SquareStandIn) -> None:
    payment = {**square.payments[pay().provider_id], "reference_id": "till 7"}
    assert notice_of(event("payment.created", payment)).public_id == ""
