"""How somebody can be reached, and what they wish and refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bookings.models import Reservation
from guests.models import Guest
from notifications.kinds import ChannelName
from notifications.models import ContactPoint, GuestPreference, MessageSettings, OptOut
from notifications.planning import QuietHours
from restaurants.models import Restaurant


@dataclass(frozen=True)
class Address:
    """Where a channel finds a reader; `keys` as in `channels.base.Envelope`."""

    value: str
    keys: Mapping[str, str] = field(default_factory=dict)


def message_settings_of(restaurant: Restaurant) -> MessageSettings:
    """What the restaurant decided, or the defaults (an unsaved row)."""
    found = MessageSettings.objects.filter(restaurant=restaurant).first()
    return found or MessageSettings(restaurant=restaurant)


def quiet_hours_of(settings: MessageSettings) -> QuietHours:
    return QuietHours(begin=settings.quiet_from, end=settings.quiet_until)


def preference_of(guest: Guest) -> GuestPreference:
    """What the guest chose, or the defaults (an unsaved row)."""
    return GuestPreference.objects.filter(guest=guest).first() or GuestPreference(guest=guest)


def addresses_of(reservation: Reservation) -> dict[ChannelName, Address]:
    """Every address of a reservation's guest that has not been refused, by channel (rule 105).

    E-mail and phone are those given with the booking.
    """
    return addresses_at(
        email=reservation.guest_email,
        phone=str(reservation.guest_phone or ""),
        guest_id=reservation.guest_id,
    )


def addresses_at(*, email: str, phone: str, guest_id: int | None) -> dict[ChannelName, Address]:
    """The same for anybody: an e-mail address, a phone number, and what the guest has connected,
    the newest first.

    WhatsApp is used only where the guest has chosen or connected it: a phone number alone is no
    consent to it. At most three queries.
    """
    found: dict[ChannelName, Address] = {}
    if email:
        found[ChannelName.EMAIL] = Address(email)
    if phone:
        found[ChannelName.SMS] = Address(phone)
    if guest_id is not None:
        points = ContactPoint.objects.filter(guest=guest_id, disabled_at=None)
        for point in points.order_by("pk"):
            found[ChannelName(point.channel)] = Address(point.address, point.keys)
        preference = GuestPreference.objects.filter(guest=guest_id).first()
        if preference is not None:
            if phone and preference.preferred_channel == ChannelName.WHATSAPP:
                found.setdefault(ChannelName.WHATSAPP, Address(phone))
            for channel in preference.off_channels:
                found.pop(ChannelName(channel), None)
    return _without_refused(found)


def addresses_proving(guest: Guest) -> dict[ChannelName, Address]:
    """Where only this person reads: the contact by which they are known, the phone before the
    e-mail (rule 99).

    Anybody may book with somebody else's number, and with it add an e-mail address or connect a
    chat to that person's record: those prove nothing.
    """
    phone = str(guest.phone or "")
    return addresses_at(email="" if phone else guest.email or "", phone=phone, guest_id=None)


def _without_refused(found: dict[ChannelName, Address]) -> dict[ChannelName, Address]:
    refused = set(
        OptOut.objects.filter(
            channel__in=found, address__in=[address.value for address in found.values()]
        ).values_list("channel", "address")
    )
    return {
        channel: address
        for channel, address in found.items()
        if (channel.value, address.value) not in refused
    }
