"""Telling open pages that the queue changed: best effort, after the commit."""

from __future__ import annotations

from reservehub.core.realtime import push, restaurant_group
from waitlist.models import QueueEntry


def queue_group(entry_id: int) -> str:
    """The group of everyone who has the page of one party open."""
    return f"queue.{entry_id}"


def push_queue(entry: QueueEntry) -> None:
    """The party's own page, and the screens of the restaurant. Who waits behind it looks again by
    themselves: their pages ask every half minute.
    """
    message = {
        "type": "queue.changed",
        "entry_id": entry.pk,
        "status": str(entry.status),
        "version": entry.version,
    }
    push(queue_group(entry.pk), message)
    push(restaurant_group(entry.restaurant_id), message)
