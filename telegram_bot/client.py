"""The Bot API for tasks and pages: one request, bounded in time, without the weight of aiogram.

Texts of errors are Telegram's descriptions; they name no guest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings

from notifications.channels.base import OutcomeUnknown, SendFailed
from notifications.channels.telegram.name import known_name, remember_name
from notifications.channels.wire import exchange
from reservehub.core.wire import object_of
from telegram_bot.screen import Screen

_GONE = (
    "chat not found",
    "bot was blocked",
    "bot was kicked",
    "user is deactivated",
    "group chat was deleted",
    "bot is not a member",
    "not enough rights to send",
    "have no rights to send",
    "chat_write_forbidden",
)


class ChatGone(SendFailed):
    """Nothing will reach this chat any more, until somebody links it again."""


class ChatMoved(SendFailed):
    """The group became a supergroup and has another number now."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("migrated")
        self.chat_id = chat_id


def message_send(*, chat_id: int, thread_id: int | None, screen: Screen) -> int:
    """The number of the new message.

    :raises SendFailed: it was certainly not sent
    :raises OutcomeUnknown: nobody knows
    """
    result = _call(
        "sendMessage", chat_id=chat_id, message_thread_id=thread_id, **_content_of(screen)
    )
    if not isinstance(result, dict) or not isinstance(result.get("message_id"), int):
        raise OutcomeUnknown("unreadable_answer")
    message_id: int = result["message_id"]
    return message_id


def message_edit(*, chat_id: int, message_id: int, screen: Screen) -> None:
    """Make the message look like this; it may do so already.

    :raises SendFailed, OutcomeUnknown: as above; repeating does no harm
    """
    try:
        _call("editMessageText", chat_id=chat_id, message_id=message_id, **_content_of(screen))
    except SendFailed as error:
        if "message is not modified" not in error.detail:
            raise


def bot_name() -> str:
    """The name in ``t.me/<name>``.

    :raises SendFailed, OutcomeUnknown: if it is not in the settings and Telegram does not answer
    """
    name = known_name()
    if not name:
        name = str(_call("getMe")["username"])
        remember_name(name)
    return name


def _content_of(screen: Screen) -> dict[str, Any]:
    return {
        "text": screen.text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": screen.markup(),
    }


def _call(method: str, **fields: Any) -> Any:
    response = exchange(
        "POST",
        f"{settings.TELEGRAM_API_BASE}/bot{settings.TELEGRAM_BOT_TOKEN}/{method}",
        json={name: value for name, value in fields.items() if value is not None},
    )
    answer = object_of(response)
    if response.status_code == 200 and answer.get("ok") is True:
        return answer["result"]
    raise _failure(response.status_code, answer)


def _failure(status: int, answer: dict[str, Any]) -> Exception:
    description = str(answer.get("description", ""))[:200]
    parameters = answer.get("parameters") or {}
    code = f"http_{status}"
    if status >= 500 or not answer:
        return OutcomeUnknown(code)
    if "migrate_to_chat_id" in parameters:
        return ChatMoved(int(parameters["migrate_to_chat_id"]))
    if "retry_after" in parameters:
        wait = timedelta(seconds=int(parameters["retry_after"]))
        return SendFailed(code, description, retry_after=wait)
    if any(word in description.lower() for word in _GONE):
        return ChatGone(code, description, is_address_dead=True)
    # A wrong token is temporary: the operator mends it, and the card still goes out.
    return SendFailed(code, description, is_permanent=status not in (401, 404, 408, 429))
