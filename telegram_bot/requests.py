"""The bot as a client of the Bot API, and the manners of its requests."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.methods import AnswerCallbackQuery, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import LinkPreviewOptions
from django.conf import settings

REQUEST_SECONDS = 20
PATIENCE = 5
"""Seconds that a handler waits when Telegram asks for patience; longer waits are left to tasks."""

answered: ContextVar[set[str] | None] = ContextVar("answered", default=None)
"""Ids of the taps answered while the present update is handled."""


class NoToken(RuntimeError):
    """``TELEGRAM_BOT_TOKEN`` is not set."""


class Manners(BaseRequestMiddleware):
    """Waits briefly when told to, notes answered taps, and takes "nothing changed" for success."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        taps = answered.get()
        if isinstance(method, AnswerCallbackQuery) and taps is not None:
            taps.add(method.callback_query_id)
        try:
            result: Response[TelegramType] = await self._patiently(make_request, bot, method)
        except TelegramBadRequest as error:
            if is_harmless(error):
                # The result of the method: True, as Telegram answers where there is no message.
                return cast("Response[TelegramType]", True)  # noqa: FBT003
            raise
        return result

    async def _patiently(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[Any],
    ) -> Any:
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as error:
            if error.retry_after > PATIENCE:
                raise
            await asyncio.sleep(error.retry_after)
        return await make_request(bot, method)


def is_harmless(error: TelegramBadRequest) -> bool:
    """The message says this already, or the tap is too old to be answered."""
    return "message is not modified" in error.message or "query is too old" in error.message


def make_bot() -> Bot:
    """A bot for one event loop; close its session in the end.

    :raises NoToken: without a token in the settings
    """
    if not settings.TELEGRAM_BOT_TOKEN:
        raise NoToken("TELEGRAM_BOT_TOKEN is not set")
    session = AiohttpSession(
        api=TelegramAPIServer.from_base(settings.TELEGRAM_API_BASE), timeout=REQUEST_SECONDS
    )
    session.middleware(Manners())
    defaults = DefaultBotProperties(
        parse_mode=ParseMode.HTML, link_preview=LinkPreviewOptions(is_disabled=True)
    )
    return Bot(settings.TELEGRAM_BOT_TOKEN, session=session, default=defaults)
