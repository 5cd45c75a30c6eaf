"""Takes what no provider is configured for, so that everything can be tried without keys."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.channels.base import Envelope, Receipt
from notifications.kinds import ChannelName


class OutboxBackend:
    """Sends nothing and keeps nothing: the row of the message has what would have been sent, and
    the outbox page shows it. Development only."""

    provider = "outbox"
    resends_safely = True

    def __init__(self, channel: ChannelName = ChannelName.EMAIL) -> None:
        self.channel = channel

    def problem(self) -> str:
        if settings.RESERVEHUB_DEV_OUTBOX:
            return ""
        return _("%(setting)s is not set.") % {"setting": "RESERVEHUB_DEV_OUTBOX"}

    def send(self, envelope: Envelope) -> Receipt:  # noqa: ARG002
        return Receipt(uuid4().hex)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        return None
