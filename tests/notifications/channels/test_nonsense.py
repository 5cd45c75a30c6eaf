"""Whatever is signed rightly is read or refused, and never crashes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from notifications.channels.base import Incoming, Malformed, Webhook
from notifications.channels.mailerlite.webhook import MailerliteWebhook
from notifications.channels.mailgun.webhook import MailgunWebhook
from notifications.channels.sendgrid.webhook import SendgridWebhook
from notifications.channels.smsc.webhook import SmscWebhook
from notifications.channels.twilio.webhook import TwilioWebhook
from notifications.channels.whatsapp.webhook import WhatsappWebhook
from reservehub.core.reading import hmac_sha256
from tests.notifications.channels.support import put, request_of
from tests.notifications.stand_ins import mailgun, smsc, twilio, whatsapp
from tests.notifications.stand_ins.sendgrid import SendgridStandIn
from tests.notifications.stand_ins.server import Call

WORDS = [
    *("event", "type", "status", "reason", "timestamp", "email", "reservehub_id", "severity"),
    *("id", "from", "text", "body", "button", "payload", "interactive", "button_reply", "title"),
    *("context", "errors", "code", "image", "caption", "metadata", "phone_number_id", "messages"),
    *("statuses", "user-variables", "delivery-status", "recipient", "subscriber", "events"),
    *("spamreport", "failed", "unsubscribed", "subscriber.bounced", "sent", "bounce", "dropped"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(WORDS), JSON, max_size=10)
MANY = effort(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def survives(webhook: Webhook, call: Call) -> None:
    try:
        incoming = webhook.read(request_of(call))
    except Malformed:
        return
    assert isinstance(incoming, Incoming)
    for report in incoming.reports:
        assert len(report.code) <= 70
        report.code.encode()
    for inbound in incoming.inbound:
        inbound.text.encode()
        assert len(inbound.text) <= 2000


@given(value=OBJECTS)
@MANY
def test_whatsapp(settings: Any, value: dict[str, Any]) -> None:
    put(settings, whatsapp.WhatsappStandIn().settings())
    value.pop("metadata", None)
    survives(WhatsappWebhook(), whatsapp.call(messages=[{"from": "1", "id": "2", **value}]))
    survives(WhatsappWebhook(), whatsapp.call(statuses=[{"id": "2", "status": "failed", **value}]))
    survives(WhatsappWebhook(), whatsapp.call(**value))


@given(events=st.lists(OBJECTS, max_size=3))
@MANY
def test_sendgrid(settings: Any, events: list[dict[str, Any]]) -> None:
    stand_in = SendgridStandIn()
    put(settings, stand_in.settings())
    survives(SendgridWebhook(), stand_in.call(*events))
    survives(SendgridWebhook(), stand_in.call(*({"reservehub_id": "t", **one} for one in events)))


@given(name=st.sampled_from(["failed", "complained", "x"]), more=OBJECTS, tracking=st.text())
@MANY
def test_mailgun(settings: Any, name: str, more: dict[str, Any], tracking: str) -> None:
    put(settings, mailgun.MailgunStandIn().settings())
    survives(MailgunWebhook(), mailgun.call(name, tracking[:9], **more))


@given(body=JSON | OBJECTS | st.fixed_dictionaries({"events": st.lists(OBJECTS, max_size=3)}))
@MANY
def test_mailerlite(settings: Any, body: Any) -> None:
    settings.MAILERLITE_WEBHOOK_SECRET = "secret"
    raw = json.dumps(body).encode()
    headers = {"Signature": hmac_sha256("secret", raw).hexdigest()}
    survives(MailerliteWebhook(), Call("/", raw, "application/json", headers))


@given(
    fields=st.dictionaries(
        st.sampled_from(["MessageSid", "MessageStatus", "From", "Body", "OptOutType", "ErrorCode"]),
        st.text(max_size=9).map(lambda text: text.encode("utf-8", "replace").decode()),
    )
)
@MANY
def test_twilio(settings: Any, fields: dict[str, str]) -> None:
    put(settings, twilio.TwilioStandIn().settings())
    survives(TwilioWebhook(), twilio._call(fields, "http://testserver"))


@given(status=st.integers(-9, 99), ts=st.text(max_size=9), message_id=st.text(max_size=9))
@MANY
def test_smsc(settings: Any, status: int, ts: str, message_id: str) -> None:
    put(settings, smsc.SmscStandIn().settings())
    plain = message_id.encode("utf-8", "replace").decode()
    survives(SmscWebhook(), smsc.status_call(plain, "7", status, err=ts[:3]))
    survives(SmscWebhook(), smsc.inbound_call(plain, plain, sms_id="1"))


@pytest.mark.parametrize("body", [b"", b"null", b"0", b"\xff\xfe", b'{"a": 1e999}', b"{" * 99])
def test_bodies_that_are_no_objects(settings: Any, body: bytes) -> None:
    put(settings, whatsapp.WhatsappStandIn().settings())
    headers = {"X-Hub-Signature-256": whatsapp.sign(body)}
    survives(WhatsappWebhook(), whatsapp.call()._replace(body=body, headers=headers))
