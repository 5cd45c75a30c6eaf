"""Where a message goes next: the first of its channels that has an address and a provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from notifications.channels.base import Backend, Content, Envelope
from notifications.channels.registry import backends_for
from notifications.kinds import ChannelName, Kind
from notifications.models import ConversationEntry, Direction, Message, MessageAttempt
from notifications.selectors import (
    Address,
    addresses_at,
    addresses_of,
    addresses_proving,
    message_settings_of,
)

CONVERSATION_OPEN = timedelta(hours=24)
"""WhatsApp lets businesses answer freely for so long."""
_CHANNELS = list(ChannelName)
_MOST = 2**31 - 1
_ROUND = 1_000_000_007


class Way(NamedTuple):
    """`position` in the message's channels: those before it lead nowhere."""

    position: int
    channel: ChannelName
    address: Address
    backend: Backend


def way_of(message: Message) -> Way | None:
    """How the message can go now; None where no channel has both an address and a provider."""
    addresses = addresses_for(message)
    for position, name in enumerate(message.channels):
        channel = ChannelName(name)
        address = addresses.get(channel)
        if address is None:
            continue
        for backend in backends_for(channel, address.value):
            return Way(position, channel, address, backend)
    return None


def addresses_for(message: Message) -> Mapping[ChannelName, Address]:
    """The reader's addresses, as they are now."""
    if not message.manners.is_for_staff:
        return _of_guest(message)
    chat = message.context.get("chat", "")
    if chat:
        return {ChannelName.TELEGRAM: Address(chat)}
    settings = message_settings_of(message.restaurant)
    return {ChannelName.EMAIL: Address(settings.staff_email or message.restaurant.email)}


def _of_guest(message: Message) -> Mapping[ChannelName, Address]:
    if message.reservation is not None:
        return addresses_of(message.reservation)
    if message.waitlist_entry is not None or message.queue_entry is not None:
        return _of_waiting(message)
    guest = message.guest
    if guest is None:
        return {}
    if message.kind == Kind.PRIVACY_LINK:
        return addresses_proving(guest)
    if message.kind != Kind.CAMPAIGN:
        return {}
    return addresses_at(email=guest.email or "", phone=str(guest.phone or ""), guest_id=guest.pk)


def _of_waiting(message: Message) -> Mapping[ChannelName, Address]:
    """What those who wait, for an evening or at the door, left for this."""
    if message.waitlist_entry is not None:
        entry = message.waitlist_entry
        return addresses_at(
            email=entry.guest_email, phone=str(entry.guest_phone or ""), guest_id=entry.guest_id
        )
    party = message.queue_entry
    if party is None:
        return {}
    return addresses_at(email=party.email, phone=str(party.phone or ""), guest_id=party.guest_id)


def envelope_of(message: Message, attempt: MessageAttempt, content: Content) -> Envelope:
    """The envelope of a try; the same key and number for every try over the channel, until a person
    has the message sent again: then the provider shall not take it for the old one.
    """
    channel = ChannelName(attempt.channel)
    keys = addresses_for(message).get(channel, Address("")).keys
    return Envelope(
        key=f"m{message.pk}-{channel}" + (f"-{message.round}" if message.round else ""),
        number=_number(message, channel),
        address=attempt.address,
        keys=keys,
        language=message.language,
        content=content,
        sender_name=message.restaurant.name,
        reply_to="" if message.manners.is_for_staff else message.restaurant.email,
        is_urgent=message.manners.is_urgent,
        lifetime=max(message.expires_at - attempt.started_at, timedelta(minutes=1)),
        may_be_free_form=channel == ChannelName.WHATSAPP
        and _wrote_lately(channel, attempt.address, attempt.started_at),
    )


def _number(message: Message, channel: ChannelName) -> int:
    """Unlike that of any other message for some hundred million messages."""
    place = message.pk * len(_CHANNELS) + _CHANNELS.index(channel)
    return (place + message.round * _ROUND) % _MOST + 1


def _wrote_lately(channel: ChannelName, address: str, now: datetime) -> bool:
    return ConversationEntry.objects.filter(
        direction=Direction.IN,
        channel=channel,
        sender=address,
        at__gt=now - CONVERSATION_OPEN,
    ).exists()
