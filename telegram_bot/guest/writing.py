"""The writes behind the guest's taps: the site's services, once per card."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language

from bookings.models import Reservation
from bookings.presenters.finder import Choice
from bookings.services import BookingRequest, Changes, reservation_create, reservation_modify
from notifications.kinds import ChannelName
from notifications.services import contact_point_add
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import VersionConflict
from reservehub.core.idempotency import form_once
from telegram_bot.guest.codes import Tap
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.reading import entry_of_chat
from waitlist.models import WaitlistEntry
from waitlist.services import JoinRequest, entry_join

GUEST = Actor(kind=ActorKind.GUEST, label="guest", channel="telegram")


def book_once(
    goal: Goal, tap: Tap, choice: Choice, *, profile: GuestProfile, now: datetime
) -> Reservation:
    """Book what the card says. A second tap on the same card finds the booking of the first.

    The chat becomes a way to reach the guest in the same transaction.

    :raises DomainError: as `reservation_create`
    """
    wish = BookingRequest(
        restaurant_id=goal.restaurant.pk,
        date=choice.date,
        time=choice.time,
        fold=choice.fold,
        party_size=tap.party,
        guest_name=profile.name,
        guest_phone=str(profile.phone),
        guest_language=get_language() or "en",
        source="telegram",
    )

    def work() -> int:
        reservation = reservation_create(request=wish, actor=GUEST, now=now).reservation
        chat_connect(reservation, profile, now=now)
        return reservation.pk

    made = form_once(
        nonce=tap.nonce,
        scope=f"telegram:book:{profile.chat_id}",
        wish=(wish.restaurant_id, str(choice), wish.party_size),
        now=now,
        work=work,
    )
    found = Reservation.objects.select_related("restaurant__policy", "area_preference")
    return found.get(pk=made)


def join_once(goal: Goal, tap: Tap, *, profile: GuestProfile, now: datetime) -> WaitlistEntry:
    """Wait for what the card says. A second tap on the same card finds the entry of the first.

    :raises DomainError: as `entry_join`
    """
    if tap.day is None or tap.time is None:
        raise ValueError("the tap names no time")
    wish = JoinRequest(
        restaurant_id=goal.restaurant.pk,
        date=tap.day,
        from_time=tap.time,
        until_time=tap.until,
        party_size=tap.party,
        guest_name=profile.name,
        guest_phone=str(profile.phone),
        guest_language=get_language() or "en",
        source="telegram",
    )

    def work() -> int:
        entry = entry_join(request=wish, actor=GUEST, now=now).entry
        chat_connect(entry, profile, now=now)
        return entry.pk

    made = form_once(
        nonce=tap.nonce,
        scope=f"telegram:wait:{profile.chat_id}",
        wish=(wish.restaurant_id, tap.day, tap.time, tap.until, wish.party_size),
        now=now,
        work=work,
    )
    return entry_of_chat(profile.chat_id, made)


def chat_connect(
    what: Reservation | WaitlistEntry, profile: GuestProfile, *, now: datetime
) -> None:
    """Messages about the guest's bookings and waits reach this chat from now on."""
    if what.guest_id is None:
        return
    contact_point_add(
        guest_id=what.guest_id,
        channel=ChannelName.TELEGRAM,
        address=str(profile.chat_id),
        keys={},
        now=now,
    )


def change_once(goal: Goal, tap: Tap, choice: Choice, *, now: datetime) -> Reservation:
    """Move the booking to what the card says; the second tap finds it there.

    :raises DomainError: as `reservation_modify`
    """
    if goal.reservation is None:
        raise ValueError("there is nothing to change")
    try:
        return reservation_modify(
            reservation_id=goal.reservation.pk,
            changes=Changes(
                date=choice.date, time=choice.time, fold=choice.fold, party_size=tap.party
            ),
            actor=GUEST,
            now=now,
            expected_version=tap.version,
        )
    except VersionConflict:
        there = goal.reservation
        is_there = Choice(there.service_date, there.local_time, there.fold) == choice
        if is_there and there.party_size == tap.party:
            return there
        raise
