"""What everybody may ask the bot, after staff and guests had their say."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from reservehub.core import clock
from telegram_bot.bridge import call
from telegram_bot.services.updates import language_choose

router = Router(name="common")

OWN_NAMES = {"en": "English", "ru": "Русский"}


class Language(CallbackData, prefix="lang"):
    code: str


@router.message(Command("lang"), F.chat.type == ChatType.PRIVATE)
async def ask_language(message: Message) -> None:
    buttons = [
        InlineKeyboardButton(
            text=OWN_NAMES.get(code, str(name)), callback_data=Language(code=code).pack()
        )
        for code, name in settings.LANGUAGES
    ]
    await message.answer(
        _("Which language shall we speak?"),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[buttons]),
    )


@router.callback_query(Language.filter())
async def choose_language(tap: CallbackQuery, callback_data: Language) -> None:
    code = callback_data.code
    if code not in dict(settings.LANGUAGES):
        return
    await call(language_choose, telegram_id=tap.from_user.id, language=code, now=clock.now())
    with translation.override(code):
        sentence = _("From now on we speak English.")
    if isinstance(tap.message, Message):
        await tap.message.edit_text(sentence)


@router.message(Command("help"), F.chat.type == ChatType.PRIVATE)
async def help_guests(message: Message) -> None:
    await message.answer(
        _("/start – book a table\n/bookings – your bookings\n/lang – language"), parse_mode=None
    )


@router.callback_query()
async def unknown_tap(tap: CallbackQuery) -> None:
    """A button of an old release, or a forged one."""
    await tap.answer(_("This button is old. Please start again: /start"), show_alert=True)
