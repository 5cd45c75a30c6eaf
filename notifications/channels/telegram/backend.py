"""Messages to guests who have connected their Telegram chat."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
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
from reservehub.core.wire import LONGEST_WAIT, object_of

NEEDS: Needs = (("TELEGRAM_BOT_TOKEN",),)
LONGEST_TEXT = 4000
CALLBACK_PREFIX = "m:"
_LONGEST_CALLBACK = 64  # bytes
_DEAD_CHAT = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty")


class TelegramBackend:
    """Takes no idempotency key and cannot be asked what it has sent."""

    channel = ChannelName.TELEGRAM
    provider = "telegram"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        base = settings.TELEGRAM_API_BASE.rstrip("/")
        response = exchange(
            "POST",
            f"{base}/bot{settings.TELEGRAM_BOT_TOKEN}/sendMessage",
            json=body_of(envelope),
        )
        answer = object_of(response)
        if response.status_code != 200:
            raise _failure(response.status_code, response.headers, answer)
        result = answer.get("result")
        message_id = clean(result.get("message_id")) if isinstance(result, dict) else ""
        if answer.get("ok") is not True or not message_id:
            raise OutcomeUnknown("unreadable_answer")
        # Telegram counts per chat.
        return Receipt(f"{envelope.address}:{message_id}")

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotSay("telegram_cannot_say")


def body_of(envelope: Envelope) -> dict[str, Any]:
    content = envelope.content
    text = escape((content.short or content.text)[:LONGEST_TEXT], quote=False)
    body: dict[str, Any] = {
        "chat_id": envelope.address,
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "disable_notification": not envelope.is_urgent,
    }
    rows = [[button] for action in content.actions if (button := _button(action))]
    if rows:
        body["reply_markup"] = {"inline_keyboard": rows}
    return body


def _button(action: Action) -> dict[str, str] | None:
    """A code is answered to the bot, an address opens a page.

    Telegram refuses the whole message over a button to a host it cannot know, such as those of
    development; the text has the link as well.
    """
    data = CALLBACK_PREFIX + action.code
    if action.code and len(data.encode()) <= _LONGEST_CALLBACK:
        return {"text": action.label, "callback_data": data}
    is_public = action.url.startswith("https://")
    return {"text": action.label, "url": action.url} if is_public else None


def _failure(status: int, headers: Any, answer: dict[str, Any]) -> SendFailed | OutcomeUnknown:
    code = f"telegram_{status}"
    description = clean(answer.get("description")).lower()
    if status == 403 and answer:
        return SendFailed(code, "blocked", is_address_dead=True)
    if status == 400 and any(words in description for words in _DEAD_CHAT):
        return SendFailed(code, "no such chat", is_address_dead=True)
    if status == 429:
        return SendFailed(code, "too many", retry_after=_retry_after(answer))
    if status == 404:  # the token is part of the address
        return SendFailed(code, "our account")
    return refusal_of(status, headers, code=code)


def _retry_after(answer: dict[str, Any]) -> timedelta | None:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
        return None
    return min(timedelta(seconds=min(seconds, 86_400)), LONGEST_WAIT)
