"""The Telegram bot, asking Telegram for updates."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.channels.base import OutcomeUnknown, SendFailed
from telegram_bot.client import bot_name
from telegram_bot.requests import NoToken
from telegram_bot.runner import poll


class Command(BaseCommand):
    help = "Run the Telegram bot (polling) until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        with contextlib.suppress(SendFailed, OutcomeUnknown):
            bot_name()  # pages link to it, and ask nobody
        try:
            asyncio.run(_run())
        except NoToken as error:
            raise CommandError(str(error)) from None


async def _run() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await poll(stop)
