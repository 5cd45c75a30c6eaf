"""Owing those who wait for a table a message: no reservation exists yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from notifications.kinds import MANNERS, Kind
from notifications.models import Message
from notifications.planning import QuietHours, channels_for, send_at
from notifications.selectors import (
    addresses_at,
    message_settings_of,
    preference_of,
    quiet_hours_of,
)
from notifications.services.messages import message_write
from waitlist.models import WaitlistEntry, WaitlistOffer
from waitlist.selectors import settings_of

TIME_TO_ANSWER = timedelta(hours=1)
"""An offer that leaves so much of it after the night need not wake anybody."""


@transaction.atomic
def entry_message_plan(
    *,
    kind: Kind,
    entry: WaitlistEntry,
    cause: str,
    now: datetime,
    offer: WaitlistOffer | None = None,
) -> Message | None:
    """Owe a guest on the waitlist a message; the same cause owes it once: None then.

    Written also where it cannot go out, dropped at once with the reason.

    :param entry: with its restaurant and guest
    :param offer: what it is about; nobody wants the message after the offer is over
    """
    guest = entry.guest
    preferred = preference_of(guest).preferred_channel if guest is not None else ""
    reachable = addresses_at(
        email=entry.guest_email, phone=str(entry.guest_phone or ""), guest_id=entry.guest_id
    )
    channels = channels_for(kind, reachable=reachable, preferred=preferred)
    until = now + MANNERS[kind].lifetime
    if kind == Kind.WAITLIST_OFFER and offer is not None:
        until = offer.expires_at
    due_at = _due_at(kind, entry, now=now, until=until)
    message = Message(
        dedupe_key=f"{kind}:waitlist:{entry.pk}:{cause}",
        kind=kind,
        restaurant=entry.restaurant,
        waitlist_entry=entry,
        waitlist_offer=offer,
        guest=guest,
        language=entry.guest_language,
        channels=list(channels),
        due_at=due_at or now,
        expires_at=until,
        created_at=now,
    )
    why = "" if channels else "unreachable"
    return message_write(message, "quiet_hours" if due_at is None else why, now)


def _due_at(kind: Kind, entry: WaitlistEntry, *, now: datetime, until: datetime) -> datetime | None:
    zone = entry.restaurant.timezone
    if kind != Kind.WAITLIST_OFFER:
        quiet = quiet_hours_of(message_settings_of(entry.restaurant))
        return send_at(kind, due_at=now, expires_at=until, quiet=quiet, zone=zone)
    # As if it were not urgent, where all of the time to answer is left in the morning: at night the
    # clock of an offer stands still, unless it is about the same day (rule 88).
    settings = settings_of(entry.restaurant_id)
    night = QuietHours(begin=settings.night_from, end=settings.night_until)
    enough = until - TIME_TO_ANSWER
    later = send_at(Kind.WAITLIST_GONE, due_at=now, expires_at=enough, quiet=night, zone=zone)
    return later or now
