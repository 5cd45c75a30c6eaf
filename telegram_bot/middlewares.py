"""Around every handler: once, in the right language, never without an answer."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from reservehub.core import clock
from reservehub.core.errors import DomainError
from telegram_bot.bridge import call
from telegram_bot.requests import answered
from telegram_bot.services.updates import update_begin, update_done

logger = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
MAX_ALERT = 200


class Busy(RuntimeError):
    """Another process handles this update at this moment; Telegram shall deliver it again."""


class Once(BaseMiddleware):
    """Claims the update, turns on the language of the conversation, and notes that it is done.

    Handlers find the ``language`` among their arguments.

    :param by: see `update_begin`
    """

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, Update):
            return await handler(event, data)
        user: User | None = data.get("event_from_user")
        chat: Chat | None = data.get("event_chat")
        begun = await call(
            update_begin,
            update_id=event.update_id,
            by=data.get("claimed_by", "poll"),
            telegram_id=user.id if user else None,
            chat_id=chat.id if chat else None,
            language_code=(user.language_code if user else None) or "",
            now=clock.now(),
        )
        if not begun.is_ours:
            if begun.is_done:
                return None
            raise Busy(str(event.update_id))
        data["language"] = begun.language
        with translation.override(begun.language):
            result = await handler(event, data)
        await call(update_done, update_id=event.update_id, now=clock.now())
        return result


class Refusals(BaseMiddleware):
    """Refusals and faults become a sentence; a tap is always answered (requirement I2)."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        mine: set[str] = set()
        token = answered.set(mine)
        try:
            return await self._handled(handler, event, data)
        finally:
            if isinstance(event, CallbackQuery) and event.id not in mine:
                await _quietly(event.answer())
            answered.reset(token)

    async def _handled(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        bot: Bot = data["bot"]
        try:
            return await handler(event, data)
        except DomainError as error:
            await say(event, bot, str(error))
        except TelegramForbiddenError:
            logger.info("A chat has blocked the bot")
        except Exception as error:  # noqa: BLE001 - one update must not stop the bot
            _log(error, data)
            await say(event, bot, _("Something went wrong. Please try again in a moment."))
        return None


async def say(event: TelegramObject, _bot: Bot, sentence: str) -> None:
    """An alert over a tap, an answer to a message."""
    if isinstance(event, CallbackQuery):
        await _quietly(event.answer(_shortened(sentence), show_alert=True))
    elif isinstance(event, Message):
        await _quietly(event.answer(sentence, parse_mode=None))


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= MAX_ALERT else f"{sentence[: MAX_ALERT - 1]}…"


async def _quietly(request: Awaitable[Any]) -> None:
    try:
        await request
    except TelegramAPIError as error:
        logger.warning("An answer was not delivered: %s", type(error).__name__)


def _log(error: Exception, data: dict[str, Any]) -> None:
    """What and where, but not the words of the error: they may quote a guest."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if _is_ours(one.filename)]
    where = f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else "?"
    update: Update | None = data.get("event_update")
    logger.error(
        "Update %s failed: %s at %s",
        update.update_id if update else "?",
        type(error).__name__,
        where,
    )


def _is_ours(filename: str) -> bool:
    return filename.startswith(str(settings.BASE_DIR)) and "site-packages" not in filename
