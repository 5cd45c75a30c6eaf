"""Messages to those who stand in the queue at the door, and what their replies do: 1 is coming, 9
leaves (rules 97, 98).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import MANNERS, Kind
from notifications.models import Message, MessageAttempt
from notifications.planning import channels_for
from notifications.selectors import addresses_at, preference_of
from notifications.services.messages import message_write
from notifications.services.understood import YES_OR_NO, Understood, answer_once
from reservehub.core.actors import Actor
from waitlist.models import IN_QUEUE, QueueEntry
from waitlist.selectors.queue import queue_now
from waitlist.services.queue import queue_coming, queue_leave


@transaction.atomic
def queue_message_plan(
    *, kind: Kind, entry: QueueEntry, cause: str, now: datetime
) -> Message | None:
    """Owe a party in the queue a message; the same cause owes it once: None then, and for those who
    left no address: they stand at the door.

    :param entry: with its restaurant and guest
    """
    phone = str(entry.phone or "")
    if not phone and not entry.email:
        return None
    preferred = preference_of(entry.guest).preferred_channel if entry.guest is not None else ""
    reachable = addresses_at(email=entry.email, phone=phone, guest_id=entry.guest_id)
    channels = channels_for(kind, reachable=reachable, preferred=preferred)
    until = now + MANNERS[kind].lifetime
    held_until = entry.held_until
    if kind in (Kind.QUEUE_READY, Kind.QUEUE_NUDGE) and held_until is not None:
        until = min(until, held_until)
    message = Message(
        dedupe_key=f"{kind}:queue:{entry.pk}:{cause}",
        kind=kind,
        restaurant=entry.restaurant,
        queue_entry=entry,
        guest=entry.guest,
        language=entry.language,
        channels=list(channels),
        context=_context(kind, entry, now),
        due_at=now,
        expires_at=until,
        created_at=now,
    )
    return message_write(message, "" if channels else "unreachable", now)


def _context(kind: Kind, entry: QueueEntry, now: datetime) -> dict[str, Any]:
    """How long it takes from now, and the place in line; nothing where no wait was quoted."""
    if kind not in (Kind.QUEUE_JOINED, Kind.QUEUE_LONGER) or not entry.told_high:
        return {}
    waited = max(int((now - entry.joined_at) / timedelta(minutes=1)), 0)
    told = {"low": max(entry.told_low - waited, 0), "high": max(entry.told_high - waited, 1)}
    if kind == Kind.QUEUE_LONGER:
        return told
    line = queue_now(entry.restaurant, now=now, sizes=()).line_of(entry.pk)
    return told if line is None else {**told, "position": line.position}


def queue_answered(
    *, channel: str, inbound: Inbound, meaning: Meaning, now: datetime
) -> Message | None:
    """The message of the queue that a reply answers: the last one the address got, while its party
    is in the queue. None where it is about something else.
    """
    if meaning not in YES_OR_NO:
        return None
    tries = MessageAttempt.objects.filter(
        channel=channel, address=inbound.sender, message__user=None
    ).select_related("message__queue_entry", "message__restaurant", "message__guest")
    last = tries.order_by("-pk").first()
    entry = last.message.queue_entry if last is not None else None
    if last is None or entry is None:
        return None
    is_lately = entry.status in IN_QUEUE or (entry.ended_at or now) > now - timedelta(hours=1)
    return last.message if is_lately else None


def queue_answer(
    *,
    message: Message,
    provider: str,
    channel: str,
    inbound: Inbound,
    meaning: Meaning,
    now: datetime,
) -> Understood:
    """Say that the party is coming, or let it leave."""
    entry_id = message.queue_entry_id
    if entry_id is None:
        raise RuntimeError("the message is about a party of the queue")

    def work(actor: Actor) -> str:
        if meaning == Meaning.CONFIRM:
            queue_coming(entry_id=entry_id, actor=actor, now=now)
            return _("Thank you, we are waiting for you.")
        queue_leave(entry_id=entry_id, actor=actor, now=now)
        return _("You have left the queue.")

    return answer_once(
        message=message,
        provider=provider,
        channel=channel,
        inbound=inbound,
        meaning=meaning,
        work=work,
        now=now,
    )
