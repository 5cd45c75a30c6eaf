"""Stripe's webhook: verified before it is read, and what it says."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import stripe
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from pytest_django import Settings

from payments.facts import FactKind, Mode, totals_of
from payments.gateways.base import BadSignature, Incoming, Malformed, Notice, Order, Webhook
from payments.gateways.stripe.gateway import StripeGateway
from payments.gateways.stripe.webhook import StripeWebhook, verify
from reservehub.core.money import Money
from tests.notifications.stand_ins.server import Call
from tests.payments.stand_ins.stripe import WEBHOOK_SECRET, StripeStandIn

BODY = b'{"id":"evt_1","object":"event"}'
SECRET = "whsec_test"
AT = 1_700_000_000
SIGNATURE = "4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021"
HEADER = f"t={AT},v1={SIGNATURE}"
PUBLIC_ID = "0b8a7a0e-5f6c-4d3e-9a53-2d1c8a9b7e10"


def it_is(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr("time.time", lambda: float(seconds))


@pytest.fixture
def then(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """The moment of the vector."""
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    it_is(monkeypatch, AT + 10)


# --- The signature ----------------------------------------------------------------------------


@pytest.mark.usefixtures("then")
def test_the_vector_passes() -> None:
    verify(BODY, HEADER)


@pytest.mark.usefixtures("then")
def test_any_changed_bit_of_the_body_is_refused() -> None:
    for place in range(len(BODY)):
        for bit in range(8):
            changed = bytearray(BODY)
            changed[place] ^= 1 << bit
            with pytest.raises(BadSignature):
                verify(bytes(changed), HEADER)
    for other in (BODY + b" ", BODY[:-1], b""):
        with pytest.raises(BadSignature):
            verify(other, HEADER)


@pytest.mark.usefixtures("then")
def test_any_changed_character_of_the_header_is_refused() -> None:
    for place in range(len(HEADER)):
        changed = HEADER[:place] + ("0" if HEADER[place] != "0" else "1") + HEADER[place + 1 :]
        with pytest.raises(BadSignature):
            verify(BODY, changed)


@pytest.mark.usefixtures("then")
@pytest.mark.parametrize(
    "header",
    ["", "nonsense", f"t={AT}", f"v1={SIGNATURE}", f"t=,v1={SIGNATURE}", f"t={AT},v1=", "t=1,v1=é"],
)
def test_a_header_that_says_too_little_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        verify(BODY, header)


@pytest.mark.usefixtures("then")
def test_only_the_scheme_v1_counts() -> None:
    with pytest.raises(BadSignature):
        verify(BODY, f"t={AT},v0={SIGNATURE}")
    verify(BODY, f"t={AT},v1={'0' * 64},v1={SIGNATURE},v0={'1' * 64}")


def test_an_old_signature_is_refused(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    it_is(monkeypatch, AT + 300)
    verify(BODY, HEADER)

    it_is(monkeypatch, AT + 301)
    with pytest.raises(BadSignature):
        verify(BODY, HEADER)


@pytest.mark.usefixtures("then")
def test_an_old_secret_counts_while_it_is_replaced(settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_new, {SECRET}"
    verify(BODY, HEADER)

    settings.STRIPE_WEBHOOK_SECRET = "whsec_new"
    with pytest.raises(BadSignature):
        verify(BODY, HEADER)


@pytest.mark.usefixtures("then")
@pytest.mark.parametrize("secret", ["", ",", " , "])
def test_without_a_secret_nothing_is_believed(settings: Settings, secret: str) -> None:
    settings.STRIPE_WEBHOOK_SECRET = secret
    empty = hmac.new(b"", f"{AT}.".encode() + BODY, hashlib.sha256).hexdigest()

    with pytest.raises(BadSignature):
        verify(BODY, f"t={AT},v1={empty}")


# --- What it says -----------------------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[StripeStandIn]:
    with StripeStandIn() as one, override_settings(**one.settings()):
        yield one


def request_of(call: Call) -> HttpRequest:
    return RequestFactory().post(
        call.path, call.body, content_type=call.content_type, headers=dict(call.headers)
    )


def read(call: Call) -> Incoming:
    webhook: Webhook = StripeWebhook()
    return webhook.read(request_of(call))


def notice_of(call: Call) -> Notice:
    (notice,) = read(call).notices
    return notice


def signed(body: bytes) -> Call:
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET)
    return Call("/x/", body, "application/json", {"Stripe-Signature": header})


def paid(provider: StripeStandIn, mode: Mode = Mode.CHARGE) -> dict[str, Any]:
    order = Order(
        public_id=PUBLIC_ID,
        attempt=1,
        account="",
        mode=mode,
        amount=Money(50_00, "EUR"),
        description="",
    )
    session = StripeGateway().begin(order, return_url="https://hub.test/r", language="en")
    provider.guest_pays(session.provider_id)
    return provider.things[session.provider_id]


def test_nothing_is_parsed_before_it_is_verified(
    provider: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(_body: bytes) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("payments.gateways.stripe.webhook.json_of", parsed)
    call = provider.event("payment_intent.succeeded", paid(provider))

    with pytest.raises(BadSignature):
        read(call._replace(body=call.body + b" "))
    with pytest.raises(BadSignature):
        read(call._replace(headers={}))
    with pytest.raises(AssertionError, match="parsed"):
        read(call)


@pytest.mark.parametrize(("account", "told"), [("acct_7", "acct_7"), (None, "")])
def test_an_event_says_whose_it_is(provider: StripeStandIn, account: str | None, told: str) -> None:
    event = json.loads(provider.event("payment_intent.succeeded", paid(provider)).body)
    event |= {"account": account} if account else {}
    assert notice_of(signed(json.dumps(event).encode())).account == told


@pytest.mark.parametrize(
    "kind",
    [
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
    ],
)
def test_an_event_of_an_intent_says_whom_to_ask_about(provider: StripeStandIn, kind: str) -> None:
    intent = paid(provider)

    incoming = read(provider.event(kind, intent, number="evt_9"))

    assert incoming.response.status_code == 200
    assert incoming.notices == (
        Notice(
            event_id="evt_9",
            kind=kind,
            public_id=PUBLIC_ID,
            provider_id=intent["id"],
            account="",
        ),
    )


@pytest.mark.parametrize("kind", ["setup_intent.succeeded", "setup_intent.setup_failed"])
def test_an_event_of_a_card_says_whom_to_ask_about(provider: StripeStandIn, kind: str) -> None:
    setup = {"id": "seti_1", "object": "setup_intent", "metadata": {"public_id": PUBLIC_ID}}

    notice = notice_of(provider.event(kind, setup))

    assert (notice.public_id, notice.provider_id) == (PUBLIC_ID, "seti_1")


@pytest.mark.parametrize("kind", ["charge.refunded", "charge.refund.updated", "refund.failed"])
def test_an_event_of_a_refund_is_about_its_intent(provider: StripeStandIn, kind: str) -> None:
    intent = paid(provider)
    provider.refund_at_the_dashboard(intent["id"], 5_00)

    notice = notice_of(provider.event(kind, provider.all("refund")[0]))

    assert (notice.public_id, notice.provider_id) == ("", intent["id"])
    assert notice.answer is None


def test_a_dispute_tells_of_itself_and_when(provider: StripeStandIn) -> None:
    dispute = provider.bank_disputes(paid(provider)["id"])

    notice = notice_of(provider.event("charge.dispute.created", dispute))

    assert notice.answer is not None
    (news,) = notice.answer.disputes
    assert news.status == "needs_response"
    assert abs(news.told_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert {fact.kind for fact in notice.answer.facts} == {FactKind.DISPUTED, FactKind.FEE}


def test_events_of_a_dispute_add_up_in_any_order(provider: StripeStandIn) -> None:
    intent = paid(provider)
    taken = StripeGateway().look_up(
        Order(
            public_id=PUBLIC_ID,
            attempt=1,
            account="",
            mode=Mode.CHARGE,
            amount=Money(50_00, "EUR"),
            description="",
            provider_id=intent["id"],
        )
    )
    dispute = provider.bank_disputes(intent["id"])
    calls = [
        provider.event("charge.dispute.created", dispute),
        provider.event("charge.dispute.funds_withdrawn", dispute),
    ]
    provider.bank_decides(dispute, is_won=True)
    calls += [
        provider.event("charge.dispute.funds_reinstated", dispute),
        provider.event("charge.dispute.closed", dispute),
    ]
    answers = [notice.answer.facts for call in calls if (notice := notice_of(call)).answer]
    assert len(answers) == 4

    sums = {
        totals_of([*taken.facts, *(fact for facts in told for fact in facts)])
        for told in permutations(answers)
    }
    assert len(sums) == 1
    assert sums.pop().kept == 50_00


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("needs_response", "needs_response"),
        ("warning_needs_response", "needs_response"),
        ("under_review", "under_review"),
        ("warning_under_review", "under_review"),
        ("won", "won"),
        ("warning_closed", "won"),
        ("lost", "lost"),
        ("charge_refunded", "accepted"),
        ("a_word_of_next_year", "needs_response"),
    ],
)
def test_stripes_words_for_disputes_are_ours(
    provider: StripeStandIn, status: str, ours: str
) -> None:
    dispute = provider.bank_disputes(paid(provider)["id"]) | {"status": status}

    answer = notice_of(provider.event("charge.dispute.updated", dispute)).answer

    assert answer is not None
    assert [one.status for one in answer.disputes] == [ours]


def test_what_was_not_asked_for_is_acknowledged_and_forgotten(provider: StripeStandIn) -> None:
    assert read(provider.event("customer.created", {"id": "cus_1"})).notices == ()
    # A charge without a PaymentIntent was made by somebody else.
    assert read(provider.event("charge.refunded", {"id": "ch_1", "metadata": {}})).notices == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"id":"evt_1"}',
        b'{"type":"payment_intent.succeeded"}',
        b'{"id":"evt_1","type":"payment_intent.succeeded"}',
        b'{"id":"evt_1","type":"payment_intent.succeeded","data":[]}',
        b'{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":7}}',
        b'{"id":{},"type":[],"data":{"object":{"id":"pi_1"}}}',
    ],
)
def test_nonsense_is_malformed(provider: StripeStandIn, body: bytes) -> None:
    with pytest.raises(Malformed):
        read(signed(body))


@pytest.mark.parametrize("name", ["amount", "currency", "created", "balance_transactions"])
@pytest.mark.parametrize("value", [None, "x", [1], 10**30, {}])
def test_a_dispute_full_of_nonsense_is_malformed_or_read(
    provider: StripeStandIn, name: str, value: Any
) -> None:
    dispute = provider.bank_disputes(paid(provider)["id"]) | {name: value}

    with suppress(Malformed):
        read(provider.event("charge.dispute.updated", dispute))
