"""What became of a reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.models import ConversationEntry, Direction, Message
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import DomainError

YES_OR_NO = (Meaning.CONFIRM, Meaning.CANCEL)
"""What 1 and 9 say about something that waits for an answer."""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What became of a reply.

    :param entry: None where nobody knows whom it is about, and for a repetition
    :param meaning: what it did by itself; NOTHING where it waits for staff
    :param refusal: why what the guest wanted could not be done
    :param said: what to tell the guest at once, where it was about no reservation
    """

    entry: ConversationEntry | None = None
    meaning: Meaning = Meaning.NOTHING
    refusal: str = ""
    said: str = ""


def guest_on(channel: str) -> Actor:
    """The guest who answers there."""
    return Actor(kind=ActorKind.GUEST, label="guest", channel=channel)


def answer_once(
    *,
    message: Message,
    provider: str,
    channel: str,
    inbound: Inbound,
    meaning: Meaning,
    work: Callable[[Actor], str],
    now: datetime,
) -> Understood:
    """Do what a reply to a message asks for, as the guest; the same reply does so once.

    :param work: does it and returns what to tell the guest; its refusal is in `refusal`
    """
    entry, is_new = ConversationEntry.objects.get_or_create(
        provider=provider,
        provider_id=inbound.provider_id,
        defaults={
            "restaurant": message.restaurant,
            "guest": message.guest,
            "direction": Direction.IN,
            "channel": channel,
            "text": (inbound.text or inbound.answer_code)[:2000],
            "sender": inbound.sender,
            "understood_as": meaning.value,
            "at": inbound.at or now,
            "seen_at": now,  # it says nothing that staff have to read
        },
    )
    if not is_new:
        return Understood(meaning=Meaning(entry.understood_as))
    try:
        with transaction.atomic():
            said = work(guest_on(channel))
    except DomainError as refusal:
        return Understood(entry=entry, refusal=str(refusal), said=str(refusal))
    return Understood(entry=entry, meaning=meaning, said=said)
