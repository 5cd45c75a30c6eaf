"""Running deliveries: each at least once, its effects exactly once.

The handler's rows and the mark ``done`` commit together, and the row lock keeps a second worker
away; so only what a handler does outside the database could happen twice, and handlers do nothing
there.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from reservehub.core import events
from reservehub.core.models import Delivery, DeliveryStatus, OutboxEvent

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(hours=1)
#: A queued delivery is presumed lost after this long, and queued again.
LOST_AFTER = timedelta(seconds=60)
KEEP_DONE = timedelta(days=14)
KEEP_DEAD = timedelta(days=90)
_ERROR_LENGTH = 2_000


class Outcome(Enum):
    DONE = "done"
    SKIPPED = "skipped"
    """Somebody else has it, or it is not due, or it is finished."""
    FAILED = "failed"
    DEAD = "dead"


def delivery_run(*, delivery_id: int, now: datetime) -> Outcome:
    """Run the handler of one delivery and mark it done, in one transaction."""
    try:
        with transaction.atomic():
            delivery = _lock(delivery_id)
            if delivery is None or (delivery.attempts and delivery.next_attempt_at > now):
                return Outcome.SKIPPED
            handler = events.subscription(delivery.handler).handler
            handler(events.restore(delivery.event), delivery_id=delivery.pk)
            delivery.status = DeliveryStatus.DONE
            delivery.finished_at = now
            delivery.last_error = ""
            delivery.save(update_fields=["status", "finished_at", "last_error"])
            return Outcome.DONE
    except Exception as error:
        # Any failure of a handler, also one at commit, is this delivery's and no other's.
        logger.exception("Delivery %s failed", delivery_id)
        return _delivery_fail(delivery_id=delivery_id, error=error, now=now)


def _lock(delivery_id: int) -> Delivery | None:
    return (
        Delivery.objects.select_related("event")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=delivery_id, status=DeliveryStatus.PENDING)
        .first()
    )


@transaction.atomic
def _delivery_fail(*, delivery_id: int, error: Exception, now: datetime) -> Outcome:
    delivery = _lock(delivery_id)
    if delivery is None:
        return Outcome.SKIPPED
    delivery.attempts += 1
    delivery.last_error = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
    delivery.queued_at = None
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.status = DeliveryStatus.DEAD
        delivery.finished_at = now
    else:
        delivery.next_attempt_at = now + retry_delay(delivery.attempts)
    delivery.save()
    return Outcome.DEAD if delivery.status == DeliveryStatus.DEAD else Outcome.FAILED


def retry_delay(attempts: int) -> timedelta:
    """Exponential back-off after so many failures, with a quarter of jitter either way."""
    delay: timedelta = min(FIRST_RETRY * int(2 ** (attempts - 1)), LONGEST_RETRY)
    return delay * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing


@transaction.atomic
def deliveries_claim_due(*, now: datetime, limit: int = 500) -> list[int]:
    """Mark due deliveries as queued and return their ids; rival sweeps get different ones."""
    due = (
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(status=DeliveryStatus.PENDING, next_attempt_at__lte=now)
        .filter(Q(queued_at__isnull=True) | Q(queued_at__lte=now - LOST_AFTER))
        .order_by("next_attempt_at")
    )
    ids = list(due.values_list("pk", flat=True)[:limit])
    Delivery.objects.filter(pk__in=ids).update(queued_at=now)
    return ids


def deliveries_retry(*, delivery_ids: Iterable[int], now: datetime) -> int:
    """Give dead deliveries a fresh set of attempts; returns how many there were."""
    return Delivery.objects.filter(pk__in=delivery_ids, status=DeliveryStatus.DEAD).update(
        status=DeliveryStatus.PENDING,
        attempts=0,
        finished_at=None,
        next_attempt_at=now,
        queued_at=None,
    )


def outbox_prune(*, now: datetime, batch: int = 5_000) -> int:
    """Delete events all of whose deliveries are finished and old; returns how many.

    Done ones stay 14 days, dead ones 90; an event that still waits stays for ever.
    """
    open_ones = Delivery.objects.filter(event=OuterRef("pk")).exclude(
        Q(status=DeliveryStatus.DONE)
        | Q(status=DeliveryStatus.DEAD, finished_at__lt=now - KEEP_DEAD)
    )
    old = OutboxEvent.objects.filter(~Exists(open_ones), occurred_at__lt=now - KEEP_DONE)
    total = 0
    while ids := list(old.values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            Delivery.objects.filter(event_id__in=ids).delete()
            OutboxEvent.objects.filter(pk__in=ids).delete()
        total += len(ids)
    return total
