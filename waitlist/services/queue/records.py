"""What every change of the queue has in common: the lock before it; version, audit, event and
screens after it.

Lock order: the restaurant's queue, entries, then days, hold rows and the rest as every booking does
(see `bookings.services.seats`). One restaurant changes its queue one step at a time: two hosts, and
the guest who leaves at that instant, have one truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.locks import advisory_name_lock
from waitlist.models import QueueEntry, QueueStatus
from waitlist.queue.errors import QueueEntryOver
from waitlist.queue.events import QueueEvent
from waitlist.queue.realtime import push_queue


def queue_lock(restaurant_id: int) -> None:
    """Hold the queue of a restaurant until the transaction ends; before everything else."""
    advisory_name_lock([f"queue:{restaurant_id}"])


def entry_lock(entry_id: int) -> QueueEntry:
    """A party, with the queue it stands in, locked until the transaction ends.

    :raises NotFound: if it does not exist
    """
    rows = QueueEntry.objects.filter(pk=entry_id)
    restaurant_id = rows.values_list("restaurant_id", flat=True).first()
    if restaurant_id is None:
        raise NotFound
    queue_lock(restaurant_id)
    return (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("restaurant__policy", "guest")
        .get()
    )


def version_check(entry: QueueEntry, expected_version: int | None) -> None:
    """:raises VersionConflict: if it is not the version the caller saw"""
    if expected_version is not None and expected_version != entry.version:
        raise VersionConflict(version=entry.version, status=entry.status)


def in_queue_check(entry: QueueEntry) -> None:
    """:raises QueueEntryOver: if the party is no longer in the queue"""
    if not entry.is_in_queue:
        raise QueueEntryOver(status=entry.status)


def remember(entry: QueueEntry, *, now: datetime) -> None:
    """Keep what the party is, for who takes the next step back."""
    entry.undo = {"status": str(entry.status), "skips": entry.skips, "at": now.isoformat()}


def entry_change(
    entry: QueueEntry,
    make: type[QueueEvent],
    *,
    status: QueueStatus | None = None,
    actor: Actor,
    now: datetime,
    after: Mapping[str, Any] | None = None,
    **members: Any,
) -> None:
    """Save a party that the caller has locked and changed: its version grows; audit, event and
    screens follow.

    :param members: further fields of the event
    """
    was = str(entry.status)
    if status is not None:
        entry.status = status
    entry.version += 1
    entry.save()
    audit.record(
        actor=actor,
        action=make.name.replace("waitlist.", "", 1),
        obj=entry,
        now=now,
        restaurant_id=entry.restaurant_id,
        before={"status": was},
        after={"status": str(entry.status), **(after or {})},
    )
    tell(entry, make, actor=actor, now=now, **members)


def tell(
    entry: QueueEntry, make: type[QueueEvent], *, actor: Actor, now: datetime, **members: Any
) -> None:
    """The event, and the open pages."""
    events.publish(
        make(
            entry_id=entry.pk,
            restaurant_id=entry.restaurant_id,
            service_date=entry.service_date,
            version=entry.version,
            actor_kind=str(actor.kind),
            occurred_at=now,
            **members,
        )
    )
    push_queue(entry)
