"""One update that Telegram delivered to the webhook, handled before it is answered."""

from __future__ import annotations

import asyncio
import logging

from aiogram.types import Update
from django.db import DatabaseError, InterfaceError
from pydantic import ValidationError

from telegram_bot.middlewares import Busy
from telegram_bot.requests import make_bot
from telegram_bot.runner import handle

logger = logging.getLogger(__name__)


def handle_delivered(body: bytes) -> bool:
    """Returns whether it is done; if not, it has to be delivered again."""
    try:
        asyncio.run(_handle(body))
    except ValidationError:
        # Delivering it again would not help.
        logger.warning("Telegram sent an update of a shape unknown to us")
    except (Busy, DatabaseError, InterfaceError) as error:
        logger.warning("An update will come again: %s", type(error).__name__)
        return False
    return True


async def _handle(body: bytes) -> None:
    bot = make_bot()
    try:
        update = Update.model_validate_json(body, context={"bot": bot})
        await handle(bot, update, by="webhook")
    finally:
        await bot.session.close()
