from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.base import Action, OutcomeUnknown, SendFailed
from notifications.channels.telegram.backend import TelegramBackend
from tests.notifications.channels.support import CONTENT, envelope_to, impatience
from tests.notifications.stand_ins.server import (
    Answer,
    Received,
    StandIn,
    address_of_nobody,
    as_json,
)

TOKEN = "123456:TESTTOKEN"
CHAT = "279058397"


class BotApi(StandIn):
    """As much of the Bot API as sending needs; the bot's own tests have a whole one."""

    def answer(self, request: Received) -> Answer:
        if request.path != f"/bot{TOKEN}/sendMessage":
            return as_json({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return as_json({"ok": True, "result": {"message_id": 77, "chat": {"id": int(CHAT)}}})


@pytest.fixture
def api(settings: Any) -> Iterator[BotApi]:
    with BotApi() as stand_in:
        settings.TELEGRAM_API_BASE = stand_in.url
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        yield stand_in


def test_a_chat_gets_text_and_buttons(api: BotApi) -> None:
    content = replace(CONTENT, short="<b>Fish & Chips</b>")

    receipt = TelegramBackend().send(envelope_to(CHAT, content=content))

    body = api.requests[0].json
    assert receipt.provider_id == f"{CHAT}:77"
    assert body["chat_id"] == CHAT
    assert (body["parse_mode"], body["text"]) == ("HTML", "&lt;b&gt;Fish &amp; Chips&lt;/b&gt;")
    assert body["reply_markup"]["inline_keyboard"] == [
        [{"text": "Confirm", "callback_data": "m:confirm"}],
        [{"text": "Open", "url": "https://book.example.com/r/abc"}],
    ]


def test_no_actions_no_keyboard_and_no_alarm_for_what_can_wait(api: BotApi) -> None:
    here = Action("Open", "http://127.0.0.1:8000/r/abc")  # Telegram would refuse everything
    content = replace(CONTENT, actions=(Action("Nothing", ""), here))

    TelegramBackend().send(envelope_to(CHAT, content=content, is_urgent=False))

    body = api.requests[0].json
    assert "reply_markup" not in body
    assert body["disable_notification"] is True


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
    ],
)
def test_a_blocked_bot_and_a_lost_chat_are_dead(api: BotApi, status: int, description: str) -> None:
    api.fail_next(status, {"ok": False, "error_code": status, "description": description})

    with pytest.raises(SendFailed) as refused:
        TelegramBackend().send(envelope_to(CHAT))

    assert refused.value.is_address_dead


def test_another_bad_request_is_permanent_and_the_chat_lives(api: BotApi) -> None:
    answer = {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
    api.fail_next(400, answer)

    with pytest.raises(SendFailed) as refused:
        TelegramBackend().send(envelope_to(CHAT))

    assert refused.value.is_permanent
    assert not refused.value.is_address_dead


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [({"retry_after": 17}, timedelta(seconds=17)), ({}, None), ({"retry_after": "x"}, None)],
)
def test_too_many_messages_wait(
    api: BotApi, parameters: dict[str, Any], expected: timedelta | None
) -> None:
    api.fail_next(429, {"ok": False, "error_code": 429, "parameters": parameters})

    with pytest.raises(SendFailed) as refused:
        TelegramBackend().send(envelope_to(CHAT))

    assert not refused.value.is_permanent
    assert refused.value.retry_after == expected


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_token_is_ours_to_mend_and_is_not_told(api: BotApi, status: int) -> None:
    api.fail_next(status, {"ok": False, "error_code": status, "description": "Unauthorized"})

    with pytest.raises(SendFailed) as refused:
        TelegramBackend().send(envelope_to(CHAT))

    assert not refused.value.is_permanent
    assert TOKEN not in str(refused.value)


def test_before_and_after_sending_are_told_apart(api: BotApi, settings: Any) -> None:
    for mood in (api.hang, api.drop_after_receiving, lambda: api.fail_next(502)):
        mood()
        with impatience(settings), pytest.raises(OutcomeUnknown):
            TelegramBackend().send(envelope_to(CHAT))
    with pytest.raises(OutcomeUnknown):
        TelegramBackend().find(envelope_to(CHAT), since=datetime(2026, 1, 1, tzinfo=UTC))

    settings.TELEGRAM_API_BASE = address_of_nobody()
    with pytest.raises(SendFailed) as refused:
        TelegramBackend().send(envelope_to(CHAT))
    assert TOKEN not in repr(refused.value)
