"""Telling open pages that the waitlist changed: best effort, after the commit."""

from __future__ import annotations

from reservehub.core.realtime import push, restaurant_group
from waitlist.models import WaitlistEntry


def entry_group(entry_id: int) -> str:
    """The group of everyone who has the page of one entry open."""
    return f"waitlist.{entry_id}"


def push_entry(entry: WaitlistEntry) -> None:
    """The entry's own page, and the screens of the restaurant."""
    message = {
        "type": "waitlist.changed",
        "entry_id": entry.pk,
        "status": str(entry.status),
        "version": entry.version,
        "service_date": entry.service_date.isoformat(),
    }
    push(entry_group(entry.pk), message)
    push(restaurant_group(entry.restaurant_id), message)
