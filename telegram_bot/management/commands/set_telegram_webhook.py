"""Tell Telegram to deliver updates to our web processes instead of being polled."""

from __future__ import annotations

import asyncio
from typing import Any

from aiogram.exceptions import TelegramAPIError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from telegram_bot.requests import NoToken, make_bot
from telegram_bot.runner import ALLOWED_UPDATES


class Command(BaseCommand):
    help = "Set the webhook at RESERVEHUB_BASE_URL, or delete it and go back to polling."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="go back to polling")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["delete"] and not settings.TELEGRAM_WEBHOOK_SECRET:
            raise CommandError("TELEGRAM_WEBHOOK_SECRET is not set.")
        url = "" if options["delete"] else settings.RESERVEHUB_BASE_URL + reverse("telegram:hook")
        try:
            asyncio.run(_tell(url))
        except (NoToken, TelegramAPIError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Telegram delivers to {url}" if url else "The webhook is deleted.")


async def _tell(url: str) -> None:
    bot = make_bot()
    try:
        if url:
            await bot.set_webhook(
                url,
                secret_token=settings.TELEGRAM_WEBHOOK_SECRET,
                allowed_updates=ALLOWED_UPDATES,
            )
        else:
            await bot.delete_webhook()
    finally:
        await bot.session.close()
