from __future__ import annotations

from typing import Any

import pytest

from notifications.channels.webpush.keys import make_pair
from notifications.checks import check_channels
from tests.notifications.channels.support import put
from tests.notifications.stand_ins.mailgun import MailgunStandIn
from tests.notifications.stand_ins.push import PushStandIn
from tests.notifications.stand_ins.sendgrid import SendgridStandIn
from tests.notifications.stand_ins.smsc import SmscStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.stand_ins.whatsapp import WhatsappStandIn


def found() -> list[tuple[str | None, str]]:
    return [(message.id, message.msg) for message in check_channels()]


def test_nothing_at_all_is_fine() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "stand_in",
    [TwilioStandIn, SmscStandIn, WhatsappStandIn, PushStandIn, SendgridStandIn, MailgunStandIn],
)
def test_everything_is_fine(settings: Any, stand_in: type[Any]) -> None:
    put(settings, stand_in().settings())

    assert found() == []


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC", "TWILIO_FROM": "+1"}, ["TWILIO_AUTH_TOKEN"]),
        (
            {"TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "x"},
            ["TWILIO_FROM / TWILIO_MESSAGING_SERVICE_SID"],
        ),
        ({"SMSC_LOGIN": "x"}, ["SMSC_API_KEY / SMSC_PASSWORD", "SMSC_CALLBACK_SECRET"]),
        ({"SMSC_API_KEY": "x", "SMSC_CALLBACK_SECRET": "y"}, []),
        (
            {"WHATSAPP_PHONE_NUMBER_ID": "1", "WHATSAPP_ACCESS_TOKEN": "x"},
            ["WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"],
        ),
        ({"VAPID_SUBJECT": "mailto:a@b.de"}, ["VAPID_PRIVATE_KEY"]),
        ({"MAILERLITE_API_KEY": "x"}, ["MAILERLITE_WEBHOOK_SECRET"]),
    ],
)
def test_half_a_provider_names_what_is_missing(
    settings: Any, values: dict[str, str], missing: list[str]
) -> None:
    put(settings, values)

    assert [(code, words.split(": ")[1]) for code, words in found()] == [
        ("notifications.E001", f"{name} is not set.") for name in missing
    ]


def test_the_chosen_provider_of_email_must_be_there(settings: Any) -> None:
    settings.RESERVEHUB_EMAIL_PROVIDER = "sendgrid"

    assert [code for code, _words in found()] == ["notifications.E001", "notifications.W001"]


def test_an_unknown_provider_of_email(settings: Any) -> None:
    settings.RESERVEHUB_EMAIL_PROVIDER = "pigeon"

    assert [code for code, _words in found()] == ["notifications.E002"]


def test_two_kinds_of_encryption_at_once(settings: Any) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True

    assert [code for code, _words in found()] == ["notifications.E003"]


@pytest.mark.parametrize("sender", ["", "ReserveHub", "a@", "ReserveHub <a b>"])
def test_a_sender_that_is_no_address(settings: Any, sender: str) -> None:
    settings.DEFAULT_FROM_EMAIL = sender

    assert [code for code, _words in found()] == ["notifications.E003"]


@pytest.mark.parametrize(
    "values",
    [
        {"VAPID_PRIVATE_KEY": "x", "VAPID_SUBJECT": "mailto:a@b.de"},
        {"VAPID_PRIVATE_KEY": make_pair()[0], "VAPID_SUBJECT": "a@b.de"},
        {"SENDGRID_WEBHOOK_PUBLIC_KEY": "x"},
        {"SENDGRID_WEBHOOK_PUBLIC_KEY": "AAAA"},
    ],
)
def test_keys_that_are_none(settings: Any, values: dict[str, str]) -> None:
    put(settings, values)

    assert [code for code, _words in found()] == ["notifications.E004"]
