"""What the bot keeps about a guest (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bookings.models import Reservation
from guests.facts import Section, section
from guests.privacy import Keeper
from notifications.kinds import ChannelName
from notifications.models import ContactPoint
from telegram_bot.models import Dialogue, GuestProfile, TelegramUser
from telegram_bot.services.cards import cards_touch


def _profiles(guest_ids: Sequence[int]) -> QuerySet[GuestProfile]:
    """Those whose chats the guest has connected."""
    points = ContactPoint.objects.filter(channel=ChannelName.TELEGRAM, guest__in=guest_ids)
    chats = [int(one) for one in points.values_list("address", flat=True) if one.isdecimal()]
    return GuestProfile.objects.filter(chat_id__in=chats)


def _show(guest_ids: Sequence[int]) -> list[Section]:
    fields = ("name", "phone", "chat_id", "created_at")
    return [section("telegram", _("The bot in Telegram"), _profiles(guest_ids), *fields)]


def _erase(guest_ids: Sequence[int], now: datetime) -> None:  # noqa: ARG001
    """The bot is one for all houses: who is known in another keeps talking to it as before."""
    found = list(_profiles(guest_ids))
    elsewhere = ContactPoint.objects.filter(
        channel=ChannelName.TELEGRAM,
        address__in=[str(profile.chat_id) for profile in found],
        disabled_at=None,
    ).exclude(guest__in=guest_ids)
    known = set(elsewhere.values_list("address", flat=True))
    gone = [profile for profile in found if str(profile.chat_id) not in known]
    if not gone:
        return
    theirs = reduce(or_, (Q(key__contains=f":{profile.user_id}:") for profile in gone))
    Dialogue.objects.filter(theirs).delete()
    TelegramUser.objects.filter(telegram_id__in=[profile.user_id for profile in gone]).delete()
    GuestProfile.objects.filter(pk__in=[profile.pk for profile in gone]).delete()


def cards_forget(guest_ids: Sequence[int], now: datetime) -> None:
    """The cards in the restaurants' chats are edited: they show a visit without a name."""
    rows = Reservation.objects.filter(guest__in=guest_ids, telegram_cards__isnull=False)
    for pk in rows.distinct().values_list("pk", flat=True):
        cards_touch(reservation_id=pk, now=now)


KEEPER = Keeper(name="telegram_bot", show=_show, erase=_erase)
