"""Builds the bot and feeds it: from polling (`poll`) or from the webhook (`handle`).

Order of the routers: staff, guests, then what both share (/lang, taps nobody knows). A handler is
given ``language`` besides what aiogram gives; it reaches services by `telegram_bot.bridge.call`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any, TypeVar

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramRetryAfter,
)
from aiogram.types import Update
from django.db import DatabaseError, InterfaceError

from reservehub.core import clock
from telegram_bot import bridge, common, guest, staff
from telegram_bot.commands import commands_set
from telegram_bot.middlewares import Busy, Once, Refusals
from telegram_bot.requests import make_bot
from telegram_bot.services.updates import update_done
from telegram_bot.storage import DialogueStorage

logger = logging.getLogger(__name__)

T = TypeVar("T")

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]
POLL_SECONDS = 25
HANDLE_SECONDS = 60
"""Less than `TAKEN_BACK_AFTER`: a claim is never taken from a handler that still works."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


@cache
def dispatcher() -> Dispatcher:
    """The one of this process: routers can be attached only once."""
    made = Dispatcher(storage=DialogueStorage())
    made.update.outer_middleware(Once())
    for observer in (made.message, made.callback_query, made.my_chat_member):
        observer.outer_middleware(Refusals())
    for router in (staff.router, guest.router, common.router):
        made.include_router(router)
    return made


async def handle(bot: Bot, update: Update, *, by: str) -> None:
    """Handle one update, once. One that takes too long is given up, or it would hold up all others
    again and again.

    :raises Busy: if another process does so at this moment
    :raises DatabaseError: it is not done; deliver it again
    """
    try:
        await asyncio.wait_for(
            dispatcher().feed_update(bot, update, claimed_by=by), timeout=HANDLE_SECONDS
        )
    except TimeoutError:
        logger.warning("Update %s took too long and is given up", update.update_id)
        await bridge.call(update_done, update_id=update.update_id, now=clock.now())


async def poll(stop: asyncio.Event) -> None:
    """Ask Telegram for updates until told to stop; outages of either side are waited out."""
    by = f"poll-{uuid.uuid4().hex[:12]}"
    bot = make_bot()
    try:
        await _Poller(bot, stop, by).run()
    finally:
        await bot.session.close()
        await asyncio.get_running_loop().run_in_executor(None, bridge.close)


class _Poller:
    def __init__(self, bot: Bot, stop: asyncio.Event, by: str) -> None:
        self._bot, self._stop, self._by = bot, stop, by
        self._offset: int | None = None
        self._pause = FIRST_PAUSE
        self._is_prepared = False

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                await self._once()
                self._pause = FIRST_PAUSE
            except TelegramRetryAfter as error:
                await self._wait(error.retry_after)
            except (
                TelegramAPIError,
                ClientDecodeError,
                DatabaseError,
                InterfaceError,
                Busy,
            ) as error:
                _complain(error)
                await self._wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _once(self) -> None:
        if not self._is_prepared:
            await self._offer_commands()
            self._is_prepared = True
            logger.info("The bot is listening")
        asking = self._bot.get_updates(
            offset=self._offset,
            timeout=POLL_SECONDS,
            allowed_updates=ALLOWED_UPDATES,
            request_timeout=POLL_SECONDS + 10,
        )
        updates = await _unless(self._stop, asking)
        if updates:
            await self._handle_all(updates)
            # Only now: what is confirmed is never delivered again.
            self._offset = updates[-1].update_id + 1

    async def _offer_commands(self) -> None:
        """Conveniences for typing: a refusal must not keep the bot from listening."""
        try:
            await commands_set(self._bot)
        except TelegramBadRequest as error:
            logger.warning("Telegram does not take our commands: %s", error.message)

    async def _handle_all(self, updates: Sequence[Update]) -> None:
        """Chats side by side, each in its own order."""
        chats: dict[int | None, list[Update]] = defaultdict(list)
        for update in updates:
            chats[_chat_of(update)].append(update)
        results = await asyncio.gather(
            *(self._handle_in_order(chat) for chat in chats.values()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _handle_in_order(self, updates: Sequence[Update]) -> None:
        for update in updates:
            await handle(self._bot, update, by=self._by)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def _chat_of(update: Update) -> int | None:
    event: Any = update.event
    chat = getattr(event, "chat", None) or getattr(getattr(event, "message", None), "chat", None)
    return chat.id if chat else None


async def _unless(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of the work, or None if told to stop before it is there."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


def _complain(error: Exception) -> None:
    if isinstance(error, TelegramConflictError):
        logger.error(
            "Telegram refuses to be polled: another process polls, or a webhook is set "
            "(manage.py set_telegram_webhook --delete)"
        )
    else:
        logger.warning("The bot will try again: %s", type(error).__name__)
