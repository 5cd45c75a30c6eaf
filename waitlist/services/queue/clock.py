"""What the clock does to the queue: reminders, skips, growing waits, the end of the day (rules 93,
97, 98). Each restaurant is a transaction of its own; running it late or twice changes nothing else.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.loading import active_restaurant
from bookings.services import service_date_now
from reservehub.core.actors import SYSTEM
from restaurants.models import Restaurant
from waitlist.models import IN_QUEUE, QueueEntry, QueueStatus
from waitlist.prediction import Quote, quote_again
from waitlist.queue.events import QueueLonger, QueueNoShow, QueueRemoved
from waitlist.selectors.queue import queue_now, queue_of
from waitlist.services.queue.calling import entry_settle
from waitlist.services.queue.leaving import entry_end
from waitlist.services.queue.records import entry_change, queue_lock


def queues_run(*, now: datetime) -> int:
    """Look at every restaurant somebody waits in. Returns how many parties changed."""
    rows = QueueEntry.objects.filter(status__in=IN_QUEUE)
    ids = rows.order_by("restaurant_id").values_list("restaurant_id", flat=True).distinct()
    return sum(queue_run(restaurant_id=restaurant_id, now=now) for restaurant_id in list(ids))


@transaction.atomic
def queue_run(*, restaurant_id: int, now: datetime) -> int:
    """Look at one queue. Returns how many parties changed."""
    queue_lock(restaurant_id)
    restaurant = active_restaurant(restaurant_id)
    if restaurant is None:
        return 0
    today = service_date_now(restaurant, now=now)
    locked = queue_of(restaurant_id).select_for_update(of=("self",), no_key=True)
    changed = 0
    for entry in locked:
        if entry.service_date < today:
            _end_of_day(entry, now=now)
            changed += 1
        else:
            changed += entry_settle(entry, now=now)
    return changed + _tell_longer(restaurant, now=now)


def _end_of_day(entry: QueueEntry, *, now: datetime) -> None:
    """The queue is of one business day (rule 93). Who was called and did not come is a no-show; who
    was never called is not to blame.
    """
    was_called = entry.status != QueueStatus.WAITING
    status = QueueStatus.NO_SHOW if was_called else QueueStatus.REMOVED
    entry_end(entry, status, QueueNoShow if was_called else QueueRemoved, now=now)


def _tell_longer(restaurant: Restaurant, *, now: datetime) -> int:
    """Tell those whose wait has grown by more than ten minutes since they were told last."""
    told = 0
    for line in queue_now(restaurant, now=now, sizes=()).lines:
        entry = line.entry
        if line.status != QueueStatus.WAITING or line.quote is None:
            continue
        before = Quote(entry.told_low, entry.told_high, entry.middle_minutes)
        again = quote_again(before, line.quote)
        if again is None or again.is_hopeless:
            continue
        entry.told_low, entry.told_high = again.low, again.high
        entry.told_longer_at = now
        entry_change(
            entry,
            QueueLonger,
            actor=SYSTEM,
            now=now,
            after={"told": [again.low, again.high]},
        )
        told += 1
    return told
