"""Commands of staff and the buttons of their answers. In private only for linked people; in groups
only in chats of a restaurant, and there everybody is asked who they are.
"""

from __future__ import annotations

from collections.abc import Callable

from aiogram import F, Router
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import CallbackQuery, Message

from reservehub.core import clock
from reservehub.core.errors import DomainError
from telegram_bot.bridge import call
from telegram_bot.errors import ButtonOld
from telegram_bot.presenters.book import STAFF
from telegram_bot.screen import Screen, parts_of
from telegram_bot.selectors.people import is_linked
from telegram_bot.staff import show
from telegram_bot.staff.screens import (
    Asked,
    deed_of,
    find,
    floor,
    language_asked,
    pause,
    today,
    walk_in,
)
from telegram_bot.staff.texts import help_text

router = Router(name="staff.commands")


class ForStaff(BaseFilter):
    """Groups, and private chats of linked people; guests go on to their own dialogues."""

    async def __call__(self, message: Message) -> bool:
        if message.chat.id < 0:
            return True
        return message.from_user is not None and await call(is_linked, message.from_user.id)


router.message.filter(ForStaff())

COMMANDS: dict[str, Callable[[Asked], Screen]] = {
    "today": today,
    "floor": floor,
    "find": find,
    "walkin": walk_in,
    "pause": pause,
}


@router.message(Command(*COMMANDS))
async def command(message: Message, command: CommandObject) -> None:
    """One answer per command; from there on it is edited."""
    work = COMMANDS[command.command.lower()]
    screen = await call(work, _asked(message, command))
    await show.answer(message, screen)


@router.message(Command("help"))
async def help_staff(message: Message) -> None:
    await message.answer(help_text(), parse_mode=None)


@router.message(Command("lang"), F.chat.id < 0)
async def language(message: Message, command: CommandObject) -> None:
    """Groups have one language for all."""
    await show.answer(message, await call(language_asked, _asked(message, command)))


def _asked(message: Message, command: CommandObject) -> Asked:
    return Asked(
        telegram_id=message.from_user.id if message.from_user else 0,
        chat_id=message.chat.id,
        words=command.args or "",
        now=clock.now(),
    )


@router.callback_query(F.data.startswith(f"{STAFF}:"))
async def tapped(tap: CallbackQuery) -> None:
    """A refusal is said in an alert, and the message then shows how things are."""
    parts = parts_of(tap.data)[1:]
    if tap.message is None or len(parts) < 2 or not parts[1].isdecimal():
        raise ButtonOld
    asked = Asked(
        telegram_id=tap.from_user.id,
        chat_id=tap.message.chat.id,
        restaurant_id=int(parts[1]) or None,
        parts=tuple(parts[2:]),
        now=clock.now(),
    )
    deed = deed_of(parts[0])
    try:
        screen = await call(deed.work, asked)
    except DomainError:
        if deed.otherwise is not None:
            await show.edit(tap, await call(deed.otherwise, asked))
        raise
    await show.edit(tap, screen)
