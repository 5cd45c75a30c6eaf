"""What replies to messages about the waitlist do: 1 takes the table, 9 lets it go (rule 97)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Direction, Message, MessageAttempt
from notifications.services.understood import Understood
from notifications.services.waiting import entry_message_plan
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import DomainError
from waitlist.models import OfferStatus
from waitlist.services.answers import offer_accept, offer_decline

ANSWERS = (Meaning.CONFIRM, Meaning.CANCEL)


def offer_answered(
    *, provider: str, channel: str, inbound: Inbound, meaning: Meaning
) -> Message | None:
    """The message about an offer that a reply answers: the one it names, else the last one that the
    address got, if its offer is open. None where it is about something else.
    """
    if meaning not in ANSWERS:
        return None
    tries = MessageAttempt.objects.filter(address=inbound.sender).select_related(
        "message__waitlist_offer", "message__restaurant", "message__guest"
    )
    if inbound.in_reply_to:
        named = tries.filter(provider=provider, provider_id=inbound.in_reply_to).first()
        if named is not None:
            return named.message if named.message.waitlist_offer_id else None
    last = tries.filter(channel=channel, message__user=None).order_by("-pk").first()
    if last is None or last.message.waitlist_offer is None:
        return None
    return last.message if last.message.waitlist_offer.status == OfferStatus.OPEN else None


def offer_answer(
    *,
    message: Message,
    provider: str,
    channel: str,
    inbound: Inbound,
    meaning: Meaning,
    now: datetime,
) -> Understood:
    """Take the offer, or let it go, as the guest; the same reply does so once.

    A reply that comes too late is told so: the offer is over.
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
    if not is_new or message.waitlist_offer_id is None:
        return Understood(meaning=Meaning(entry.understood_as))
    actor = Actor(kind=ActorKind.GUEST, label="guest", channel=channel)
    try:
        with transaction.atomic():
            if meaning == Meaning.CONFIRM:
                offer_accept(offer_id=message.waitlist_offer_id, actor=actor, now=now)
                said = _("The table is yours.")
            else:
                offer_decline(offer_id=message.waitlist_offer_id, actor=actor, now=now)
                said = _("Thank you. You stay on the waitlist.")
    except DomainError as refusal:
        _tell_too_late(message, now)
        return Understood(entry=entry, refusal=str(refusal), said=str(refusal))
    return Understood(entry=entry, meaning=meaning, said=said)


def _tell_too_late(message: Message, now: datetime) -> None:
    if message.waitlist_entry is None:
        return
    entry_message_plan(
        kind=Kind.WAITLIST_GONE,
        entry=message.waitlist_entry,
        offer=message.waitlist_offer,
        cause=f"o{message.waitlist_offer_id}",
        now=now,
    )
