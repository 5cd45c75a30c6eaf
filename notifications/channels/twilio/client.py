"""The Twilio SDK over our own wire: a base address that can be set, bounded time, no logging.

The SDK's own client logs the numbers it asks about, retries nothing and tells a time-out before
sending from one after it only by the text of an exception.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notifications.channels.base import OutcomeUnknown
from notifications.channels.wire import exchange
from reservehub.core.wire import retry_after_of


class Wire(HttpClient):  # type: ignore[misc]  # the SDK has no types
    """:ivar retry_after: what the last answer asked for; the SDK's exceptions do not carry it"""

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self.retry_after: timedelta | None = None

    def request(self, method: str, uri: str, **what: Any) -> Response:
        """
        :raises SendFailed: it never left
        :raises OutcomeUnknown: it may have arrived
        """
        answer = exchange(
            method,
            _rebased(uri),
            params=what.get("params"),
            data=what.get("data"),
            headers=what.get("headers"),
            auth=what.get("auth"),
        )
        if answer.status_code >= 500:
            raise OutcomeUnknown(f"http_{answer.status_code}")
        self.retry_after = retry_after_of(answer.headers)
        return Response(answer.status_code, answer.text, answer.headers)


def client_with(wire: Wire) -> Client:
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=wire)


def _rebased(uri: str) -> str:
    """The SDK's address at our base: ``https://api.twilio.com`` unless set otherwise."""
    base = urlsplit(settings.TWILIO_API_URL)
    parts = urlsplit(uri)
    return urlunsplit(
        (base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, "")
    )
