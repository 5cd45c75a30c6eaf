"""What a guest may refuse, and take back, by a link (rule 105, RFC 8058)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.models import Reservation
from notifications.kinds import MANNERS, ChannelName, Kind
from notifications.models import GuestPreference
from notifications.selectors import preference_of
from notifications.selectors.ways import ways_of
from notifications.services.contacts import opt_in, opt_out, preferences_set
from reservehub.core import audit
from reservehub.core.actors import Actor

OPTIONAL_KINDS = tuple(kind for kind in Kind if MANNERS[kind].is_optional)
_BY_LINK = "by_link"


@transaction.atomic
def extras_refuse(
    *, reservation: Reservation, channel: ChannelName, actor: Actor, now: datetime
) -> None:
    """No more reminders and questions; what happens to the table is still told.

    This is what the button of a mailbox provider does: a guest who presses it at a reminder does
    not expect that the next booking is confirmed to nobody. Of a guest nobody knows any more the
    address itself is refused.
    """
    guest = reservation.guest
    if guest is None:
        channel_refuse(reservation=reservation, channel=channel, actor=actor, now=now)
        return
    wished = preference_of(guest)
    preferences_set(
        guest_id=guest.pk,
        preferred_channel=wished.preferred_channel,
        off_channels=wished.off_channels,
        off_kinds=OPTIONAL_KINDS,
        actor=actor,
        now=now,
    )


@transaction.atomic
def channel_refuse(
    *, reservation: Reservation, channel: ChannelName, actor: Actor, now: datetime
) -> None:
    """Nothing more at all to the addresses of this reservation over this channel (STOP)."""
    for address in _addresses(reservation, channel):
        opt_out(channel=channel, address=address, reason=_BY_LINK, now=now)
    _record(reservation, "notifications.channel.refused", channel, actor=actor, now=now)


@transaction.atomic
def channel_allow(
    *, reservation: Reservation, channel: ChannelName, actor: Actor, now: datetime
) -> None:
    """Take a STOP back."""
    for address in _addresses(reservation, channel):
        opt_in(channel=channel, address=address)
    _record(reservation, "notifications.channel.allowed", channel, actor=actor, now=now)


def _addresses(reservation: Reservation, channel: ChannelName) -> list[str]:
    guest = reservation.guest
    ways = ways_of(reservation, GuestPreference() if guest is None else preference_of(guest))
    return [way.address for way in ways if way.channel is channel]


def _record(
    reservation: Reservation, action: str, channel: ChannelName, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=reservation,
        now=now,
        restaurant_id=reservation.restaurant_id,
        before={},
        after={"channel": channel.value},
    )
