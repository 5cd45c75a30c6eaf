"""Messages whose sender never came back: killed in the middle, or the provider left it open.

What the provider would recognise is sent again under the same key. Where it would not, it is asked;
and where it cannot say, a person decides: nothing is ever silently sent twice (requirement H3).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from notifications.channels.base import CannotSay, OutcomeUnknown, Receipt, SendFailed
from notifications.channels.registry import backend_named
from notifications.errors import NothingToSettle
from notifications.models import AttemptOutcome, Message, MessageAttempt, MessageStatus
from notifications.services.addressing import envelope_of
from notifications.services.contents import content_from_row
from notifications.services.messages import message_queue
from notifications.services.sending import sending_taken, wait_and_try_again
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound

ASK_FOR = 10
"""Times `stuck_after`: a provider that does not even answer questions for so long is given up."""
LOST_AFTER = timedelta(seconds=60)
"""A queued message is presumed lost with its broker after so long."""


def stuck_after() -> timedelta:
    """Longer than any sender waits for any provider."""
    return timedelta(seconds=settings.RESERVEHUB_SEND_STUCK_SECONDS)


@transaction.atomic
def messages_claim_due(*, now: datetime, limit: int = 500) -> list[int]:
    """Mark due messages as queued and return their ids; rival sweeps get different ones."""
    due = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(status=MessageStatus.WAITING, due_at__lte=now)
        .filter(Q(queued_at=None) | Q(queued_at__lte=now - LOST_AFTER))
        .order_by("due_at")
    )
    ids = list(due.values_list("pk", flat=True)[:limit])
    Message.objects.filter(pk__in=ids).update(queued_at=now)
    return ids


def messages_stuck(*, now: datetime, limit: int = 100) -> list[int]:
    """Messages that have been on their way for longer than any sending takes."""
    stuck = Message.objects.filter(
        status=MessageStatus.SENDING, claimed_at__lte=now - stuck_after()
    ).order_by("claimed_at")
    return list(stuck.values_list("pk", flat=True)[:limit])


def message_unstick(*, message_id: int, now: datetime) -> None:
    """Find out what became of a stuck message, asking the provider outside any transaction."""
    message = (
        Message.objects.select_related("restaurant", "reservation")
        .filter(pk=message_id, status=MessageStatus.SENDING, claimed_at__lte=now - stuck_after())
        .first()
    )
    if message is None:
        return
    attempt = message.tries.filter(number=message.attempts).first()
    if attempt is None:  # claimed, but the transaction of the claim carried no try: never left
        _again(message, now)
        return
    backend = backend_named(attempt.provider)
    if backend is not None and backend.resends_safely:
        _again(message, now)
        return
    try:
        receipt = _ask(message, attempt)
    except CannotSay:
        _leave_to_a_person(message, now)
    except (OutcomeUnknown, SendFailed):
        # It may be ill: the next sweep asks again, for a while.
        if attempt.started_at <= now - ASK_FOR * stuck_after():
            _leave_to_a_person(message, now)
    else:
        if receipt is None:
            _again(message, now)
        else:
            sending_taken(message_id=message.pk, number=attempt.number, receipt=receipt, now=now)


def _ask(message: Message, attempt: MessageAttempt) -> Receipt | None:
    """What the provider says it took; see `Backend.find`."""
    backend = backend_named(attempt.provider)
    if backend is None or message.content is None:
        raise CannotSay
    envelope = envelope_of(message, attempt, content_from_row(message.content))
    return backend.find(envelope, since=attempt.started_at)


@transaction.atomic
def _again(message: Message, now: datetime) -> None:
    current = _still_stuck(message)
    if current is not None:
        wait_and_try_again(current, now)


@transaction.atomic
def _leave_to_a_person(message: Message, now: datetime) -> None:
    current = _still_stuck(message)
    if current is None:
        return
    current.status = MessageStatus.UNCERTAIN
    current.claimed_at = None
    current.finished_at = now
    current.reason = "outcome_unknown"
    current.save()
    current.tries.filter(number=current.attempts).update(
        outcome=AttemptOutcome.UNKNOWN, finished_at=now
    )


def _still_stuck(message: Message) -> Message | None:
    return (
        Message.objects.select_for_update(of=("self",))
        .filter(pk=message.pk, status=MessageStatus.SENDING, attempts=message.attempts)
        .first()
    )


def _for_a_person(message_id: int, *statuses: MessageStatus) -> Message:
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    if message.status not in statuses:
        raise NothingToSettle
    return message


@transaction.atomic
def message_send_again(*, message_id: int, actor: Actor, now: datetime) -> Message:
    """A person has a failed or dropped message sent after all, over every channel again.

    :raises NotFound: if there is no such message
    :raises NothingToSettle: if it is on its way or has arrived
    """
    message = _for_a_person(
        message_id, MessageStatus.FAILED, MessageStatus.DROPPED, MessageStatus.UNCERTAIN
    )
    before = message.status
    if not message.channels and (last := message.tries.last()) is not None:
        message.channels = list(dict.fromkeys(message.tries.values_list("channel", flat=True)))
        message.last_error = last.code
    message.status = MessageStatus.WAITING
    message.channel_attempts = 0
    message.round += 1
    message.due_at = now
    message.expires_at = max(message.expires_at, now + message.manners.lifetime)
    message.finished_at = None
    message.reason = ""
    message.save()
    _audit(message, "sent_again", before, actor, now)
    message_queue(message.pk)
    return message


@transaction.atomic
def message_settle(*, message_id: int, arrived: bool, actor: Actor, now: datetime) -> Message:
    """A person has found out what became of an uncertain message.

    :param arrived: it did; otherwise it is sent again
    :raises NotFound: if there is no such message
    :raises NothingToSettle: if nobody asked any more
    """
    if not arrived:
        return message_send_again(message_id=message_id, actor=actor, now=now)
    message = _for_a_person(message_id, MessageStatus.UNCERTAIN)
    message.status = MessageStatus.SENT
    message.sent_at = message.sent_at or now
    message.reason = "settled_by_hand"
    message.save()
    _audit(message, "settled", MessageStatus.UNCERTAIN, actor, now)
    return message


def _audit(message: Message, change: str, before: str, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=f"notifications.message.{change}",
        obj=message,
        now=now,
        restaurant_id=message.restaurant_id,
        before={"status": str(before)},
        after={"status": str(message.status)},
    )
