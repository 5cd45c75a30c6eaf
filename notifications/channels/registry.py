"""Which providers there are, and which of them are ready.

A new provider is a folder beside this file and one line in each of the tables below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings

from notifications.channels.base import Backend, Webhook
from notifications.channels.mailerlite.webhook import MailerliteWebhook
from notifications.channels.mailgun.backend import MailgunBackend
from notifications.channels.mailgun.webhook import MailgunWebhook
from notifications.channels.outbox.backend import OutboxBackend
from notifications.channels.sendgrid.backend import SendgridBackend
from notifications.channels.sendgrid.webhook import SendgridWebhook
from notifications.channels.smsc.backend import SmscBackend
from notifications.channels.smsc.webhook import SmscWebhook
from notifications.channels.smtp.backend import SmtpBackend
from notifications.channels.telegram.backend import TelegramBackend
from notifications.channels.twilio.backend import TwilioBackend
from notifications.channels.twilio.webhook import TwilioWebhook
from notifications.channels.webpush.backend import WebpushBackend
from notifications.channels.whatsapp.backend import WhatsappBackend
from notifications.channels.whatsapp.webhook import WhatsappWebhook
from notifications.kinds import ChannelName

EMAIL_PROVIDERS: Mapping[str, Callable[[], Backend]] = {
    "smtp": SmtpBackend,
    "sendgrid": SendgridBackend,
    "mailgun": MailgunBackend,
}
_OTHERS: Mapping[ChannelName, tuple[Callable[[], Backend], ...]] = {
    ChannelName.SMS: (TwilioBackend, SmscBackend),
    ChannelName.WHATSAPP: (WhatsappBackend,),
    ChannelName.TELEGRAM: (TelegramBackend,),
    ChannelName.WEBPUSH: (WebpushBackend,),
}
_WEBHOOKS: Mapping[str, Callable[[], Webhook]] = {
    "sendgrid": SendgridWebhook,
    "mailgun": MailgunWebhook,
    "mailerlite": MailerliteWebhook,
    "twilio": TwilioWebhook,
    "smsc": SmscWebhook,
    "whatsapp": WhatsappWebhook,
}


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """Whether a provider can be used now.

    :param problem: why not, as a translated sentence; empty where it is ready
    """

    channel: ChannelName
    provider: str
    problem: str = ""

    @property
    def is_ready(self) -> bool:
        return not self.problem


def backends_for(channel: ChannelName, address: str) -> list[Backend]:
    """The ready providers for an address, the preferred one first; none where the channel is off.

    In development the outbox takes what nobody else does.
    """
    ready = [backend for backend in _candidates(channel) if not backend.problem()]
    if channel == ChannelName.SMS and address.startswith("+7"):
        ready.sort(key=lambda backend: backend.provider != SmscBackend.provider)
    if not ready and settings.RESERVEHUB_DEV_OUTBOX:
        return [OutboxBackend(channel)]
    return ready


def backend_named(provider: str) -> Backend | None:
    """The provider of an earlier try, ready or not; None if there is none of this name."""
    makers = [*EMAIL_PROVIDERS.values(), *(make for makes in _OTHERS.values() for make in makes)]
    for backend in (*(make() for make in makers), OutboxBackend()):
        if backend.provider == provider:
            return backend
    return None


def webhook_named(provider: str) -> Webhook | None:
    """The reader of a provider's reports; None for an unknown or unconfigured one."""
    make = _WEBHOOKS.get(provider)
    webhook = make() if make is not None else None
    return None if webhook is None or webhook.problem() else webhook


def channel_states() -> list[ChannelState]:
    """Every provider in use with what it lacks, channel by channel."""
    states = []
    for channel in ChannelName:
        candidates = _candidates(channel)
        states += [
            ChannelState(channel=channel, provider=one.provider, problem=one.problem())
            for one in candidates
        ]
        if settings.RESERVEHUB_DEV_OUTBOX and all(one.problem() for one in candidates):
            states.append(ChannelState(channel=channel, provider=OutboxBackend.provider))
    return states


def _candidates(channel: ChannelName) -> list[Backend]:
    if channel == ChannelName.EMAIL:
        return [EMAIL_PROVIDERS.get(settings.RESERVEHUB_EMAIL_PROVIDER, SmtpBackend)()]
    return [make() for make in _OTHERS[channel]]
