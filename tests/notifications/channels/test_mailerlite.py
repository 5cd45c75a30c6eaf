from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from notifications.channels.base import BadSignature, OutcomeUnknown, SendFailed
from notifications.channels.mailerlite.client import MailerliteClient
from notifications.channels.mailerlite.webhook import MailerliteWebhook
from tests.notifications.channels.support import put, request_of
from tests.notifications.stand_ins.server import Answer, Call, Received, StandIn, as_json

ANNA = "anna+trattoria@example.com"
SECRET = "the-secret"


class MailerliteStandIn(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.subscribers: dict[str, dict[str, Any]] = {}

    def answer(self, request: Received) -> Answer:
        if request.headers.get("Authorization") != "Bearer the-key":
            return as_json({"message": "Unauthenticated."}, 401)
        if (request.method, request.path) == ("POST", "/api/subscribers"):
            email = request.json["email"]
            is_new = email not in self.subscribers
            one = self.subscribers.setdefault(email, {"id": str(31 + len(self.subscribers))})
            one.update(request.json)
            return as_json({"data": one}, 201 if is_new else 200)
        if request.method == "GET":
            found = [one for one in self.subscribers.values() if ANNA in unquote(request.path)]
            return as_json({"data": found[0]}) if found else as_json({"message": "no"}, 404)
        if request.path == "/api/subscribers/31/forget":
            self.subscribers.clear()
            return as_json({"message": "ok"})
        return Answer(404)


@pytest.fixture
def mailerlite(settings: Any) -> Iterator[MailerliteStandIn]:
    with MailerliteStandIn() as stand_in:
        put(
            settings,
            {
                "MAILERLITE_API_KEY": "the-key",
                "MAILERLITE_API_URL": f"{stand_in.url}/api",
                "MAILERLITE_WEBHOOK_SECRET": SECRET,
            },
        )
        yield stand_in


def test_subscribing_twice_makes_one_subscriber(mailerlite: MailerliteStandIn) -> None:
    client = MailerliteClient()
    first = client.subscribe(ANNA, fields={"name": "Anna"}, groups=["g1"])
    again = client.subscribe(ANNA, fields={"name": "Anna K."})

    assert first == again == "31"
    assert mailerlite.subscribers[ANNA]["fields"] == {"name": "Anna K."}
    assert "status" not in mailerlite.requests[0].json


def test_unsubscribing_keeps_the_address_known(mailerlite: MailerliteStandIn) -> None:
    MailerliteClient().unsubscribe(ANNA)

    assert mailerlite.subscribers[ANNA]["status"] == "unsubscribed"


def test_forgetting_leaves_nothing(mailerlite: MailerliteStandIn) -> None:
    MailerliteClient().subscribe(ANNA, fields={})

    assert MailerliteClient().forget(ANNA) is True
    assert mailerlite.subscribers == {}
    assert MailerliteClient().forget(ANNA) is False


def test_refusals_and_lost_answers_are_told_apart(mailerlite: MailerliteStandIn) -> None:
    mailerlite.fail_next(422, {"message": f"{ANNA} is bad", "errors": {}})
    with pytest.raises(SendFailed) as refused:
        MailerliteClient().subscribe(ANNA, fields={})
    assert refused.value.is_permanent
    assert ANNA not in str(refused.value)

    mailerlite.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        MailerliteClient().subscribe(ANNA, fields={})


def call(*events: dict[str, Any]) -> Call:
    body = (
        json.dumps({"events": events}).encode()
        if len(events) > 1
        else json.dumps(events[0]).encode()
    )
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256)
    return Call("/webhooks/mailerlite/", body, "application/json", {"Signature": mac.hexdigest()})


def test_who_wants_no_campaigns_still_gets_messages(mailerlite: MailerliteStandIn) -> None:
    events = [
        {"type": "subscriber.unsubscribed", "subscriber": {"email": ANNA}},
        {"type": "subscriber.bounced", "subscriber": {"email": "Bob@Example.com"}},
        {"type": "subscriber.updated", "subscriber": {"email": "eve@example.com"}},
    ]

    notices = MailerliteWebhook().read(request_of(call(*events))).opt_outs

    assert [(one.address, one.reason) for one in notices] == [
        (ANNA, "unsubscribed"),
        ("bob@example.com", "bounced"),
    ]
    assert all(one.is_marketing for one in notices)


def test_a_single_event_comes_without_an_envelope(mailerlite: MailerliteStandIn) -> None:
    single = call({"event": "subscriber.spam_reported", "email": ANNA})

    (notice,) = MailerliteWebhook().read(request_of(single)).opt_outs

    assert notice.reason == "spam_reported"


def test_the_signature_may_be_hex_or_base64(mailerlite: MailerliteStandIn) -> None:
    sent = call({"event": "subscriber.bounced", "email": ANNA})
    raw = bytes.fromhex(sent.headers["Signature"])
    as_base64 = {"Signature": base64.b64encode(raw).decode()}

    assert MailerliteWebhook().read(request_of(sent)).opt_outs
    assert MailerliteWebhook().read(request_of(sent, headers=as_base64)).opt_outs


def test_a_changed_byte_is_refused(mailerlite: MailerliteStandIn) -> None:
    sent = call({"event": "subscriber.bounced", "email": ANNA})
    forged: list[dict[str, Any]] = [
        {"body": sent.body.replace(b"anna", b"Anna")},
        {"headers": {"Signature": "0" + sent.headers["Signature"][1:-1] + "g"}},
        {"headers": {"Signature": ""}},
        {"headers": {}},
    ]
    for changed in forged:
        with pytest.raises(BadSignature):
            MailerliteWebhook().read(request_of(sent, **changed))
