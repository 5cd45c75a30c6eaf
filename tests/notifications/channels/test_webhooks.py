"""The address that providers call, down to the rows."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_create
from notifications.kinds import ChannelName, Kind
from notifications.models import (
    AttemptOutcome,
    ConversationEntry,
    Message,
    MessageAttempt,
    MessageStatus,
    OptOut,
)
from reservehub.core import clock
from tests.factories import GUEST, NOW, a_request, make_restaurant
from tests.notifications.channels.test_mailerlite import call as mailerlite_call
from tests.notifications.stand_ins import mailgun as mailgun_calls
from tests.notifications.stand_ins import smsc as smsc_calls
from tests.notifications.stand_ins import twilio as twilio_calls
from tests.notifications.stand_ins import whatsapp as whatsapp_calls
from tests.notifications.stand_ins.mailgun import MailgunStandIn
from tests.notifications.stand_ins.sendgrid import SendgridStandIn, event
from tests.notifications.stand_ins.server import Call, post_to
from tests.notifications.stand_ins.smsc import SmscStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.stand_ins.whatsapp import VERIFY, WhatsappStandIn

pytestmark = pytest.mark.django_db

ANNA = "+31612345678"


def book() -> Reservation:
    request = a_request(make_restaurant(), guest_phone=ANNA)
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


def sent(provider: str, provider_id: str, channel: ChannelName, address: str = ANNA) -> Message:
    """A message that the provider has taken."""
    reservation = book()
    message = Message.objects.create(
        dedupe_key=f"test:{reservation.pk}",
        kind=Kind.CONFIRMED,
        restaurant=reservation.restaurant,
        reservation=reservation,
        guest=reservation.guest,
        channels=[channel],
        status=MessageStatus.SENT,
        attempts=1,
        due_at=NOW,
        expires_at=NOW + timedelta(days=2),
        created_at=NOW,
    )
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel=channel,
        provider=provider,
        provider_id=provider_id,
        address=address,
        outcome=AttemptOutcome.TAKEN,
        started_at=NOW,
    )
    return message


def test_an_sms_is_reported_as_delivered(client: Client, twilio: TwilioStandIn) -> None:
    message = sent("twilio", "SM1", ChannelName.SMS)
    with clock.freeze(NOW):
        response = post_to(client, twilio_calls.status_call("SM1", "delivered"))

    message.refresh_from_db()
    assert (response.status_code, message.status) == (200, MessageStatus.DELIVERED)
    assert response["Content-Type"].startswith("text/xml")


def test_reports_of_every_provider_are_written_down(
    client: Client,
    smsc: SmscStandIn,
    whatsapp: WhatsappStandIn,
    sendgrid: SendgridStandIn,
    mailgun: MailgunStandIn,
) -> None:
    calls: list[tuple[str, ChannelName, Call]] = [
        ("smsc", ChannelName.SMS, smsc_calls.status_call("x1", "31612345678", 1)),
        ("whatsapp", ChannelName.WHATSAPP, whatsapp_calls.status_call("x1", "delivered")),
        ("sendgrid", ChannelName.EMAIL, sendgrid.call(event("delivered", "x1"))),
        ("mailgun", ChannelName.EMAIL, mailgun_calls.call("delivered", "x1")),
    ]
    for provider, channel, call in calls:
        message = sent(provider, "x1", channel)

        assert post_to(client, call).status_code == 200

        message.refresh_from_db()
        assert message.status == MessageStatus.DELIVERED, provider


def test_an_address_that_bounces_is_not_written_to_again(
    client: Client, sendgrid: SendgridStandIn
) -> None:
    sent("sendgrid", "t1", ChannelName.EMAIL, "anna@example.com")

    post_to(client, sendgrid.call(event("bounce", "t1", type="bounce", status="5.1.1")))

    assert OptOut.objects.filter(channel="email", address="anna@example.com").exists()


def test_a_pressed_button_lands_in_the_conversation_once(
    client: Client, whatsapp: WhatsappStandIn
) -> None:
    message = sent("whatsapp", "wamid.1", ChannelName.WHATSAPP)
    call = whatsapp_calls.inbound_call(
        ANNA, "wamid.2", button={"payload": "confirm", "text": "I am coming"}
    )
    with clock.freeze(NOW):
        for _again in range(2):
            assert post_to(client, call).status_code == 200

    entry = ConversationEntry.objects.get()
    assert (entry.reservation, entry.sender) == (message.reservation, ANNA)


def test_stop_in_any_language_and_start_take_effect(client: Client, twilio: TwilioStandIn) -> None:
    stop = twilio_calls.inbound_call(ANNA, "Arrêt", sid="SM1", opt_out="STOP")
    start = twilio_calls.inbound_call(ANNA, "Encore", sid="SM2", opt_out="START")

    post_to(client, stop)
    assert OptOut.objects.filter(channel="sms", address=ANNA).exists()

    post_to(client, start)
    assert not OptOut.objects.exists()


def test_whoever_wants_no_campaigns_still_gets_messages(client: Client, settings: Any) -> None:
    settings.MAILERLITE_API_KEY, settings.MAILERLITE_WEBHOOK_SECRET = "key", "the-secret"
    said = {"type": "subscriber.unsubscribed", "subscriber": {"email": "anna@example.com"}}

    assert post_to(client, mailerlite_call(said)).status_code == 200
    assert not OptOut.objects.exists()


def test_the_handshake_of_whatsapp(client: Client, whatsapp: WhatsappStandIn) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "77"}

    assert client.get("/webhooks/whatsapp/", asked).content == b"77"
    assert client.get("/webhooks/whatsapp/", {**asked, "hub.verify_token": ""}).status_code == 403


def test_unknown_and_unconfigured_providers_are_not_there(client: Client) -> None:
    for provider in ("pigeon", "twilio", "whatsapp", "telegram"):
        assert client.post(f"/webhooks/{provider}/").status_code == 404


def test_other_methods_are_refused(client: Client, twilio: TwilioStandIn) -> None:
    response = client.get("/webhooks/twilio/")

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_forged_request_changes_and_logs_nothing_personal(
    twilio: TwilioStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    message = sent("twilio", "SM1", ChannelName.SMS)
    call = twilio_calls.inbound_call(ANNA, "We are three", sid="SM9")
    client = Client(enforce_csrf_checks=True)

    with caplog.at_level(logging.DEBUG):
        response = post_to(client, call._replace(headers={"X-Twilio-Signature": "AAAA"}))

    message.refresh_from_db()
    assert (response.status_code, message.status) == (403, MessageStatus.SENT)
    assert not ConversationEntry.objects.exists()
    assert "refused" in caplog.text
    assert "31612345678" not in caplog.text
    assert "three" not in caplog.text


def test_no_token_of_ours_is_needed(twilio: TwilioStandIn) -> None:
    client = Client(enforce_csrf_checks=True)

    assert post_to(client, twilio_calls.status_call("SM1", "sent")).status_code == 200


def test_signed_nonsense_is_a_bad_request(client: Client, whatsapp: WhatsappStandIn) -> None:
    body = b'{"entry": "x"}'
    call = whatsapp_calls.call()._replace(
        body=body, headers={"X-Hub-Signature-256": whatsapp_calls.sign(body)}
    )

    assert post_to(client, call).status_code == 400


def test_a_body_that_is_too_large_is_not_read(client: Client, whatsapp: WhatsappStandIn) -> None:
    call = whatsapp_calls.call()._replace(body=b" " * (1024 * 1024 + 1))

    assert post_to(client, call).status_code == 413


@pytest.mark.parametrize("length", ["x", "-1", "12abc"])
def test_a_length_that_is_none_is_too_large(
    client: Client, whatsapp: WhatsappStandIn, length: str
) -> None:
    response = client.post("/webhooks/whatsapp/", b"", content_type="x", CONTENT_LENGTH=length)

    assert response.status_code == 413
