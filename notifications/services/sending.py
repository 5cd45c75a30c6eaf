"""One try at one message: claim it, and record what became of it (requirement H3).

The claim is a compare-and-swap on the status; the count of attempts is its fencing token: whoever
comes back late with an older one changes nothing. Between claim and record nothing is locked, as
the network lies between them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from bookings.services import reservation_reminded
from notifications.channels.base import Backend, Envelope, OutcomeUnknown, Receipt, SendFailed
from notifications.kinds import Kind
from notifications.models import AttemptOutcome, Message, MessageAttempt, MessageStatus
from notifications.planning import MAX_TRIES, retry_in
from notifications.rendering import render
from notifications.services.addressing import envelope_of, way_of
from notifications.services.contacts import address_bury, opt_out
from notifications.services.contents import content_row
from notifications.services.messages import message_queue
from notifications.services.wishes import not_before, why_unwanted

REMINDERS = (Kind.REMINDER_DAY, Kind.REMINDER_SOON)
_ERROR_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A claimed message on its way to the network."""

    message_id: int
    number: int
    backend: Backend
    envelope: Envelope


@transaction.atomic
def sending_begin(*, message_id: int, now: datetime) -> Sending | None:
    """Claim a due message and make it ready for the network.

    What nobody wants any more is dropped here with the reason, and so is what no provider in use
    can carry. None then, and where somebody else has it or it is not due.
    """
    message = _claim(message_id, now)
    if message is None:
        return None
    later = not_before(message, now)
    if later is not None:
        _postpone(message, later)
        return None
    why = why_unwanted(message, now)
    way = way_of(message) if not why else None
    if way is None:
        _drop(message, why or "channel_off", now)
        return None
    if way.position:
        message.channels = message.channels[way.position :]
        message.channel_attempts = 1
    content = render(message)
    message.content = content_row(content)
    message.save(update_fields=["channels", "channel_attempts", "content"])
    attempt = MessageAttempt.objects.create(
        message=message,
        number=message.attempts,
        channel=way.channel,
        provider=way.backend.provider,
        address=way.address.value,
        started_at=now,
    )
    return Sending(
        message_id=message.pk,
        number=message.attempts,
        backend=way.backend,
        envelope=envelope_of(message, attempt, content),
    )


def _claim(message_id: int, now: datetime) -> Message | None:
    claimed = Message.objects.filter(
        pk=message_id, status=MessageStatus.WAITING, due_at__lte=now
    ).update(
        status=MessageStatus.SENDING,
        claimed_at=now,
        queued_at=None,
        attempts=F("attempts") + 1,
        channel_attempts=F("channel_attempts") + 1,
    )
    if not claimed:
        return None
    return Message.objects.select_related(
        "reservation__restaurant__policy",
        "restaurant",
        "guest",
        "campaign_recipient__campaign",
        "waitlist_entry__restaurant",
        "waitlist_offer",
        "queue_entry__restaurant",
    ).get(pk=message_id)


def _postpone(message: Message, later: datetime) -> None:
    message.status = MessageStatus.WAITING
    message.claimed_at = None
    message.due_at = later
    message.channel_attempts -= 1
    message.save(update_fields=["status", "claimed_at", "due_at", "channel_attempts"])


def _drop(message: Message, why: str, now: datetime) -> None:
    message.status = MessageStatus.DROPPED
    message.reason = why
    message.claimed_at = None
    message.finished_at = now
    message.save(update_fields=["status", "reason", "claimed_at", "finished_at"])


def _record(message_id: int, number: int, *also: MessageStatus) -> Message | None:
    """The message, locked, if this try is still the current one."""
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("restaurant", "reservation")
        .filter(pk=message_id, attempts=number, status__in=[MessageStatus.SENDING, *also])
        .first()
    )


def _note(
    message: Message, outcome: AttemptOutcome, now: datetime, *, code: str = "", detail: str = ""
) -> None:
    MessageAttempt.objects.filter(message=message, number=message.attempts).update(
        outcome=outcome, code=code[:60], detail=detail[:_ERROR_LENGTH], finished_at=now
    )


def _number(message: Message, provider_id: str) -> None:
    """Let reports find the current try. Where the provider's number is ours, every try of a message
    has the same: it goes to the latest.
    """
    if not provider_id:
        return
    tries = MessageAttempt.objects.filter(message=message)
    current = tries.get(number=message.attempts)
    tries.filter(provider=current.provider, provider_id=provider_id).update(provider_id="")
    current.provider_id = provider_id
    current.save(update_fields=["provider_id"])


@transaction.atomic
def sending_taken(*, message_id: int, number: int, receipt: Receipt, now: datetime) -> bool:
    """The provider has it. False if this try is not the current one any more.

    Believed also after the sweep had given the try up: the provider's answer is the better witness.
    """
    message = _record(message_id, number, MessageStatus.UNCERTAIN)
    if message is None:
        return False
    message.status = MessageStatus.SENT
    message.claimed_at = None
    message.sent_at = message.finished_at = now
    message.last_error = message.reason = ""
    message.save()
    _note(message, AttemptOutcome.TAKEN, now)
    _number(message, receipt.provider_id)
    if message.kind in REMINDERS and message.reservation_id is not None:
        reservation_reminded(reservation_id=message.reservation_id, now=now)
    return True


@transaction.atomic
def sending_refused(*, message_id: int, number: int, error: SendFailed, now: datetime) -> None:
    """The provider has it certainly not: later again, over the next channel, or never."""
    message = _record(message_id, number)
    if message is None:
        return
    outcome = AttemptOutcome.IMPOSSIBLE if error.is_permanent else AttemptOutcome.REFUSED
    _note(message, outcome, now, code=error.code, detail=error.detail)
    message.last_error = str(error)[:_ERROR_LENGTH]
    message.reason = error.code[:60]
    attempt = MessageAttempt.objects.get(message=message, number=number)
    if error.is_opt_out:
        opt_out(channel=attempt.channel, address=attempt.address, reason="told_provider", now=now)
    if error.is_address_dead:
        address_bury(channel=attempt.channel, address=attempt.address, code=error.code, now=now)
    if error.is_permanent or message.channel_attempts >= MAX_TRIES:
        message_to_next_channel(message, now)
    else:
        wait_and_try_again(message, now, asked=error.retry_after)


def wait_and_try_again(message: Message, now: datetime, *, asked: timedelta | None = None) -> None:
    """The same channel again, after a while; the next one if that would be too late."""
    jitter = random.random()  # noqa: S311 - spreads load, guards nothing
    due_at = now + retry_in(message.channel_attempts, jitter=jitter, asked=asked)
    if due_at >= message.expires_at:
        message_to_next_channel(message, now)
        return
    message.status = MessageStatus.WAITING
    message.claimed_at = message.finished_at = None
    message.due_at = due_at
    message.save()


def message_to_next_channel(message: Message, now: datetime) -> None:
    """Give the current channel up; a message without another one has failed and waits for a
    person. The caller holds the row's lock.
    """
    message.channels = message.channels[1:]
    message.channel_attempts = 0
    message.claimed_at = None
    if message.channels:
        message.status = MessageStatus.WAITING
        message.due_at = now
        message.finished_at = None
        message_queue(message.pk)
    else:
        message.status = MessageStatus.FAILED
        message.finished_at = now
    message.save()


@transaction.atomic
def sending_unknown(*, message_id: int, number: int, error: OutcomeUnknown, now: datetime) -> None:
    """Nobody can say whether the provider has it: the message stays claimed, and the sweep finds
    out (`notifications.services.stuck`). A report that arrives earlier settles it.
    """
    message = _record(message_id, number)
    if message is None:
        return
    _note(message, AttemptOutcome.UNKNOWN, now, code="unknown", detail=str(error))
    _number(message, error.provider_id)
    message.last_error = str(error)[:_ERROR_LENGTH]
    message.save(update_fields=["last_error"])
