"""What replies to messages about the waitlist do: 1 takes the table, 9 lets it go (rule 97)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import Kind
from notifications.models import Message, MessageAttempt
from notifications.services.understood import YES_OR_NO, Understood, answer_once
from notifications.services.waiting import entry_message_plan
from reservehub.core.actors import Actor
from waitlist.models import OfferStatus
from waitlist.services.answers import offer_accept, offer_decline


def offer_answered(
    *, provider: str, channel: str, inbound: Inbound, meaning: Meaning
) -> Message | None:
    """The message about an offer that a reply answers: the one it names, else the last one that the
    address got, if its offer is open. None where it is about something else.
    """
    if meaning not in YES_OR_NO:
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
    """Take the offer, or let it go. A reply that comes too late is told so: the offer is over."""
    offer_id = message.waitlist_offer_id
    if offer_id is None:
        raise RuntimeError("the message is about an offer")

    def work(actor: Actor) -> str:
        if meaning == Meaning.CONFIRM:
            offer_accept(offer_id=offer_id, actor=actor, now=now)
            return _("The table is yours.")
        offer_decline(offer_id=offer_id, actor=actor, now=now)
        return _("Thank you. You stay on the waitlist.")

    understood = answer_once(
        message=message,
        provider=provider,
        channel=channel,
        inbound=inbound,
        meaning=meaning,
        work=work,
        now=now,
    )
    if understood.refusal:
        _tell_too_late(message, now)
    return understood


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
