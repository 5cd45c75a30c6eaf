"""Letters through Mailgun's API."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from anymail.backends.mailgun import EmailBackend
from anymail.exceptions import AnymailRequestsAPIError
from django.conf import settings

from notifications.channels.anymail_sending import TRACKING, hand_over
from notifications.channels.base import CannotSay, Envelope, Malformed, OutcomeUnknown, Receipt
from notifications.channels.letters import message_id_of
from notifications.channels.wire import exchange, timeouts
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import clean, objects_at, part
from reservehub.core.wire import object_of

NEEDS: Needs = (("MAILGUN_API_KEY",), ("MAILGUN_SENDER_DOMAIN",))


class MailgunBackend:
    """Takes no idempotency key, but its log of events can be searched for our ``Message-ID``."""

    channel = ChannelName.EMAIL
    provider = "mailgun"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        connection = EmailBackend(
            api_key=settings.MAILGUN_API_KEY,
            sender_domain=settings.MAILGUN_SENDER_DOMAIN,
            api_url=settings.MAILGUN_API_URL,
            timeout=timeouts(),
        )
        return hand_over(envelope, connection, names_address=_names_address)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:
        """The log is filled with a delay: what is in it was taken, what is not may still come."""
        base = settings.MAILGUN_API_URL.rstrip("/")
        response = exchange(
            "GET",
            f"{base}/{quote(settings.MAILGUN_SENDER_DOMAIN, safe='')}/events",
            auth=("api", settings.MAILGUN_API_KEY),
            params={
                "message-id": message_id_of(envelope).strip("<>"),
                "begin": str(int(since.timestamp())),
                "ascending": "yes",
                "limit": "25",
            },
        )
        if response.status_code != 200:
            raise OutcomeUnknown(f"http_{response.status_code}")
        try:
            events = objects_at(object_of(response).get("items"), "items")
            ids = [clean(part(event, "user-variables").get(TRACKING)) for event in events]
        except Malformed:
            raise OutcomeUnknown("unreadable_answer") from None
        if not any(ids):
            raise CannotSay("mailgun_cannot_say")
        return Receipt(next(filter(None, reversed(ids))))


def _names_address(error: AnymailRequestsAPIError) -> bool:
    """``{"message": "'to' parameter is not a valid address. …"}``"""
    return "'to' parameter" in clean(object_of(error.response).get("message"))
