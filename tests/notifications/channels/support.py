"""Envelopes and requests for tests of channels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.test import RequestFactory

from notifications.channels.base import Action, Attachment, Content, Envelope
from tests.notifications.stand_ins.server import Call

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Ужин\r\nEND:VCALENDAR\r\n".encode()
CONTENT = Content(
    subject="Your table at Trattoria",
    text="Dear Anna, see you on Friday.\nhttps://book.example.com/r/abc",
    html="<p>Dear Anna</p>",
    short="Trattoria: Fri 19:00, 2 people. https://book.example.com/r/abc",
    actions=(
        Action("Confirm", "https://book.example.com/r/abc", "confirm"),
        Action("Open", "https://book.example.com/r/abc"),
    ),
    attachments=(Attachment("reservation.ics", ICS, "text/calendar"),),
    headers={"List-Unsubscribe": "<https://book.example.com/u/abc>"},
    template="reminder_day",
    parameters=("Anna", "Trattoria"),
)


def put(settings: Any, values: dict[str, Any]) -> None:
    """Set the settings of a stand-in for this test."""
    for name, value in values.items():
        setattr(settings, name, value)


@contextmanager
def impatience(settings: Any) -> Iterator[None]:
    """Wait for answers so briefly that a server that hangs costs the test little."""
    before = settings.RESERVEHUB_SEND_TIMEOUTS
    settings.RESERVEHUB_SEND_TIMEOUTS = (3.0, 0.3)
    yield
    settings.RESERVEHUB_SEND_TIMEOUTS = before


def envelope_to(address: str, **changes: Any) -> Envelope:
    what: dict[str, Any] = {
        "key": "m7-sms",
        "number": 42,
        "language": "en",
        "content": CONTENT,
        "sender_name": "Trattoria",
        "reply_to": "trattoria@example.com",
        **changes,
    }
    return Envelope(address=address, **what)


def request_of(call: Call, **changed: Any) -> HttpRequest:
    """The call as a request; `body`, `path` or `headers` may be forged."""
    call = call._replace(**changed)
    return RequestFactory().post(
        call.path, call.body, content_type=call.content_type, headers=dict(call.headers)
    )
