"""Messages through the WhatsApp Business Cloud API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from notifications.channels.base import (
    Action,
    CannotSay,
    Envelope,
    OutcomeUnknown,
    Receipt,
    SendFailed,
)
from notifications.channels.wire import exchange, refusal_of
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import clean
from reservehub.core.wire import object_of, retry_after_of

NEEDS: Needs = (
    ("WHATSAPP_PHONE_NUMBER_ID",),
    ("WHATSAPP_ACCESS_TOKEN",),
    ("WHATSAPP_APP_SECRET",),
    ("WHATSAPP_VERIFY_TOKEN",),
)
LONGEST_TEXT = 4096
LONGEST_WITH_BUTTONS = 1024
LONGEST_LABEL = 20
MOST_BUTTONS = 3
# Token expired or without rights, number not registered or blocked: ours to mend.
_OUR_ACCOUNT = frozenset({3, 10, 190, 368, 131005, 131031, 131042, 133010})
_TOO_MANY = frozenset({4, 80007, 130429, 131048, 131056})
_PASSING = frozenset({1, 2, 131000, 131016, 131057})


class WhatsappBackend:
    """Takes no idempotency key and cannot be asked; only a status of the webhook tells."""

    channel = ChannelName.WHATSAPP
    provider = "whatsapp"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        base = settings.WHATSAPP_API_URL.rstrip("/")
        response = exchange(
            "POST",
            f"{base}/{settings.WHATSAPP_PHONE_NUMBER_ID}/messages",
            headers={"Authorization": f"Bearer {settings.WHATSAPP_ACCESS_TOKEN}"},
            json=body_of(envelope),
        )
        answer = object_of(response)
        if response.status_code != 200:
            raise _failure(response.status_code, response.headers, answer)
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else {}
        message_id = clean(first.get("id")) if isinstance(first, dict) else ""
        if not message_id:
            raise OutcomeUnknown("unreadable_answer")
        return Receipt(message_id)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotSay("whatsapp_cannot_say")


def body_of(envelope: Envelope) -> dict[str, Any]:
    """Free text while the guest's 24 hours last, else the approved template.

    :raises SendFailed: if the window is closed and there is no template
    """
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": envelope.address.lstrip("+"),
    }
    buttons = tuple(action for action in envelope.content.actions if action.code)[:MOST_BUTTONS]
    if envelope.may_be_free_form:
        return {**body, **(_with_buttons(envelope, buttons) if buttons else _plain(envelope))}
    if not envelope.content.template:
        raise SendFailed("no_template", is_permanent=True)
    return {**body, **_template(envelope, buttons)}


def _words(envelope: Envelope) -> str:
    return envelope.content.short or envelope.content.text


def _plain(envelope: Envelope) -> dict[str, Any]:
    return {
        "type": "text",
        "text": {"preview_url": False, "body": _words(envelope)[:LONGEST_TEXT]},
    }


def _with_buttons(envelope: Envelope, buttons: tuple[Action, ...]) -> dict[str, Any]:
    replies = [
        {"type": "reply", "reply": {"id": action.code, "title": action.label[:LONGEST_LABEL]}}
        for action in buttons
    ]
    return {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": _words(envelope)[:LONGEST_WITH_BUTTONS]},
            "action": {"buttons": replies},
        },
    }


def _template(envelope: Envelope, buttons: tuple[Action, ...]) -> dict[str, Any]:
    """The texts of its buttons were approved with the template; only what they send is ours."""
    content = envelope.content
    components: list[dict[str, Any]] = []
    if content.parameters:
        values = [{"type": "text", "text": _inline(value)} for value in content.parameters]
        components.append({"type": "body", "parameters": values})
    components += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": action.code}],
        }
        for index, action in enumerate(buttons)
    ]
    return {
        "type": "template",
        "template": {
            "name": content.template,
            "language": {"policy": "deterministic", "code": envelope.language.replace("-", "_")},
            "components": components,
        },
    }


def _inline(value: str) -> str:
    """Meta refuses parameters that are empty or have line breaks or runs of blanks."""
    return " ".join(value.split()) or "–"


def _failure(status: int, headers: Any, answer: dict[str, Any]) -> SendFailed | OutcomeUnknown:
    """Meta's code decides where there is one, also on a 5xx: then it was Meta that refused."""
    error = answer.get("error")
    number = error.get("code") if isinstance(error, dict) else None
    if not isinstance(number, int):
        return refusal_of(status, headers)
    code = f"whatsapp_{number}"
    if number in _OUR_ACCOUNT or 200 <= number < 300:
        return SendFailed(code, "our account")
    if number in _TOO_MANY or status == 429:
        return SendFailed(code, "too many", retry_after=retry_after_of(headers))
    if number in _PASSING:
        return SendFailed(code, "trouble at WhatsApp")
    if status >= 500:
        return OutcomeUnknown(code)
    return SendFailed(code, is_permanent=True)
