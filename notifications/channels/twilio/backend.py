"""SMS through Twilio's Messages resource."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioException, TwilioRestException

from notifications.channels.base import Envelope, OutcomeUnknown, Receipt, SendFailed
from notifications.channels.twilio.client import Wire, client_with
from notifications.channels.wire import refusal_of
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of

NEEDS: Needs = (
    ("TWILIO_ACCOUNT_SID",),
    ("TWILIO_AUTH_TOKEN",),
    ("TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID"),
)
LONGEST_TEXT = 1600
_OPTED_OUT = 21610
_NO_SUCH_PHONE = frozenset({21211, 21214, 21217, 21614})
_TOO_MANY = 20429
_CLOCKS_DIFFER_BY = timedelta(minutes=1)
_LONGEST_LIST = 50
_LONGEST_VALIDITY = 14_400  # seconds; what Twilio keeps at most by default


class TwilioBackend:
    """Twilio takes no idempotency key, but lists what it has taken."""

    channel = ChannelName.SMS
    provider = "twilio"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        wire = Wire()
        try:
            message = client_with(wire).messages.create(
                to=envelope.address, body=text_of(envelope), **_terms(envelope)
            )
        except TwilioRestException as error:
            raise _failure(error, wire) from None
        except (TwilioException, ValueError, KeyError):
            raise OutcomeUnknown("unreadable_answer") from None
        if not message.sid:
            raise OutcomeUnknown("unreadable_answer")
        return Receipt(message.sid)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:
        """Look through what went to this number since; recognised by its text."""
        begin = since - _CLOCKS_DIFFER_BY
        wanted = fingerprint(text_of(envelope))
        try:
            messages = client_with(Wire()).messages.list(
                to=envelope.address,
                date_sent_after=begin.astimezone(UTC),
                limit=_LONGEST_LIST,
            )
        except SendFailed as error:
            raise OutcomeUnknown(error.code) from None
        except TwilioRestException as error:
            raise OutcomeUnknown(f"twilio_{error.code or error.status}") from None
        except (TwilioException, ValueError, KeyError):
            raise OutcomeUnknown("unreadable_answer") from None
        for message in messages:
            if _is_ours(message, begin) and fingerprint(message.body or "") == wanted:
                return Receipt(message.sid)
        return None


def text_of(envelope: Envelope) -> str:
    content = envelope.content
    return (content.short or content.text)[:LONGEST_TEXT]


def fingerprint(text: str) -> str:
    """Letters and digits only: Twilio replaces typographic characters to save money."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]+", "", plain)


def _terms(envelope: Envelope) -> dict[str, Any]:
    address = settings.RESERVEHUB_BASE_URL + reverse("notifications:webhook", args=["twilio"])
    seconds = int(envelope.lifetime.total_seconds())
    terms: dict[str, Any] = {
        "status_callback": address,
        "validity_period": max(60, min(seconds, _LONGEST_VALIDITY)),
    }
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        terms["messaging_service_sid"] = settings.TWILIO_MESSAGING_SERVICE_SID
    else:
        terms["from_"] = settings.TWILIO_FROM
    return terms


def _is_ours(message: Any, begin: datetime) -> bool:
    created_at = message.date_created
    return message.direction != "inbound" and (created_at is None or created_at >= begin)


def _failure(error: TwilioRestException, wire: Wire) -> SendFailed | OutcomeUnknown:
    code = str(error.code or f"http_{error.status}")
    if error.code == _OPTED_OUT:
        return SendFailed(code, "opted out", is_opt_out=True)
    if error.code in _NO_SUCH_PHONE:
        return SendFailed(code, "no such phone", is_address_dead=True)
    if error.code == _TOO_MANY or error.status == 429:
        return SendFailed(code, "too many", retry_after=wire.retry_after)
    return refusal_of(int(error.status), {}, code=code)
