"""What providers report: verified, written down once, handled after the commit."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from payments.facts import Mode, Status
from payments.gateways import registry
from payments.gateways.base import BadSignature, Incoming, Malformed, Notice
from payments.models import LedgerEntry, LedgerSource, Payment, WebhookReceipt
from payments.services import notices_receive, receipt_handle, receipts_due, receipts_prune
from payments.services.receiving import GIVE_UP_AFTER, KEEP_HANDLED, STRANGER_TRIES
from payments.tasks import handle_webhook, prune_webhooks
from reservehub.core import clock
from tests.factories import NOW
from tests.payments.people import LATER, begin, ledger, make_payment
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


class Reader:
    """A webhook whose signature is a word, for the view alone."""

    provider = "simulator"

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.parsed = 0

    def read(self, request: HttpRequest) -> Incoming:
        if request.headers.get("X-Word") != "secret":
            raise BadSignature
        self.parsed += 1
        if request.body == b"nonsense":
            raise Malformed
        return Incoming(notices=self.notices, response=HttpResponse("[accepted]", status=202))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader()
    monkeypatch.setattr(registry, "webhook_named", {"simulator": found}.get)
    return found


def post(client: Client, body: bytes = b"{}", *, word: str = "secret", **more: Any) -> Any:
    return client.post(
        "/webhooks/payments/simulator/",
        body,
        content_type="application/json",
        headers={"X-Word": word},
        **more,
    )


def receive(*notices: Notice) -> list[int]:
    notices_receive(provider="simulator", notices=notices, now=NOW)
    return list(WebhookReceipt.objects.order_by("pk").values_list("pk", flat=True))


def paid(gateway: TestGateway) -> tuple[Payment, Notice]:
    payment = make_payment()
    gateway.approves(begin(payment))
    return payment, gateway.notices[-1]


def status(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.status


# --- The view -------------------------------------------------------------------------------------


def test_a_webhook_is_written_down_and_answered_as_the_provider_expects(
    gateway: TestGateway, reader: Reader, client: Client
) -> None:
    payment, notice = paid(gateway)
    reader.notices = [notice]
    answer = post(client)
    assert (answer.status_code, answer.content) == (202, b"[accepted]")
    receipt = WebhookReceipt.objects.get()
    assert (receipt.provider, receipt.event_id) == ("simulator", notice.event_id)
    assert status(payment) == Status.OPEN, "handled after the answer"
    assert handle_webhook(receipt.pk)
    assert status(payment) == Status.CAPTURED
    assert LedgerEntry.objects.get().source == LedgerSource.WEBHOOK


def test_without_the_signature_nothing_is_read(reader: Reader, client: Client) -> None:
    assert post(client, word="guess").status_code == 403
    assert reader.parsed == 0
    assert not WebhookReceipt.objects.exists()


def test_what_cannot_be_read_is_the_provider_s_mistake(reader: Reader, client: Client) -> None:
    assert post(client, b"nonsense").status_code == 400


def test_a_large_body_is_not_read(reader: Reader, client: Client) -> None:
    assert post(client, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert reader.parsed == 0


def test_only_known_providers_and_only_post(reader: Reader, client: Client) -> None:
    assert client.get("/webhooks/payments/simulator/").status_code == 405
    assert client.post("/webhooks/payments/nobody/").status_code == 404


def test_the_notices_of_messages_have_an_address_of_their_own(client: Client) -> None:
    assert client.post("/webhooks/nobody/").status_code == 404


def test_a_refused_request_leaves_no_trace_of_what_it_said(
    reader: Reader, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post(client, b'{"name": "Anna"}', word="guess")
    assert "Anna" not in caplog.text
    assert "refused a webhook" in caplog.text


# --- Once each ------------------------------------------------------------------------------------


def test_an_event_received_twice_is_handled_once(gateway: TestGateway) -> None:
    payment, notice = paid(gateway)
    (pk,) = receive(notice)
    assert receive(notice) == [pk]
    assert receipt_handle(receipt_id=pk, now=NOW)
    assert not receipt_handle(receipt_id=pk, now=NOW + LATER)
    assert receive(notice) == [pk]
    assert receipts_due(now=NOW + LATER) == []
    assert ledger(payment) == [("captured", 50_00)]


def test_the_same_number_at_two_providers_is_two_events(gateway: TestGateway) -> None:
    _payment, notice = paid(gateway)
    receive(notice)
    notices_receive(provider="stripe", notices=[notice], now=NOW)
    assert WebhookReceipt.objects.count() == 2


def test_another_provider_cannot_speak_of_a_payment(gateway: TestGateway) -> None:
    payment, notice = paid(gateway)
    notices_receive(provider="adyen", notices=[notice], now=NOW)
    assert not receipt_handle(receipt_id=WebhookReceipt.objects.get().pk, now=NOW)
    assert status(payment) == Status.OPEN


def test_a_notice_survives_being_stored(gateway: TestGateway) -> None:
    """With its facts, its card and its dispute."""
    payment = make_payment(Mode.SAVE)
    gateway.approves(begin(payment))
    gateway.disputes("obj_1", 5_00)
    receive(*gateway.notices)
    for pk in receipts_due(now=NOW):
        assert receipt_handle(receipt_id=pk, now=NOW)
    payment.refresh_from_db()
    assert payment.method is not None
    assert payment.method.last4 == "4242"
    assert payment.disputes.get().amount_minor == 5_00
    notices = json.dumps(list(WebhookReceipt.objects.values_list("notice", flat=True)))
    assert payment.method.method_token not in notices, "it is kept in one place"


# --- Whose it is ----------------------------------------------------------------------------------


def test_a_notice_without_our_number_is_found_by_theirs(gateway: TestGateway) -> None:
    payment, notice = paid(gateway)
    bare = replace(notice, public_id="")
    (pk,) = receive(bare)
    assert receipt_handle(receipt_id=pk, now=NOW)
    assert status(payment) == Status.CAPTURED
    # Later ones may name the charge or the refund alone.
    fact = gateway.facts[str(payment.public_id)][0]
    gateway.fails(fact)
    told = replace(gateway.notices[-1], public_id="", provider_id=fact.provider_id)
    later = receive(told)[-1]
    assert receipt_handle(receipt_id=later, now=NOW)
    assert status(payment) == Status.CLOSED


def test_a_notice_that_overtakes_us_is_tried_again(gateway: TestGateway) -> None:
    payment, notice = paid(gateway)
    Payment.objects.filter(pk=payment.pk).update(provider_id="")
    (pk,) = receive(replace(notice, public_id=""))
    assert not receipt_handle(receipt_id=pk, now=NOW)
    assert not receipt_handle(receipt_id=pk, now=NOW), "not at once"
    Payment.objects.filter(pk=payment.pk).update(provider_id=notice.provider_id)
    assert receipts_due(now=NOW + LATER) == [pk]
    assert receipt_handle(receipt_id=pk, now=NOW + LATER)
    assert status(payment) == Status.CAPTURED


def test_a_payment_of_another_system_is_left_alone_after_a_while(gateway: TestGateway) -> None:
    _payment, notice = paid(gateway)
    (pk,) = receive(replace(notice, public_id="order-77", provider_id="pi_of_others"))
    for tries in range(STRANGER_TRIES - 1):
        assert not receipt_handle(receipt_id=pk, now=NOW + tries * LATER)
    assert receipt_handle(receipt_id=pk, now=NOW + STRANGER_TRIES * LATER)
    assert WebhookReceipt.objects.get().last_error == "unknown_payment"
    assert receipts_due(now=NOW + 100 * LATER) == []


# --- Asking ---------------------------------------------------------------------------------------


def test_an_event_that_says_nothing_by_itself_makes_us_ask(gateway: TestGateway) -> None:
    payment, notice = paid(gateway)
    (pk,) = receive(replace(notice, answer=None))
    gateway.next(Trouble.UNREACHABLE)
    assert not receipt_handle(receipt_id=pk, now=NOW)
    assert WebhookReceipt.objects.get().last_error == "unreachable"
    assert receipt_handle(receipt_id=pk, now=NOW + LATER)
    assert status(payment) == Status.CAPTURED
    assert LedgerEntry.objects.get().source == LedgerSource.LOOK_UP


def test_a_provider_that_never_answers_is_given_up(gateway: TestGateway) -> None:
    _payment, notice = paid(gateway)
    (pk,) = receive(replace(notice, answer=None))
    gateway.next(Trouble.UNREACHABLE)
    assert receipt_handle(receipt_id=pk, now=NOW + GIVE_UP_AFTER)


def test_a_provider_that_cannot_be_asked_is_not_asked_again(gateway: TestGateway) -> None:
    _payment, notice = paid(gateway)
    gateway.can_be_asked = False
    (pk,) = receive(replace(notice, answer=None))
    assert receipt_handle(receipt_id=pk, now=NOW)


def test_a_worker_that_dies_leaves_the_event_to_the_next(
    gateway: TestGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, notice = paid(gateway)
    (pk,) = receive(notice)

    class Killed(BaseException):
        pass

    def dies(**_about: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("payments.services.receiving.payment_note", dies)
        with pytest.raises(Killed):
            receipt_handle(receipt_id=pk, now=NOW)
    assert receipts_due(now=NOW) == [], "the other one may still be at it"
    assert receipts_due(now=NOW + LATER) == [pk]
    assert receipt_handle(receipt_id=pk, now=NOW + LATER)
    assert status(payment) == Status.CAPTURED


# --- Tidying --------------------------------------------------------------------------------------


def test_what_was_handled_long_ago_is_forgotten(gateway: TestGateway) -> None:
    _payment, notice = paid(gateway)
    done, _waiting = receive(notice, replace(notice, event_id="other", public_id="x"))
    receipt_handle(receipt_id=done, now=NOW)
    assert receipts_prune(now=NOW + KEEP_HANDLED) == 0
    with clock.freeze(NOW + KEEP_HANDLED + LATER):
        assert prune_webhooks() == 1
    assert WebhookReceipt.objects.get().event_id == "other"


# --- Of another account ---------------------------------------------------------------------------


@pytest.mark.parametrize("told", [None, "acct_1"])
def test_an_event_of_the_payment_s_own_account_is_believed(
    gateway: TestGateway, told: str | None
) -> None:
    payment, notice = paid(gateway)
    (pk,) = receive(replace(notice, account=told))
    assert receipt_handle(receipt_id=pk, now=NOW)
    assert status(payment) == Status.CAPTURED


@pytest.mark.parametrize("told", ["acct_2", ""])
@pytest.mark.parametrize("has_answer", [True, False])
def test_an_event_of_another_account_is_refused_and_logged_by_its_number(
    gateway: TestGateway, caplog: pytest.LogCaptureFixture, told: str, has_answer: bool
) -> None:
    payment, notice = paid(gateway)
    notice = replace(notice, account=told, answer=notice.answer if has_answer else None)
    (pk,) = receive(notice)
    with caplog.at_level(logging.WARNING):
        assert receipt_handle(receipt_id=pk, now=NOW), "and not tried again"
    assert status(payment) == Status.OPEN
    assert not gateway.called("look_up")
    assert WebhookReceipt.objects.get(pk=pk).last_error == "other_account"
    assert [one.getMessage() for one in caplog.records if one.name.startswith("payments")] == [
        f"Webhook {pk}: of another account than its payment"
    ]
