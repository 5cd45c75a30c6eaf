"""Ways to reach guests: connecting, losing and refusing them (rules 76, 105)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from bookings.models import Reservation
from guests.models import Guest
from notifications.errors import TooManyContacts
from notifications.kinds import MANNERS, ChannelName, Kind
from notifications.models import ContactLink, ContactPoint, GuestPreference, OptOut
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token, random_token

LINK_LIFE = timedelta(days=1)
MOST_POINTS = 5
"""Of one channel, for one guest: a phone, a tablet, a few browsers."""


@transaction.atomic
def contact_link_create(*, reservation_id: int, channel: str, now: datetime) -> str:
    """A token that connects one chat with the guest of a reservation, once, within a day."""
    token = random_token()
    ContactLink.objects.create(
        token_hash=hash_token(token),
        reservation_id=reservation_id,
        channel=ChannelName(channel),
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    return token


@transaction.atomic
def contact_link_use(*, token: str, channel: str, address: str, now: datetime) -> Reservation:
    """Connect an address by such a token, and return the reservation it was made for.

    :raises NotFound: for a token that is unknown, used, too old or of another channel
    """
    link = (
        ContactLink.objects.select_for_update(of=("self",))
        .select_related("reservation__restaurant__policy", "reservation__guest")
        .filter(token_hash=hash_token(token), channel=channel, used_at=None, expires_at__gt=now)
        .first()
    )
    if link is None or link.reservation.guest_id is None:
        raise NotFound
    link.used_at = now
    link.save(update_fields=["used_at"])
    contact_point_add(
        guest_id=link.reservation.guest_id, channel=channel, address=address, keys={}, now=now
    )
    return link.reservation


@transaction.atomic
def contact_point_add(
    *, guest_id: int, channel: str, address: str, keys: Mapping[str, str], now: datetime
) -> ContactPoint:
    """Connect a chat or a browser with a guest; one that was lost or refused is in use again.

    :raises NotFound: if the guest is gone
    :raises TooManyContacts: after five of one channel
    """
    guest = Guest.objects.select_for_update(no_key=True).filter(pk=guest_id).first()
    if guest is None:
        raise NotFound
    others = ContactPoint.objects.filter(guest=guest, channel=channel, disabled_at=None)
    if others.exclude(address=address).count() >= MOST_POINTS:
        raise TooManyContacts
    point, is_new = ContactPoint.objects.update_or_create(
        guest=guest,
        channel=channel,
        address=address,
        defaults={"keys": dict(keys), "disabled_at": None, "disabled_reason": ""},
        create_defaults={"keys": dict(keys), "created_at": now},
    )
    if not is_new:  # the newest is used first
        ContactPoint.objects.filter(pk=point.pk).update(created_at=now)
    opt_in(channel=channel, address=address)
    return point


def contact_point_disable(*, channel: str, address: str, reason: str, now: datetime) -> int:
    """An address leads nowhere any more, for every guest who had it; returns how many."""
    return ContactPoint.objects.filter(channel=channel, address=address, disabled_at=None).update(
        disabled_at=now, disabled_reason=reason[:60]
    )


def address_bury(*, channel: str, address: str, code: str, now: datetime) -> None:
    """Nothing will ever reach this address: a chat or browser is disconnected, an e-mail address or
    a phone number is not tried again.
    """
    if channel in (ChannelName.TELEGRAM, ChannelName.WEBPUSH):
        contact_point_disable(channel=channel, address=address, reason=code or "dead", now=now)
    else:
        opt_out(channel=channel, address=address, reason="dead", now=now)


def opt_out(*, channel: str, address: str, reason: str, now: datetime) -> None:
    """Nothing more to this address over this channel; saying it twice changes nothing."""
    OptOut.objects.get_or_create(
        channel=channel, address=address, defaults={"reason": reason[:60], "created_at": now}
    )


def opt_in(*, channel: str, address: str) -> None:
    """Take a refusal back."""
    OptOut.objects.filter(channel=channel, address=address).delete()


@transaction.atomic
def preferences_set(
    *,
    guest_id: int,
    preferred_channel: str,
    off_channels: Iterable[str],
    off_kinds: Iterable[str],
    actor: Actor,
    now: datetime,
) -> GuestPreference:
    """What a guest wishes (requirement H5). Kinds that are not optional cannot be switched off.

    :raises NotFound: if the guest is gone
    """
    guest = Guest.objects.select_for_update(no_key=True).filter(pk=guest_id).first()
    if guest is None:
        raise NotFound
    wished = {
        "preferred_channel": ChannelName(preferred_channel).value if preferred_channel else "",
        "off_channels": sorted({ChannelName(one).value for one in off_channels}),
        "off_kinds": sorted(
            {Kind(one).value for one in off_kinds if MANNERS[Kind(one)].is_optional}
        ),
    }
    found = GuestPreference.objects.filter(guest=guest).first() or GuestPreference(guest=guest)
    before = {name: getattr(found, name) for name in wished}
    if before == wished and found.updated_at is not None:
        return found
    for name, value in wished.items():
        setattr(found, name, value)
    found.updated_at = now
    found.save()
    audit.record(
        actor=actor,
        action="notifications.preference.changed",
        obj=found,
        now=now,
        before=before,
        after=wished,
    )
    return found
