"""System checks of the channels: a provider is configured wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from notifications.channels.mailerlite.client import NEEDS as MAILERLITE
from notifications.channels.mailgun.backend import NEEDS as MAILGUN
from notifications.channels.registry import EMAIL_PROVIDERS
from notifications.channels.sendgrid.backend import NEEDS as SENDGRID
from notifications.channels.sendgrid.webhook import public_key as sendgrid_public_key
from notifications.channels.smsc.backend import NEEDS as SMSC
from notifications.channels.twilio.backend import NEEDS as TWILIO
from notifications.channels.webpush.backend import NEEDS as WEBPUSH
from notifications.channels.webpush.keys import public_key as vapid_public_key
from notifications.channels.whatsapp.backend import NEEDS as WHATSAPP
from reservehub.core.needs import Needs, is_begun, setting, unmet

_PROVIDERS: Mapping[str, Needs] = {
    "MailerLite": MAILERLITE,
    "Twilio": TWILIO,
    "SMSC.RU": SMSC,
    "WhatsApp": WHATSAPP,
    "Web Push": WEBPUSH,
}
_REPORTS_NEED = {
    "sendgrid": "SENDGRID_WEBHOOK_PUBLIC_KEY",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
}
_CHOSEN_NEEDS = {"sendgrid": SENDGRID, "mailgun": MAILGUN}
_HINT = "Set it in the environment (.env), or remove the provider's other settings."


@register()
def check_channels(**_: Any) -> Sequence[CheckMessage]:
    """No provider is half-configured (notifications.E001-E004, W001)."""
    return [*_half_configured(), *_email(), *_keys()]


def _half_configured() -> Iterator[CheckMessage]:
    for name, needs in _PROVIDERS.items():
        if is_begun(needs):
            for missing in unmet(needs):
                yield Error(
                    f"{name} is half-configured: {missing} is not set.",
                    hint=_HINT,
                    id="notifications.E001",
                )


def _email() -> Iterator[CheckMessage]:
    chosen = settings.RESERVEHUB_EMAIL_PROVIDER
    if chosen not in EMAIL_PROVIDERS:
        yield Error(
            f"RESERVEHUB_EMAIL_PROVIDER is '{chosen}', not one of {', '.join(EMAIL_PROVIDERS)}.",
            id="notifications.E002",
        )
    for missing in unmet(_CHOSEN_NEEDS.get(chosen, ())):
        yield Error(
            f"RESERVEHUB_EMAIL_PROVIDER is '{chosen}', but {missing} is not set.",
            hint=_HINT,
            id="notifications.E001",
        )
    reports = _REPORTS_NEED.get(chosen)
    if reports and not setting(reports):
        yield CheckWarning(
            f"{reports} is not set: nobody will notice letters that bounce.",
            hint="Set it, and enter the address of the webhook (docs/messages-channels.md).",
            id="notifications.W001",
        )
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        yield Error(
            "EMAIL_USE_TLS and EMAIL_USE_SSL are both on.",
            hint="TLS is for port 587, SSL for port 465.",
            id="notifications.E003",
        )
    if not _is_sender(settings.DEFAULT_FROM_EMAIL):
        yield Error(
            "DEFAULT_FROM_EMAIL is no e-mail address: ReserveHub <no-reply@example.com>.",
            id="notifications.E003",
        )


def _keys() -> Iterator[CheckMessage]:
    """Keys that are there, but are none."""
    if setting("SENDGRID_WEBHOOK_PUBLIC_KEY") and not _works(sendgrid_public_key):
        yield Error(
            "SENDGRID_WEBHOOK_PUBLIC_KEY is no public key.",
            hint="Copy the verification key of the Event Webhook as it is shown.",
            id="notifications.E004",
        )
    if setting("VAPID_PRIVATE_KEY") and not _works(vapid_public_key):
        yield Error(
            "VAPID_PRIVATE_KEY is no private key.",
            hint="manage.py make_vapid_keys makes one.",
            id="notifications.E004",
        )
    subject = setting("VAPID_SUBJECT")
    if subject and not subject.startswith(("mailto:", "https://")):
        yield Error("VAPID_SUBJECT must start with mailto: or https://.", id="notifications.E004")


def _works(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValueError:
        return False
    return True


def _is_sender(text: str) -> bool:
    try:
        return bool(Address(addr_spec=parseaddr(text)[1]).domain)
    except (ValueError, IndexError, MessageError):
        return False
