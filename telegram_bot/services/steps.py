"""Steps of a visit from a chat, and pausing: the same services as the host stand's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.services import (
    reservation_approve,
    reservation_arrive,
    reservation_complete,
    reservation_decline,
    reservation_no_show,
    reservation_seat,
    reservation_undo,
    walk_in_create,
)
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.services import config_save
from telegram_bot.errors import ButtonOld, NoStaff
from telegram_bot.models import AdminChat, StaffChat
from telegram_bot.selectors.people import Post

STEPS: Mapping[str, Callable[..., Reservation]] = {
    "approve": reservation_approve,
    "decline": reservation_decline,
    "arrive": reservation_arrive,
    "seat": reservation_seat,
    "finish": reservation_complete,
    "no-show": reservation_no_show,
    "undo": reservation_undo,
}
LONGEST_PAUSE = timedelta(days=31)


def step_take(
    *, post: Post, reservation_id: int, step: str, version: int, now: datetime
) -> Reservation:
    """Do what a button says, for the version that the person saw.

    :raises NoStaff: without the right
    :raises ButtonOld: for a step we do not know
    :raises NotFound: for a reservation of another restaurant
    :raises VersionConflict, TransitionRefused, TablesMissing, TableTaken, TableOccupied: as the
        services do
    """
    _require(post, Capability.EDIT_BOOK)
    if step not in STEPS:
        raise ButtonOld
    if not Reservation.objects.filter(pk=reservation_id, restaurant=post.restaurant).exists():
        raise NotFound
    return STEPS[step](
        reservation_id=reservation_id, actor=post.actor, now=now, expected_version=version
    )


def walk_in_seat(*, post: Post, party_size: int, table_id: int | None, now: datetime) -> int:
    """Seat a party without a booking, at this table or at the best; returns the reservation's id.

    :raises NoStaff: without the right
    :raises TableTaken, TableOccupied, TableUnsuitable, SlotUnavailable, ValidationFailed: as
        `walk_in_create` does
    """
    _require(post, Capability.EDIT_BOOK)
    booked = walk_in_create(
        restaurant_id=post.restaurant.pk,
        party_size=party_size,
        table_ids=() if table_id is None else (table_id,),
        actor=post.actor,
        now=now,
    )
    return booked.reservation.pk


def bookings_pause(*, post: Post, until: datetime | None, now: datetime) -> Restaurant:
    """Take no online bookings until then; None takes them again.

    :raises NoStaff: without the right
    :raises ValidationFailed: for a moment that is past or too far away
    """
    _require(post, Capability.CONFIGURE)
    if until is not None and not now < until <= now + LONGEST_PAUSE:
        sentence = _("Choose a time from now to a month ahead.")
        raise ValidationFailed(
            sentence, errors=[FieldError("/paused_until", "out_of_range", sentence)]
        )
    restaurant = Restaurant.objects.get(pk=post.restaurant.pk)
    restaurant.paused_until = until
    config_save(instance=restaurant, actor=post.actor, now=now)
    return restaurant


def pause_wish(text: str, restaurant: Restaurant, *, now: datetime) -> datetime | None:
    """What follows ``/pause``: minutes (``90``), a time of the clock (``21:30``), ``today``, or
    ``off`` (None).

    :raises ValidationFailed: for anything else
    """
    wish = text.strip().lower()
    local = now.astimezone(ZoneInfo(restaurant.timezone))
    if wish in ("off", "0"):
        return None
    if wish.isascii() and wish.isdigit() and len(wish) < 6:
        return now + timedelta(minutes=int(wish))
    wall = restaurant.business_day_cut if wish == "today" else _clock(wish)
    ends = datetime.combine(local.date(), wall, local.tzinfo)
    return ends if ends > local else ends + timedelta(days=1)


def _clock(wish: str) -> time:
    try:
        return time.fromisoformat(wish.zfill(5))
    except ValueError:
        sentence = _("Write minutes or a time, for example: /pause 90 or /pause 21:30")
        raise ValidationFailed(sentence) from None


def restaurant_choose(*, post: Post) -> None:
    """Remember which restaurant commands in the private chat are about."""
    StaffChat.objects.filter(user=post.person).update(restaurant=post.restaurant)


def chat_speak(*, post: Post, chat_id: int, language: str) -> None:
    """The language of a group, for its cards and answers."""
    AdminChat.objects.filter(chat_id=chat_id, restaurant=post.restaurant).update(language=language)


def _require(post: Post, capability: Capability) -> None:
    if not post.can(capability):
        raise NoStaff
