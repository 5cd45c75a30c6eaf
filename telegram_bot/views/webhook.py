"""Where Telegram delivers updates, if it is not polled."""

from __future__ import annotations

import asyncio
import logging

from aiogram.types import Update
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from reservehub.core.tokens import tokens_match
from telegram_bot.middlewares import Busy
from telegram_bot.requests import make_bot
from telegram_bot.runner import handle

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """Handle one update before answering; 503 asks Telegram to deliver it again."""
    secret = settings.TELEGRAM_WEBHOOK_SECRET
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not secret or not tokens_match(given, secret):
        return HttpResponse(status=403)
    try:
        asyncio.run(_handle(request.body))
    except ValidationError:
        # Delivering it again would not help.
        logger.warning("Telegram sent an update of a shape unknown to us")
    except (Busy, DatabaseError, InterfaceError, TimeoutError) as error:
        logger.warning("An update will come again: %s", type(error).__name__)
        return HttpResponse(status=503)
    return HttpResponse()


async def _handle(body: bytes) -> None:
    bot = make_bot()
    try:
        update = Update.model_validate_json(body, context={"bot": bot})
        await handle(bot, update, by="webhook")
    finally:
        await bot.session.close()
