"""SMS through SMSC.RU.

The number of a message is ours, but SMSC.RU does not promise that it is unique: it refuses a
repetition within the same minute (error 9) and may send a later one again. So a repetition is not
safe by itself; instead ``status.php`` says exactly whether a number is known for a phone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from notifications.channels.base import Envelope, OutcomeUnknown, Receipt, SendFailed
from notifications.channels.smsc.client import call
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import clean

NEEDS: Needs = (
    ("SMSC_API_KEY", "SMSC_LOGIN"),
    ("SMSC_API_KEY", "SMSC_PASSWORD"),
    ("SMSC_CALLBACK_SECRET",),
)
LONGEST_TEXT = 1000
_NOT_FOUND = "-3"
_WRONG_PHONE = "7"
_REPEATED = "9"
_OUR_ACCOUNT = {
    "2": timedelta(minutes=10),  # password, or an IP address that is not on their list
    "3": timedelta(minutes=10),  # money
    "4": timedelta(minutes=30),  # our IP address is blocked for a while
}


class SmscBackend:
    channel = ChannelName.SMS
    provider = "smsc"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        message_id = str(envelope.number)
        try:
            answer = call("send.php", **_fields(envelope))
        except OutcomeUnknown as error:
            error.provider_id = message_id
            raise
        code = clean(answer.get("error_code"))
        if code == _REPEATED:
            return self._taken_before(envelope)
        if code:
            raise _failure(code)
        if clean(answer.get("id")) != message_id:
            raise OutcomeUnknown("unreadable_answer", provider_id=message_id)
        return Receipt(message_id)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        answer = _status(envelope)
        if "status" not in answer:
            raise OutcomeUnknown(f"smsc_{clean(answer.get('error_code'))}")
        if clean(answer["status"]) == _NOT_FOUND:
            return None
        return Receipt(str(envelope.number))

    def _taken_before(self, envelope: Envelope) -> Receipt:
        """The same was sent a moment ago, or too much at once: the status tells which."""
        answer = _status(envelope)
        if clean(answer.get("status")) in ("", _NOT_FOUND):
            raise SendFailed("smsc_9", "too many", retry_after=timedelta(minutes=1))
        return Receipt(str(envelope.number))


def _fields(envelope: Envelope) -> dict[str, str]:
    content = envelope.content
    minutes = max(1, min(int(envelope.lifetime.total_seconds() // 60), 24 * 60))
    fields = {
        "phones": _digits(envelope.address),
        "mes": (content.short or content.text)[:LONGEST_TEXT],
        "id": str(envelope.number),
        "valid": f"{minutes // 60:02}:{minutes % 60:02}",
    }
    if settings.SMSC_SENDER:
        fields["sender"] = settings.SMSC_SENDER
    return fields


def _status(envelope: Envelope) -> dict[str, Any]:
    """:raises OutcomeUnknown: if it cannot be asked either"""
    try:
        return call("status.php", phone=_digits(envelope.address), id=str(envelope.number))
    except SendFailed as error:
        raise OutcomeUnknown(error.code, provider_id=str(envelope.number)) from None


def _digits(address: str) -> str:
    return address.lstrip("+")


def _failure(code: str) -> SendFailed:
    if code in _OUR_ACCOUNT:
        return SendFailed(f"smsc_{code}", "our account", retry_after=_OUR_ACCOUNT[code])
    return SendFailed(f"smsc_{code}", is_permanent=True, is_address_dead=code == _WRONG_PHONE)
