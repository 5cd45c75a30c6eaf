"""Leaving the queue without a table, and taking the last step back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.lifecycle import AT_TABLE
from bookings.services import reservation_undo
from reservehub.core.actors import SYSTEM, Actor
from waitlist.models import IN_QUEUE, QueueEntry, QueueStatus
from waitlist.queue.errors import AlreadyInQueue, NothingToTakeBack, QueueEntryOver
from waitlist.queue.events import QueueEvent, QueueLeft, QueueNoShow, QueueRemoved, QueueUndone
from waitlist.queue.rules import UNDO_FOR
from waitlist.services.queue.records import entry_change, entry_lock, remember, version_check
from waitlist.services.queue.tables import tables_release


def queue_leave(*, entry_id: int, actor: Actor, now: datetime) -> QueueEntry:
    """The party leaves by itself; leaving twice is no error.

    :raises NotFound: if there is no such party
    :raises QueueEntryOver: if it ended otherwise, such as by sitting down
    """
    return _end(entry_id, QueueStatus.CANCELED, QueueLeft, actor=actor, now=now)


def queue_remove(
    *, entry_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> QueueEntry:
    """Staff take the party off; twice is no error.

    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw
    :raises QueueEntryOver: if it ended otherwise
    """
    return _end(
        entry_id,
        QueueStatus.REMOVED,
        QueueRemoved,
        actor=actor,
        now=now,
        expected_version=expected_version,
    )


def queue_no_show(
    *, entry_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> QueueEntry:
    """The party has gone without a word; twice is no error.

    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw
    :raises QueueEntryOver: if it ended otherwise
    """
    return _end(
        entry_id,
        QueueStatus.NO_SHOW,
        QueueNoShow,
        actor=actor,
        now=now,
        expected_version=expected_version,
    )


@transaction.atomic
def _end(
    entry_id: int,
    status: QueueStatus,
    make: type[QueueEvent],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> QueueEntry:
    entry = entry_lock(entry_id)
    if entry.status == status:
        return entry
    if not entry.is_in_queue:
        raise QueueEntryOver(status=entry.status)
    version_check(entry, expected_version)
    entry_end(entry, status, make, actor=actor, now=now)
    return entry


def entry_end(
    entry: QueueEntry,
    status: QueueStatus,
    make: type[QueueEvent],
    *,
    actor: Actor = SYSTEM,
    now: datetime,
) -> None:
    """End a party that the caller has locked; what was held for it is free."""
    remember(entry, now=now)
    tables_release(entry)
    entry.table_ids = []
    entry.ready_at = None
    entry.ended_at = now
    entry_change(entry, make, status=status, actor=actor, now=now)


@transaction.atomic
def queue_undo(
    *, entry_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> QueueEntry:
    """Take the last step with a party back within 15 minutes: it waits again at its old place.
    Whoever was seated by mistake gets up; what was held for a called party is free again.

    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw
    :raises NothingToTakeBack: if nothing can be taken back any more
    :raises AlreadyInQueue: if its phone has joined again meanwhile
    """
    entry = entry_lock(entry_id)
    version_check(entry, expected_version)
    last = entry.undo
    if not last or now - datetime.fromisoformat(last["at"]) > UNDO_FOR:
        raise NothingToTakeBack
    if not entry.is_in_queue and _has_joined_again(entry):
        raise AlreadyInQueue
    _unseat(entry, actor=actor, now=now)
    tables_release(entry)
    entry.skips = last["skips"]
    entry.table_ids = []
    entry.ready_at = entry.nudged_at = entry.coming_at = None
    entry.ended_at = entry.seated_at = entry.undo = None
    before = QueueStatus(last["status"])
    kept = QueueStatus.SKIPPED if before == QueueStatus.SKIPPED else QueueStatus.WAITING
    entry_change(entry, QueueUndone, status=kept, actor=actor, now=now)
    return entry


def _has_joined_again(entry: QueueEntry) -> bool:
    if not entry.phone:
        return False
    rows = QueueEntry.objects.filter(restaurant=entry.restaurant_id, status__in=IN_QUEUE)
    return rows.filter(phone=entry.phone).exists()


def _unseat(entry: QueueEntry, *, actor: Actor, now: datetime) -> None:
    """A walk-in taken back has never been (rule 60)."""
    visit = entry.reservation
    if entry.status == QueueStatus.SEATED and visit is not None and visit.status in AT_TABLE:
        reservation_undo(reservation_id=visit.pk, actor=actor, now=now)
    entry.reservation = None
