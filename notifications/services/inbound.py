"""What guests write back (requirement H4): answers act, everything else waits for people."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings.lifecycle import ACTIVE
from bookings.models import Reservation
from bookings.services import reservation_cancel, reservation_reconfirm
from notifications.answers import Meaning, meaning_of
from notifications.channels.base import Inbound
from notifications.kinds import ChannelName, Kind
from notifications.models import ContactPoint, ConversationEntry, Direction, MessageAttempt
from notifications.services.answering import offer_answer, offer_answered
from notifications.services.contacts import opt_in, opt_out
from notifications.services.conversation import conversation_push
from notifications.services.messages import message_plan
from notifications.services.queueing import queue_answer, queue_answered
from notifications.services.understood import Understood, guest_on
from reservehub.core.errors import DomainError

STILL_ABOUT = timedelta(hours=12)
"""A reply so long after the visit is still about it."""


@transaction.atomic
def inbound_record(*, provider: str, channel: str, inbound: Inbound, now: datetime) -> Understood:
    """Take in one reply; taking it in twice changes nothing.

    STOP and START count for the address, whomever it is about. "Yes" and "cancel" act on the
    reservation the reply belongs to, as the guest, within the guest's deadlines.
    """
    meaning = meaning_of(inbound.text, code=inbound.answer_code)
    if meaning == Meaning.STOP:
        opt_out(channel=channel, address=inbound.sender, reason="stop", now=now)
    elif meaning == Meaning.START:
        opt_in(channel=channel, address=inbound.sender)
    asked = offer_answered(provider=provider, channel=channel, inbound=inbound, meaning=meaning)
    if asked is not None:
        return offer_answer(
            message=asked,
            provider=provider,
            channel=channel,
            inbound=inbound,
            meaning=meaning,
            now=now,
        )
    called = queue_answered(channel=channel, inbound=inbound, meaning=meaning, now=now)
    if called is not None:
        return queue_answer(
            message=called,
            provider=provider,
            channel=channel,
            inbound=inbound,
            meaning=meaning,
            now=now,
        )
    reservation = _about(provider, channel, inbound, now)
    if reservation is None:
        return Understood(meaning=meaning)
    entry, is_new = ConversationEntry.objects.get_or_create(
        provider=provider,
        provider_id=inbound.provider_id,
        defaults={
            "restaurant": reservation.restaurant,
            "reservation": reservation,
            "guest": reservation.guest,
            "direction": Direction.IN,
            "channel": channel,
            "text": (inbound.text or inbound.answer_code)[:2000],
            "sender": inbound.sender,
            "at": inbound.at or now,
        },
    )
    if not is_new:
        return Understood(meaning=Meaning(entry.understood_as))
    return _act(entry, reservation, meaning, now)


def _act(
    entry: ConversationEntry, reservation: Reservation, meaning: Meaning, now: datetime
) -> Understood:
    refusal = ""
    actor = guest_on(entry.channel)
    try:
        with transaction.atomic():
            if meaning == Meaning.CONFIRM:
                reservation_reconfirm(reservation_id=reservation.pk, actor=actor, now=now)
            elif meaning == Meaning.CANCEL:
                reservation_cancel(reservation_id=reservation.pk, actor=actor, now=now)
    except DomainError as error:
        refusal = str(error)
        message_plan(
            kind=Kind.REPLY,
            reservation=reservation,
            cause=f"refused:{entry.pk}",
            now=now,
            context={"refusal": error.code},
            first_channel=entry.channel,
        )
        meaning = Meaning.NOTHING
    entry.understood_as = meaning.value
    if meaning != Meaning.NOTHING:
        entry.seen_at = now  # nothing is left to do for staff
    entry.save(update_fields=["understood_as", "seen_at"])
    conversation_push(entry)
    return Understood(entry=entry, meaning=meaning, refusal=refusal)


def _about(provider: str, channel: str, inbound: Inbound, now: datetime) -> Reservation | None:
    """The reservation a reply belongs to: that of the message it answers, else of the last message
    the address got, else the next visit of whoever has the address.
    """
    tries = MessageAttempt.objects.exclude(message__reservation=None).select_related(
        "message__reservation__restaurant__policy", "message__reservation__guest"
    )
    if inbound.in_reply_to:
        answered = tries.filter(provider=provider, provider_id=inbound.in_reply_to).first()
        # Only the one who got it may answer it.
        if answered is not None and answered.address == inbound.sender:
            return answered.message.reservation
    last = (
        tries.filter(
            channel=channel,
            address=inbound.sender,
            message__reservation__ends_at__gt=now - STILL_ABOUT,
            message__user=None,
        )
        .order_by("-pk")
        .first()
    )
    if last is not None:
        return last.message.reservation
    return _next_visit(channel, inbound.sender, now)


def _next_visit(channel: str, address: str, now: datetime) -> Reservation | None:
    coming = (
        Reservation.objects.select_related("restaurant__policy", "guest")
        .filter(ends_at__gt=now, status__in=ACTIVE)
        .order_by("starts_at")
    )
    if channel in (ChannelName.SMS, ChannelName.WHATSAPP):
        coming = coming.filter(guest__phone=address)
    else:
        points = ContactPoint.objects.filter(
            channel=channel, address=address, disabled_at=None
        ).values("guest")
        coming = coming.filter(guest__in=points)
    return coming.first()
