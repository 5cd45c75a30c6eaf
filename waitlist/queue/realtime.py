"""Telling open pages that the queue changed: best effort, after the commit."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from reservehub.core.realtime import push, restaurant_group
from waitlist.models import QueueEntry


def queue_group(restaurant_id: int) -> str:
    """The group of everyone who has the page of a party of one queue open: what happens to one
    moves those behind it.
    """
    return f"queue.{restaurant_id}"


def queue_version(restaurant_id: int, service_date: date) -> int:
    """A number that grows with every change in the queue of one evening."""
    rows = QueueEntry.objects.filter(restaurant=restaurant_id, service_date=service_date)
    return int(rows.aggregate(total=Sum("version"))["total"] or 0)


def push_queue(entry: QueueEntry) -> None:
    """Tell the pages of the parties in this queue, and the screens of the restaurant."""
    message = {
        "type": "queue.changed",
        "entry_id": entry.pk,
        "status": str(entry.status),
        "version": entry.version,
    }
    push(restaurant_group(entry.restaurant_id), message)
    version = queue_version(entry.restaurant_id, entry.service_date)
    push(queue_group(entry.restaurant_id), {**message, "version": version})
