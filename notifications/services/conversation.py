"""Staff and guests write to each other about a reservation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.models import Reservation
from notifications.errors import NobodyToTell
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Direction, MessageStatus
from notifications.services.messages import message_plan
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from reservehub.core.realtime import push, restaurant_group

LONGEST = 1000


def conversation_push(entry: ConversationEntry) -> None:
    """Tell the open screens of the host stand that there is something to read."""
    push(
        restaurant_group(entry.restaurant_id),
        {"type": "conversation.changed", "reservation_id": entry.reservation_id},
    )


@transaction.atomic
def conversation_reply(
    *, reservation_id: int, text: str, actor: Actor, now: datetime
) -> ConversationEntry:
    """Staff write to the guest: over the channel the guest wrote last, else the usual way.

    What the guest wrote before counts as seen.

    :raises NotFound: if there is no such reservation
    :raises ValidationFailed: for an empty or too long text
    :raises NobodyToTell: if no channel reaches the guest
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        detail = _("Write up to %(count)d characters.") % {"count": LONGEST}
        raise ValidationFailed(errors=[FieldError("/text", "length", detail)])
    reservation = (
        Reservation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("restaurant__policy", "guest")
        .filter(pk=reservation_id)
        .first()
    )
    if reservation is None:
        raise NotFound
    mine = ConversationEntry.objects.filter(reservation=reservation)
    last = mine.filter(direction=Direction.IN).order_by("-at", "-pk").first()
    entry = ConversationEntry.objects.create(
        restaurant=reservation.restaurant,
        reservation=reservation,
        guest=reservation.guest,
        direction=Direction.OUT,
        channel=last.channel if last else "",
        text=text,
        author_id=actor.user_id,
        at=now,
        seen_at=now,
    )
    message = message_plan(
        kind=Kind.REPLY,
        reservation=reservation,
        cause=f"entry:{entry.pk}",
        now=now,
        context={"text": text},
        first_channel=entry.channel,
    )
    if message is None or message.status == MessageStatus.DROPPED:
        raise NobodyToTell
    entry.message = message
    entry.channel = message.channels[0]
    entry.save(update_fields=["message", "channel"])
    _seen(reservation_id, now)
    audit.record(
        actor=actor,
        action="notifications.conversation.reply",
        obj=entry,
        now=now,
        restaurant_id=reservation.restaurant_id,
        after={"message_text": text},
    )
    conversation_push(entry)
    return entry


@transaction.atomic
def conversation_seen(*, reservation_id: int, actor: Actor, now: datetime) -> int:
    """Somebody of the staff has read what the guest wrote; returns how many lines were new."""
    entries = _seen(reservation_id, now)
    if entries:
        audit.record(
            actor=actor,
            action="notifications.conversation.seen",
            obj=entries[0],
            now=now,
            restaurant_id=entries[0].restaurant_id,
            after={"count": len(entries)},
        )
        conversation_push(entries[0])
    return len(entries)


def _seen(reservation_id: int, now: datetime) -> list[ConversationEntry]:
    unseen = ConversationEntry.objects.select_for_update().filter(
        reservation=reservation_id, direction=Direction.IN, seen_at=None
    )
    entries = list(unseen)
    ConversationEntry.objects.filter(pk__in=[one.pk for one in entries]).update(seen_at=now)
    return entries
