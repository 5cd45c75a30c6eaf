"""Shows what the acts return: one message edited in place, never a trail."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from django.utils.translation import gettext as _

from reservehub.core import clock
from telegram_bot.bridge import call
from telegram_bot.guest.acts.taps import Outcome
from telegram_bot.guest.profiles import Visitor, messages_remember
from telegram_bot.screen import Screen

_GONE = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")


async def deliver(bot: Bot, visitor: Visitor, outcome: Outcome, *, onto: int | None) -> None:
    """Bring the chat into the state of the outcome.

    :param onto: the message of ours to edit; None sends a new one below what the guest wrote
    """
    chat_id, reply = visitor.chat_id, outcome.reply
    screen_id, prompt_id = outcome.screen_id, outcome.prompt_id
    if reply.screen is not None:
        screen_id = await _show(bot, chat_id, reply.screen, onto=onto)
        if outcome.screen_id not in {None, screen_id}:
            await delete(bot, chat_id, outcome.screen_id)
    if prompt_id is not None and (reply.screen is not None or reply.phone_prompt):
        await delete(bot, chat_id, prompt_id)
        if not reply.phone_prompt:
            await _put_keyboard_away(bot, chat_id)
        prompt_id = None
    if reply.phone_prompt:
        prompt_id = await _ask_phone(bot, chat_id, reply.phone_prompt)
    if (screen_id, prompt_id) != (outcome.screen_id, outcome.prompt_id):
        await call(
            messages_remember,
            visitor.user_id,
            screen_id=screen_id,
            prompt_id=prompt_id,
            now=clock.now(),
        )


async def _show(bot: Bot, chat_id: int, screen: Screen, *, onto: int | None) -> int:
    """Edit the message; a new one where it is gone. Its number."""
    markup = InlineKeyboardMarkup.model_validate(screen.markup())
    if onto is not None:
        try:
            await bot.edit_message_text(
                screen.text, chat_id=chat_id, message_id=onto, reply_markup=markup
            )
        except TelegramBadRequest as error:
            if not any(words in error.message for words in _GONE):
                raise
        else:
            return onto
    sent = await bot.send_message(chat_id, screen.text, reply_markup=markup)
    return sent.message_id


async def _ask_phone(bot: Bot, chat_id: int, words: str) -> int:
    """Only a keyboard in place of the phone's own can ask for the number."""
    share = KeyboardButton(text="📱 " + _("Share my number and book"), request_contact=True)
    markup = ReplyKeyboardMarkup(keyboard=[[share]], resize_keyboard=True, one_time_keyboard=True)
    sent = await bot.send_message(chat_id, words, reply_markup=markup, parse_mode=None)
    return sent.message_id


async def _put_keyboard_away(bot: Bot, chat_id: int) -> None:
    """Takes a message, which is taken back at once; deleting the question does not do it."""
    sent = await bot.send_message(
        chat_id, "👌", reply_markup=ReplyKeyboardRemove(), disable_notification=True
    )
    await delete(bot, chat_id, sent.message_id)


async def delete(bot: Bot, chat_id: int, message_id: int | None) -> None:
    """Take a message away; Telegram keeps what is older than two days."""
    if message_id is None:
        return
    try:
        await bot.delete_message(chat_id, message_id)
    except TelegramBadRequest:
        return
