"""Private chats of guests. Groups are none of this router's business."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.enums import ChatType, ContentType
from aiogram.filters import KICKED, ChatMemberUpdatedFilter, Command, CommandObject, CommandStart
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessageUnion,
    Message,
    User,
)

from reservehub.core import clock
from telegram_bot.bridge import call
from telegram_bot.guest.acts.messages import (
    Words,
    bot_was_blocked,
    contact_answer,
    message_answer,
    pictures_answer,
    start_answer,
    visits_answer,
    words_answer,
)
from telegram_bot.guest.acts.taps import tap_answer
from telegram_bot.guest.codes import PREFIX
from telegram_bot.guest.delivery import delete, deliver
from telegram_bot.guest.profiles import Visitor
from telegram_bot.screen import Button

LONGEST_NOTICE = 200
MESSAGE_PREFIX = "m:"
"""Of the buttons under messages that the channel sent."""
UNREADABLE = frozenset(
    {
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.DOCUMENT,
        ContentType.LOCATION,
        ContentType.PHOTO,
        ContentType.STICKER,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)

router = Router(name="guest")
router.message.filter(F.chat.type == ChatType.PRIVATE)
router.callback_query.filter(F.message.chat.type == ChatType.PRIVATE)
router.my_chat_member.filter(F.chat.type == ChatType.PRIVATE)


def visitor_of(user: User, chat_id: int) -> Visitor:
    return Visitor(user_id=user.id, chat_id=chat_id, name=user.full_name)


@router.message(CommandStart())
async def start(message: Message, command: CommandObject, bot: Bot) -> None:
    if message.from_user is None:
        return
    visitor = visitor_of(message.from_user, message.chat.id)
    payload = (command.args or "").strip()
    outcome = await call(start_answer, visitor=visitor, payload=payload, now=clock.now())
    await deliver(bot, visitor, outcome, onto=None)


@router.message(Command("bookings"))
async def bookings(message: Message, bot: Bot) -> None:
    if message.from_user is None:
        return
    visitor = visitor_of(message.from_user, message.chat.id)
    outcome = await call(visits_answer, visitor=visitor, now=clock.now())
    await deliver(bot, visitor, outcome, onto=None)


@router.callback_query(F.data.startswith(f"{PREFIX}:"))
async def tapped(tap: CallbackQuery, bot: Bot) -> None:
    if tap.message is None or tap.data is None:
        return
    visitor = visitor_of(tap.from_user, tap.message.chat.id)
    outcome = await call(tap_answer, visitor=visitor, code=tap.data, now=clock.now())
    await deliver(bot, visitor, outcome, onto=tap.message.message_id)
    reply = outcome.reply
    await tap.answer(shortened(reply.notice) or None, show_alert=reply.is_alert)


@router.callback_query(F.data.startswith(MESSAGE_PREFIX))
async def answered(tap: CallbackQuery, bot: Bot) -> None:
    """A button under a reminder: what was done is said, and the buttons go."""
    if tap.message is None or tap.data is None:
        return
    chat_id, message_id = tap.message.chat.id, tap.message.message_id
    became = await call(
        message_answer,
        chat_id=chat_id,
        message_id=message_id,
        callback_id=tap.id,
        code=tap.data.removeprefix(MESSAGE_PREFIX),
        now=clock.now(),
    )
    await bot.edit_message_reply_markup(
        chat_id=chat_id,
        message_id=message_id,
        reply_markup=_with_links(became.buttons, tap.message),
    )
    await tap.answer(shortened(became.notice) or None, show_alert=became.is_alert)


def _with_links(
    buttons: tuple[Button, ...], message: MaybeInaccessibleMessageUnion
) -> InlineKeyboardMarkup | None:
    """Links to our pages stay where they were."""
    before = message.reply_markup if isinstance(message, Message) else None
    links = [
        [button for button in row if button.url]
        for row in (before.inline_keyboard if before else [])
    ]
    fresh = [InlineKeyboardButton.model_validate(button.as_json()) for button in buttons]
    rows = [row for row in (fresh, *links) if row]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


@router.message(F.contact)
async def contact(message: Message, bot: Bot) -> None:
    if message.from_user is None or message.contact is None:
        return
    visitor = visitor_of(message.from_user, message.chat.id)
    outcome = await call(
        contact_answer,
        visitor=visitor,
        owner_id=message.contact.user_id,
        phone=message.contact.phone_number,
        now=clock.now(),
    )
    await deliver(bot, visitor, outcome, onto=outcome.screen_id)
    await delete(bot, message.chat.id, message.message_id)


@router.message(F.text, ~F.text.startswith("/"))
async def words(message: Message, bot: Bot) -> None:
    if message.from_user is None or message.text is None:
        return
    visitor = visitor_of(message.from_user, message.chat.id)
    said = Words(message.text, message.message_id, message.date)
    outcome = await call(words_answer, visitor=visitor, words=said, now=clock.now())
    await deliver(bot, visitor, outcome, onto=None)


@router.message(F.content_type.in_(UNREADABLE))
async def pictures(message: Message, bot: Bot) -> None:
    """They cannot be passed on, and whoever sent one should not believe that they were."""
    if message.from_user is None:
        return
    visitor = visitor_of(message.from_user, message.chat.id)
    outcome = await call(pictures_answer, visitor=visitor, now=clock.now())
    await deliver(bot, visitor, outcome, onto=None)


@router.my_chat_member(ChatMemberUpdatedFilter(KICKED))
async def blocked(change: ChatMemberUpdated) -> None:
    await call(bot_was_blocked, chat_id=change.chat.id, now=clock.now())


def shortened(notice: str) -> str:
    return notice if len(notice) <= LONGEST_NOTICE else f"{notice[: LONGEST_NOTICE - 1]}…"
