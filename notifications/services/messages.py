"""Owing somebody a message: written with its cause, sent afterwards (requirement H3, rule 58)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.models import Reservation, Source
from notifications.kinds import MANNERS, ChannelName, Kind
from notifications.models import GuestPreference, Message, MessageSettings, MessageStatus
from notifications.planning import channels_for, send_at
from notifications.readers import staff_chats
from notifications.selectors import (
    addresses_of,
    message_settings_of,
    preference_of,
    quiet_hours_of,
)
from reservehub.core.handover import Handover
from restaurants.models import Restaurant

SEND_TASK = "notifications.send_message"

_sending = Handover(SEND_TASK)


@transaction.atomic
def message_plan(
    *,
    kind: Kind,
    reservation: Reservation,
    cause: str,
    now: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    context: Mapping[str, Any] | None = None,
    about_starts_at: datetime | None = None,
    first_channel: str = "",
    only_channels: Container[str] | None = None,
) -> Message | None:
    """Owe the guest of a reservation a message; the same cause owes it once: None then, and for
    walk-ins.

    Written also where it cannot go out, dropped at once with the reason: nobody can be reached, the
    guest has switched such messages off, the quiet hours leave no time for it.

    :param cause: what makes this one different from others of its kind about the reservation, such
        as ``v3`` for its third version
    :param context: what the words need beside the reservation; no personal data
    :param about_starts_at: for messages by the clock: useless once the visit has another start
    :param only_channels: the others are left out, where the guest has seen it there already
    :param first_channel: tried before all others, as an answer goes where the question came from
    """
    if reservation.source == Source.WALK_IN:
        return None
    guest = reservation.guest
    preference = preference_of(guest) if guest is not None else None
    due = max(due_at or now, now)
    until = expires_at or due + MANNERS[kind].lifetime
    settings = message_settings_of(reservation.restaurant)
    at = send_at(
        kind,
        due_at=due,
        expires_at=until,
        quiet=quiet_hours_of(settings),
        zone=reservation.restaurant.timezone,
    )
    reachable = addresses_of(reservation)
    channels = channels_for(
        kind,
        reachable=[one for one in reachable if only_channels is None or one in only_channels],
        preferred=first_channel or (preference.preferred_channel if preference else ""),
    )
    why = "" if channels else ("told_already" if only_channels and reachable else "unreachable")
    if at is None:
        why = "quiet_hours"
    if _is_off(kind, preference):
        why = "switched_off"
    message = Message(
        dedupe_key=f"{kind}:{reservation.pk}:{cause}",
        kind=kind,
        restaurant=reservation.restaurant,
        reservation=reservation,
        guest=guest,
        language=reservation.guest_language,
        channels=list(channels),
        context=dict(context or {}),
        about_starts_at=about_starts_at,
        due_at=at or due,
        expires_at=until,
        created_at=now,
    )
    return message_write(message, why, now)


def _is_off(kind: Kind, preference: GuestPreference | None) -> bool:
    """Whether the guest has switched such messages off."""
    return preference is not None and MANNERS[kind].is_optional and kind in preference.off_kinds


@transaction.atomic
def staff_message_plan(
    *,
    kind: Kind,
    reservation: Reservation,
    cause: str,
    now: datetime,
    about_starts_at: datetime | None = None,
    context: Mapping[str, Any] | None = None,
) -> list[Message]:
    """Owe the staff of a restaurant a message about a reservation: one for each of their chats, and
    without any one by e-mail. A new request always goes by e-mail too; in chats it is a card with
    buttons, which is another app's.
    """
    return _tell_staff(
        Message(
            kind=kind,
            restaurant=reservation.restaurant,
            reservation=reservation,
            about_starts_at=about_starts_at,
            context=dict(context or {}),
        ),
        f"{kind}:{reservation.pk}:{cause}",
        now,
    )


@transaction.atomic
def house_message_plan(
    *,
    kind: Kind,
    restaurant: Restaurant,
    cause: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> list[Message]:
    """Owe the staff of a restaurant a message that is about no single reservation."""
    message = Message(kind=kind, restaurant=restaurant, context=dict(context or {}))
    return _tell_staff(message, f"{kind}:house:{restaurant.pk}:{cause}", now)


def _tell_staff(told: Message, key: str, now: datetime) -> list[Message]:
    """:param told: what each of the messages has in common; never saved itself"""
    restaurant, kind = told.restaurant, Kind(told.kind)
    settings = message_settings_of(restaurant)
    chats = [] if kind == Kind.STAFF_REQUEST else staff_chats(restaurant.pk)
    readers = [(chat.address, chat.language) for chat in chats]
    if not readers and settings.tells_staff_by_email and _staff_email(settings):
        readers = [("", restaurant.language)]
    written = []
    for chat, language in readers:
        message = Message(
            dedupe_key=f"{key}:{chat or 'mail'}",
            kind=kind,
            restaurant=restaurant,
            reservation=told.reservation,
            language=language,
            context=told.context | ({"chat": chat} if chat else {}),
            about_starts_at=told.about_starts_at,
            due_at=now,
            expires_at=now + MANNERS[kind].lifetime,
            created_at=now,
        )
        message.channels = [ChannelName.TELEGRAM if chat else ChannelName.EMAIL]
        found = message_write(message, "", now)
        if found is not None:
            written.append(found)
    return written


def _staff_email(settings: MessageSettings) -> str:
    return settings.staff_email or settings.restaurant.email


def message_write(message: Message, why_not: str, now: datetime) -> Message | None:
    """Insert the row unless its cause has one already; None then."""
    if why_not:
        message.status = MessageStatus.DROPPED
        message.reason = why_not
        message.finished_at = now
    found, is_new = Message.objects.get_or_create(
        dedupe_key=message.dedupe_key,
        defaults={
            field.name: getattr(message, field.name)
            for field in Message._meta.concrete_fields
            if field.name not in ("id", "dedupe_key")
        },
    )
    if not is_new:
        return None
    if found.status == MessageStatus.WAITING and found.due_at <= now:
        message_queue(found.pk)
    return found


def message_queue(message_id: int) -> None:
    """Have a worker look at a message after the commit; what gets lost is found by the sweep."""
    _sending.after_commit(message_id)


def message_queue_now(message_id: int) -> None:
    """:raises kombu.exceptions.OperationalError: if the broker cannot be reached"""
    _sending.now(message_id)
