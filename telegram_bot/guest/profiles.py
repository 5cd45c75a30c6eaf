"""What the bot remembers of a guest's chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.validation import MAX_NAME
from guests.identity import normalise_phone
from telegram_bot.guest.models import GuestProfile


@dataclass(frozen=True)
class Visitor:
    """Who talks to the bot, as Telegram says."""

    user_id: int
    chat_id: int
    name: str


@transaction.atomic
def profile_of(visitor: Visitor, *, now: datetime) -> GuestProfile:
    """The row of a visitor, made at the first word; follows the name in Telegram."""
    name = " ".join(visitor.name.replace("\x00", "").split())[:MAX_NAME]
    profile, is_new = GuestProfile.objects.get_or_create(
        user_id=visitor.user_id,
        defaults={
            "chat_id": visitor.chat_id,
            "name": name,
            "created_at": now,
            "updated_at": now,
        },
    )
    if not is_new and (profile.name, profile.chat_id) != (name, visitor.chat_id):
        profile.name, profile.chat_id, profile.updated_at = name, visitor.chat_id, now
        profile.save(update_fields=["name", "chat_id", "updated_at"])
    return profile


def profile_phone_set(profile: GuestProfile, phone: str, *, now: datetime) -> None:
    """Remember the number that Telegram vouches for.

    :param phone: international, with or without the plus
    :raises BadPhone: for numbers that cannot be called, such as anonymous ones
    """
    profile.phone = normalise_phone("+" + phone.strip().lstrip("+"), region="")
    profile.updated_at = now
    profile.save(update_fields=["phone", "updated_at"])


def profile_awaits(profile: GuestProfile, code: str, *, now: datetime) -> None:
    """What goes on once the number has come; empty: nothing."""
    if profile.awaiting != code:
        profile.awaiting, profile.updated_at = code, now
        profile.save(update_fields=["awaiting", "updated_at"])


def messages_remember(
    user_id: int, *, screen_id: int | None, prompt_id: int | None, now: datetime
) -> None:
    """Which messages of the bot stand in the chat."""
    GuestProfile.objects.filter(user_id=user_id).update(
        screen_id=screen_id, prompt_id=prompt_id, updated_at=now
    )
