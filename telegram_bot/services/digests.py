"""The overview of the day, once per chat and service date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from bookings.loading import prepared_day
from bookings.selectors.floor import opening_bounds, service_date_at
from telegram_bot.models import AdminChat

BEFORE = timedelta(hours=1)
"""Before the first seating, when the team comes together."""
UNTIL_AFTER = timedelta(hours=2)
"""An overview that is later than this after the opening helps nobody."""


@dataclass(frozen=True)
class Owed:
    """A chat that has not been told of this service date; `before` is the one told last."""

    chat: AdminChat
    service_date: date
    before: date | None


def digests_due(*, now: datetime) -> Iterator[Owed]:
    """The chats whose restaurant is about to open, or has just opened."""
    chats = AdminChat.objects.filter(
        is_active=True, sends_digest=True, restaurant__is_active=True
    ).select_related("restaurant__policy")
    for chat in chats:
        restaurant = chat.restaurant
        day = service_date_at(restaurant, now)
        if chat.digest_on == day or prepared_day(restaurant, day).config.is_closed:
            continue
        opens_at, _closes_at = opening_bounds(restaurant, day)
        if opens_at - BEFORE <= now < opens_at + UNTIL_AFTER:
            yield Owed(chat, day, chat.digest_on)


def digest_claim(*, owed: Owed) -> bool:
    """Noted before it is sent: a crash loses one overview rather than sending it twice."""
    return bool(
        AdminChat.objects.filter(pk=owed.chat.pk)
        .filter(~Q(digest_on=owed.service_date) | Q(digest_on=None))
        .update(digest_on=owed.service_date)
    )


def digest_release(*, owed: Owed) -> None:
    """It was certainly not sent: the next round tries again."""
    AdminChat.objects.filter(pk=owed.chat.pk, digest_on=owed.service_date).update(
        digest_on=owed.before
    )
