"""Deep links from the settings page: `/start staff-…` in private, `/start@bot staff-…` in a group;
and what happens when the bot is thrown out."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatMemberStatus
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import ChatMemberUpdated, Message
from django.utils.translation import gettext as _

from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from telegram_bot.bridge import call
from telegram_bot.commands import commands_set_for_staff
from telegram_bot.models import AdminChat
from telegram_bot.services.links import PREFIX, Place, chat_disable, link_use
from telegram_bot.staff.texts import help_text

router = Router(name="staff.linking")

OUT = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


@router.message(CommandStart(deep_link=True, magic=F.args.startswith(PREFIX)))
async def linked(message: Message, command: CommandObject, bot: Bot, language: str) -> None:
    person = message.from_user
    if person is None:  # an anonymous administrator of the group: nobody knows who
        await message.answer(_("Please send this as yourself, not as the group."))
        return
    place = Place(
        chat_id=message.chat.id,
        telegram_id=person.id,
        name=person.full_name,
        title=message.chat.title or "",
        thread_id=message.message_thread_id if message.is_topic_message else None,
        language=language,
    )
    chat = await call(link_use, payload=command.args or "", place=place, now=clock.now())
    if isinstance(chat, AdminChat):
        restaurant = chat.restaurant.name
        text = _("New requests for %(restaurant)s will appear here.") % {"restaurant": restaurant}
    else:
        text = _("Welcome, %(name)s. Your Telegram account is linked.") % {"name": str(chat.user)}
    await message.answer(f"{text}\n\n{help_text()}", parse_mode=None)
    if not place.is_group:
        await commands_set_for_staff(bot, place.chat_id)


@router.my_chat_member(F.new_chat_member.status.in_(OUT))
async def thrown_out(event: ChatMemberUpdated) -> None:
    await call(_disable_all, event.chat.id)
    raise SkipHandler  # a private chat may be a guest's as well


def _disable_all(chat_id: int) -> None:
    now = clock.now()
    for chat in AdminChat.objects.filter(chat_id=chat_id, is_active=True):
        chat_disable(chat=chat, reason="the bot was removed", actor=SYSTEM, now=now)
