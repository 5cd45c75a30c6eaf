"""Who talks to the bot, where the restaurants hear of requests, and what is shown in which chat."""

from telegram_bot.guest.models import GuestProfile
from telegram_bot.models.cards import Card, CardState
from telegram_bot.models.chats import AdminChat, LinkPurpose, LinkToken, StaffChat
from telegram_bot.models.updates import Dialogue, TelegramUser, Update

__all__ = [
    "AdminChat",
    "Card",
    "CardState",
    "Dialogue",
    "GuestProfile",
    "LinkPurpose",
    "LinkToken",
    "StaffChat",
    "TelegramUser",
    "Update",
]
