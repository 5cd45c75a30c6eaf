"""Every way to a guest, also those that are switched off or refused: for the guest's own eyes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from bookings.models import Reservation
from notifications.kinds import ChannelName
from notifications.models import ContactPoint, GuestPreference, OptOut


@dataclass(frozen=True, kw_only=True)
class Way:
    """One channel to the guest of a reservation.

    :param is_offered: only once it is preferred: a phone number is no consent to WhatsApp
    :param is_refused: somebody wrote STOP, or reported a message as spam
    """

    channel: ChannelName
    address: str
    is_on: bool = True
    is_offered: bool = False
    is_refused: bool = False


def ways_of(reservation: Reservation, preference: GuestPreference) -> tuple[Way, ...]:
    """In the order of `ChannelName`; at most two queries."""
    addresses = _addresses(reservation)
    phone = addresses.get(ChannelName.SMS, "")
    is_offered = bool(phone) and ChannelName.WHATSAPP not in addresses
    if is_offered:
        addresses[ChannelName.WHATSAPP] = phone
    refused = set(
        OptOut.objects.filter(
            channel__in=addresses, address__in=set(addresses.values())
        ).values_list("channel", "address")
    )
    return tuple(
        Way(
            channel=channel,
            address=addresses[channel],
            is_on=channel not in preference.off_channels,
            is_offered=is_offered and channel is ChannelName.WHATSAPP,
            is_refused=(channel.value, addresses[channel]) in refused,
        )
        for channel in ChannelName
        if channel in addresses
    )


def _addresses(reservation: Reservation) -> dict[ChannelName, str]:
    given = {
        ChannelName.EMAIL: reservation.guest_email,
        ChannelName.SMS: str(reservation.guest_phone or ""),
    }
    found = {channel: address for channel, address in given.items() if address}
    if reservation.guest_id is not None:
        for point in _points(reservation.guest_id).order_by("pk"):
            found[ChannelName(point.channel)] = point.address
    return found


def browsers_of(guest_id: int) -> list[str]:
    """The push endpoints of the browsers that a guest has connected."""
    points = _points(guest_id).filter(channel=ChannelName.WEBPUSH)
    return list(points.order_by("pk").values_list("address", flat=True))


def _points(guest_id: int) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(guest=guest_id, disabled_at=None)
