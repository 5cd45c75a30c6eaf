"""The commands that Telegram offers while one types, per kind of chat and language."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

GUEST_COMMANDS = (
    ("start", _("Book a table")),
    ("bookings", _("My bookings")),
    ("lang", _("Language")),
    ("help", _("Help")),
)
STAFF_COMMANDS = (
    ("today", _("The book of today")),
    ("floor", _("The tables now")),
    ("find", _("Find a reservation: name, phone or reference")),
    ("walkin", _("Seat guests without a reservation")),
    ("pause", _("Pause online bookings")),
    ("lang", _("Language")),
    ("help", _("Help")),
)


async def commands_set(bot: Bot) -> None:
    """For private chats those of guests, for groups those of staff; repeatable.

    The private chats of staff get theirs when they are linked: `commands_set_for_staff`.
    """
    for code, language in _languages():
        await bot.set_my_commands(
            _commands(GUEST_COMMANDS, language),
            scope=BotCommandScopeAllPrivateChats(),
            language_code=code,
        )
        await bot.set_my_commands(
            _commands(STAFF_COMMANDS, language),
            scope=BotCommandScopeAllGroupChats(),
            language_code=code,
        )


async def commands_set_for_staff(bot: Bot, chat_id: int) -> None:
    for code, language in _languages():
        await bot.set_my_commands(
            _commands(STAFF_COMMANDS, language),
            scope=BotCommandScopeChat(chat_id=chat_id),
            language_code=code,
        )


def _languages() -> list[tuple[str | None, str]]:
    """Telegram's code and ours; without a code for everybody whose language we do not speak."""
    known: list[tuple[str | None, str]] = [(code, code) for code, _name in settings.LANGUAGES]
    return [(None, settings.LANGUAGE_CODE), *known]


def _commands(given: Sequence[tuple[str, object]], language: str) -> list[BotCommand]:
    with translation.override(language):
        return [BotCommand(command=name, description=str(words)) for name, words in given]
