"""Telling open pages that the queue changed: best effort, after the commit."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from reservehub.core.realtime import push, restaurant_group
from waitlist.models import IN_QUEUE, QueueEntry


def queue_group(entry_id: int) -> str:
    """The group of everyone who has the page of one party open."""
    return f"queue.{entry_id}"


def queue_version(restaurant_id: int, service_date: date) -> int:
    """A number that grows with every change of an evening's queue: what happens to one party
    concerns all behind it.
    """
    rows = QueueEntry.objects.filter(restaurant=restaurant_id, service_date=service_date)
    return int(rows.aggregate(all=Sum("version"))["all"] or 0)


def push_queue(entry: QueueEntry) -> None:
    """The pages of all who wait, that of the party itself, and the screens of the restaurant. The
    caller holds the queue.
    """
    version = queue_version(entry.restaurant_id, entry.service_date)
    rows = QueueEntry.objects.filter(restaurant=entry.restaurant_id, status__in=IN_QUEUE)
    message = {"type": "queue.changed", "version": version}
    for entry_id in {entry.pk, *rows.values_list("pk", flat=True)}:
        push(queue_group(entry_id), message)
    push(restaurant_group(entry.restaurant_id), {**message, "entry_id": entry.pk})
