"""The methods of the Bot API that the stand-in knows, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.telegram.world import BadMarkup, Chat, Shown, as_read

if TYPE_CHECKING:
    from tests.telegram.server import TelegramServer

Fields = dict[str, Any]
MAX_TEXT = 4096
MAX_ANSWER = 200
MAX_CALLBACK_BYTES = 64
MAX_BUTTONS = 100


class Refused(Exception):
    """The answer with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def get_me(world: TelegramServer, _fields: Fields) -> Fields:
    return world.bot_json() | {"can_join_groups": True, "can_read_all_group_messages": False}


def send_message(world: TelegramServer, fields: Fields) -> Fields:
    chat = _chat(world, fields)
    message = Shown(
        chat=chat,
        message_id=world.next_message_id(),
        text=_text(fields),
        thread_id=int(fields["message_thread_id"]) if fields.get("message_thread_id") else None,
    )
    _put_markup(message, fields)
    chat.messages.append(message)
    return world.message_json(message)


def send_location(world: TelegramServer, fields: Fields) -> Fields:
    chat = _chat(world, fields)
    message = Shown(
        chat=chat,
        message_id=world.next_message_id(),
        text=fields.get("title", ""),
        location=(float(fields["latitude"]), float(fields["longitude"])),
    )
    _put_markup(message, fields)
    chat.messages.append(message)
    about = world.message_json(message)
    del about["text"]
    about["location"] = {"latitude": message.location[0], "longitude": message.location[1]}  # type: ignore[index]
    if "title" in fields:
        about["venue"] = {
            "location": about["location"],
            "title": fields["title"],
            "address": fields["address"],
        }
    return about


def edit_message_text(world: TelegramServer, fields: Fields) -> Fields:
    message = _own_message(world, fields)
    text, before = _text(fields), (message.text, message.keyboard)
    message.keyboard = []
    _put_markup(message, fields)
    if (text, message.keyboard) == before:
        raise Refused(400, _NOT_MODIFIED)
    message.text = text
    message.edits += 1
    return world.message_json(message)


def edit_message_reply_markup(world: TelegramServer, fields: Fields) -> Fields:
    message = _own_message(world, fields)
    before, message.keyboard = message.keyboard, []
    _put_markup(message, fields)
    if message.keyboard == before:
        raise Refused(400, _NOT_MODIFIED)
    message.edits += 1
    return world.message_json(message)


def delete_message(world: TelegramServer, fields: Fields) -> bool:
    chat = _chat(world, fields)
    wanted = int(fields["message_id"])
    for message in chat.messages:
        if message.message_id == wanted:
            chat.messages.remove(message)
            return True
    raise Refused(400, "Bad Request: message to delete not found")


def answer_callback_query(world: TelegramServer, fields: Fields) -> bool:
    tap = world.taps.get(str(fields.get("callback_query_id")))
    if tap is None or tap.is_answered:
        raise Refused(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        )
    text = str(fields.get("text", ""))
    if len(text) > MAX_ANSWER:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    tap.text, tap.is_alert = text, str(fields.get("show_alert")).lower() == "true"
    tap.is_answered = True
    return True


def set_my_commands(world: TelegramServer, fields: Fields) -> bool:
    for command in fields["commands"]:
        if not command["description"] or len(command["description"]) > 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    scope = json.dumps(fields.get("scope") or {"type": "default"}, sort_keys=True)
    world.commands[(scope, str(fields.get("language_code", "")))] = fields["commands"]
    return True


def set_webhook(world: TelegramServer, fields: Fields) -> bool:
    world.webhook = dict(fields)
    return True


def delete_webhook(world: TelegramServer, _fields: Fields) -> bool:
    world.webhook = {}
    return True


def get_webhook_info(world: TelegramServer, _fields: Fields) -> Fields:
    return {
        "url": world.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }


def get_chat(world: TelegramServer, fields: Fields) -> Fields:
    return _chat(world, fields).as_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def accept(_world: TelegramServer, _fields: Fields) -> bool:
    return True


METHODS: Mapping[str, Callable[[TelegramServer, Fields], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendVenue": send_location,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "deleteMyCommands": accept,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getChat": get_chat,
    "sendChatAction": accept,
}

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


def _chat(world: TelegramServer, fields: Fields) -> Chat:
    chat = world.chats.get(int(fields.get("chat_id") or 0))
    if chat is None:
        raise Refused(400, "Bad Request: chat not found")
    if chat.refuses:
        raise Refused(403, chat.refuses)
    return chat


def _own_message(world: TelegramServer, fields: Fields) -> Shown:
    wanted = int(fields.get("message_id") or 0)
    for message in _chat(world, fields).messages:
        if message.message_id == wanted:
            if message.by is not None:
                raise Refused(400, "Bad Request: message can't be edited")
            return message
    raise Refused(400, "Bad Request: message to edit not found")


def _text(fields: Fields) -> str:
    try:
        text = as_read(str(fields.get("text", "")), fields.get("parse_mode"))
    except BadMarkup as error:
        raise Refused(400, f"Bad Request: can't parse entities: {error}") from None
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text) > MAX_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    return text


def _put_markup(message: Shown, fields: Fields) -> None:
    markup = fields.get("reply_markup") or {}
    if "keyboard" in markup:
        message.reply_keyboard = markup["keyboard"]
        if message.chat.type != "private" and any(
            button.get("request_contact") for row in markup["keyboard"] for button in row
        ):
            raise Refused(400, "Bad Request: phone number can be requested in private chats only")
    rows = markup.get("inline_keyboard", [])
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    message.keyboard = [row for row in rows if row]


def _check_button(button: Fields) -> None:
    if not button.get("text"):
        raise Refused(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    kinds = [kind for kind in ("callback_data", "url", "web_app", "copy_text") if kind in button]
    if len(kinds) != 1:
        raise Refused(400, "Bad Request: inline keyboard button has no or many actions")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_CALLBACK_BYTES:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if "web_app" in button and not button["web_app"]["url"].startswith("https://"):
        raise Refused(400, "Bad Request: BUTTON_URL_INVALID: web apps need https")
    if "url" in button and not _is_address(button["url"]):
        raise Refused(400, "Bad Request: BUTTON_URL_INVALID: Wrong HTTP URL")


def _is_address(url: str) -> bool:
    """Telegram knows no host without a dot, such as localhost."""
    parts = urlsplit(url)
    return parts.scheme == "tg" or (
        parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    )
