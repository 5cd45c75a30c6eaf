"""Sending somebody the link to what is stored about them, to where only they read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from guests.models import Guest
from guests.services.privacy import LINK_LIFE, privacy_link_create
from notifications.kinds import ChannelName, Kind
from notifications.models import Message
from notifications.selectors import addresses_proving
from notifications.services.addressing import way_of
from notifications.services.messages import message_write
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, NotFound


class NoProvingWay(DomainError):
    """The contact by which the guest is known cannot be written to."""

    code = "no_proving_way"
    title = _("We cannot write to the contact by which the restaurant knows you")


def way_to_prove(reservation: Reservation) -> ChannelName | None:
    """How the link would go; None where it cannot be sent."""
    guest = _known(reservation)
    if guest is None:
        return None
    way = way_of(_message(reservation, guest))
    return way.channel if way is not None else None


@transaction.atomic
def privacy_link_send(*, reservation: Reservation, actor: Actor, now: datetime) -> ChannelName:
    """Send the link to the guest of a reservation; returns over which channel.

    :raises NotFound: if the reservation belongs to no record
    :raises NoProvingWay: if that contact cannot be written to
    :raises RateLimited: for the fourth in 24 hours
    """
    guest = _known(reservation)
    if guest is None:
        raise NotFound
    message = _message(reservation, guest)
    way = way_of(message)
    if way is None:
        raise NoProvingWay
    own = privacy_link_create(guest_id=guest.pk, actor=actor, now=now)
    message.dedupe_key = f"{Kind.PRIVACY_LINK}:{own.link.pk}"
    message.context = {"privacy_link": own.link.pk}
    message.due_at = message.created_at = now
    message.expires_at = now + LINK_LIFE
    message_write(message, "", now)
    return way.channel


def _known(reservation: Reservation) -> Guest | None:
    guest = reservation.guest
    return guest and (guest.merged_into or guest)


def _message(reservation: Reservation, guest: Guest) -> Message:
    return Message(
        kind=Kind.PRIVACY_LINK,
        restaurant=reservation.restaurant,
        guest=guest,
        language=reservation.guest_language,
        channels=list(addresses_proving(guest)),
    )
