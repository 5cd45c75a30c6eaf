"""Letters through SendGrid's mail API, version 3."""

from __future__ import annotations

import warnings
from datetime import datetime

from anymail.backends.sendgrid import EmailBackend
from anymail.exceptions import AnymailNotSupportedWarning, AnymailRequestsAPIError
from django.conf import settings

from notifications.channels.anymail_sending import hand_over
from notifications.channels.base import CannotSay, Envelope, Receipt
from notifications.channels.wire import timeouts
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of
from reservehub.core.wire import object_of

NEEDS: Needs = (("SENDGRID_API_KEY",),)


class SendgridBackend:
    """Takes no idempotency key, and looking messages up costs extra: what is unknown stays so until
    an event of the webhook settles it."""

    channel = ChannelName.EMAIL
    provider = "sendgrid"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        return hand_over(envelope, _connection(), names_address=_names_address)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotSay("sendgrid_cannot_say")


def _connection() -> EmailBackend:
    with warnings.catch_warnings():
        # Anymail says that it has no account to test SendGrid with; our tests cover what we use.
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        return EmailBackend(
            api_key=settings.SENDGRID_API_KEY,
            api_url=settings.SENDGRID_API_URL,
            generate_message_id=False,
            timeout=timeouts(),
        )


def _names_address(error: AnymailRequestsAPIError) -> bool:
    """``{"errors": [{"field": "personalizations.0.to.0.email", …}]}``"""
    errors = object_of(error.response).get("errors")
    return isinstance(errors, list) and any(
        isinstance(item, dict) and ".to" in str(item.get("field")) for item in errors
    )
