from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override

from notifications.channels.registry import (
    backend_named,
    backends_for,
    channel_states,
    webhook_named,
)
from notifications.kinds import ChannelName
from tests.notifications.channels.support import envelope_to
from tests.notifications.stand_ins.smsc import SmscStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.stand_ins.whatsapp import WhatsappStandIn

PROVIDERS = ["smtp", "sendgrid", "mailgun", "twilio", "smsc", "whatsapp", "telegram", "webpush"]


def names(channel: ChannelName, address: str) -> list[str]:
    return [backend.provider for backend in backends_for(channel, address)]


def test_russian_numbers_go_over_smsc_and_others_over_twilio(
    smsc: SmscStandIn, twilio: TwilioStandIn
) -> None:
    assert names(ChannelName.SMS, "+79991234567") == ["smsc", "twilio"]
    assert names(ChannelName.SMS, "+31612345678") == ["twilio", "smsc"]


def test_the_only_provider_takes_every_number(twilio: TwilioStandIn) -> None:
    assert names(ChannelName.SMS, "+79991234567") == ["twilio"]


@pytest.mark.parametrize("channel", list(ChannelName))
def test_a_channel_without_keys_is_off_and_says_so(channel: ChannelName) -> None:
    assert backends_for(channel, "x") == []
    states = [state for state in channel_states() if state.channel == channel]
    assert states
    assert all(state.problem.endswith(" is not set.") for state in states)
    assert not any(state.is_ready for state in states)


def test_the_problem_is_told_in_the_readers_language() -> None:
    with override("ru"):
        problems = {state.provider: state.problem for state in channel_states()}

    assert "EMAIL_HOST" in problems["smtp"]


def test_alternatives_are_named_together(twilio: TwilioStandIn, settings: Any) -> None:
    settings.TWILIO_FROM = ""

    (problem,) = [state.problem for state in channel_states() if state.provider == "twilio"]

    assert problem == "TWILIO_FROM / TWILIO_MESSAGING_SERVICE_SID is not set."


@pytest.mark.parametrize("provider", ["smtp", "sendgrid", "mailgun"])
def test_one_provider_of_email_is_chosen(settings: Any, provider: str) -> None:
    settings.RESERVEHUB_EMAIL_PROVIDER = provider
    settings.EMAIL_HOST = "mail.example.com"
    settings.SENDGRID_API_KEY = settings.MAILGUN_API_KEY = "key"
    settings.MAILGUN_SENDER_DOMAIN = "mg.example.com"

    assert names(ChannelName.EMAIL, "a@example.com") == [provider]


def test_the_outbox_takes_what_nobody_else_does(settings: Any, twilio: TwilioStandIn) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True

    assert names(ChannelName.EMAIL, "a@example.com") == ["outbox"]
    assert names(ChannelName.SMS, "+31612345678") == ["twilio"]
    (backend,) = backends_for(ChannelName.WHATSAPP, "+31612345678")
    assert backend.channel == ChannelName.WHATSAPP
    ready = {(state.channel, state.provider) for state in channel_states() if state.is_ready}
    assert (ChannelName.EMAIL, "outbox") in ready
    assert (ChannelName.SMS, "outbox") not in ready


def test_the_outbox_takes_everything_and_sends_nothing(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True
    (backend,) = backends_for(ChannelName.SMS, "+31612345678")

    receipts = {backend.send(envelope_to("+31612345678")) for _again in range(2)}

    assert len(receipts) == 2
    assert backend.find(envelope_to("x"), since=datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("provider", [*PROVIDERS, "outbox"])
def test_the_provider_of_an_earlier_try_is_found_ready_or_not(provider: str) -> None:
    backend = backend_named(provider)

    assert backend is not None
    assert backend.provider == provider
    assert backend.problem()


def test_nobody_is_named_like_that() -> None:
    assert backend_named("pigeon") is None
    assert webhook_named("pigeon") is None


def test_only_configured_providers_are_listened_to(whatsapp: WhatsappStandIn) -> None:
    listening = webhook_named("whatsapp")

    assert listening is not None
    assert listening.provider == "whatsapp"
    assert webhook_named("twilio") is None
    assert webhook_named("telegram") is None
