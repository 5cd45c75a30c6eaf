"""Where those who wait see how things stand."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from waitlist.links import entry_link
from waitlist.models import QueueEntry, WaitlistEntry
from waitlist.queue.links import queue_link


def entry_path(entry: WaitlistEntry) -> str:
    """The live page of a waitlist entry, as a path of ours; empty where no such page is served."""
    try:
        return reverse("waitlist:entry", args=[entry_link(entry.link_nonce).token])
    except NoReverseMatch:
        return ""


def queue_path(entry: QueueEntry) -> str:
    """The live page of a party in the queue, as a path of ours; empty where none is served."""
    try:
        return reverse("queue:party", args=[queue_link(entry.link_nonce).token])
    except NoReverseMatch:
        return ""
