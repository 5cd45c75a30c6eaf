"""A Telegram of our own for each test, and our bot really polling it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from pytest_django import Settings

from telegram_bot.runner import poll
from tests.telegram.server import BOT_NAME, TOKEN, TelegramServer, running_server

SITE = "https://book.example.com"


@pytest.fixture
def telegram(settings: Settings) -> Iterator[TelegramServer]:
    """The stand-in for api.telegram.org, without anybody polling it."""
    with running_server() as server:
        settings.TELEGRAM_API_BASE = server.base
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        settings.TELEGRAM_BOT_NAME = BOT_NAME
        settings.TELEGRAM_WEBHOOK_SECRET = "secret-of-the-webhook"
        settings.RESERVEHUB_BASE_URL = SITE
        yield server


@pytest.fixture(autouse=True, scope="session")
def _sessions_close_at_once() -> Iterator[None]:
    """aiogram waits a quarter of a second for encrypted connections to close; ours are plain."""

    async def close(session: AiohttpSession) -> None:
        if session._session is not None:
            await session._session.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AiohttpSession, "close", close)
        yield


@contextlib.contextmanager
def polling_bot() -> Iterator[None]:
    """Our bot in a thread, as `run_bot` runs it; leaving stops it as SIGTERM does."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(poll(stop)), name="bot")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive(), "the bot does not stop"
        loop.close()


@pytest.fixture
def bot(telegram: TelegramServer, transactional_db: None) -> Iterator[TelegramServer]:
    """Telegram with our bot polling it."""
    with polling_bot():
        yield telegram
