"""Screens into messages: a tap edits the message it is on, a command gets one answer."""

from __future__ import annotations

from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from telegram_bot.screen import Screen


def markup_of(screen: Screen) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.model_validate(screen.markup())


async def answer(message: Message, screen: Screen) -> None:
    await message.answer(screen.text, reply_markup=markup_of(screen))


async def edit(tap: CallbackQuery, screen: Screen) -> None:
    """One message per dialogue; what cannot be edited any more (48 hours) is left alone."""
    if isinstance(tap.message, Message):
        await tap.message.edit_text(screen.text, reply_markup=markup_of(screen))
