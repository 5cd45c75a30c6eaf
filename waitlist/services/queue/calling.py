"""Calling a party to its table: ready, reminded, coming, not come (rule 97)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reservehub.core.actors import SYSTEM, Actor
from waitlist.models import QueueEntry, QueueSkip, QueueSkipReason, QueueStatus
from waitlist.queue.errors import NotCalled
from waitlist.queue.events import (
    QueueComing,
    QueueNoShow,
    QueueNudged,
    QueueReady,
    QueueSkipped,
)
from waitlist.queue.rules import Lapse, is_nudge_due, lapse_next, lapse_of
from waitlist.services.queue.records import (
    entry_change,
    entry_lock,
    in_queue_check,
    remember,
    version_check,
)
from waitlist.services.queue.tables import (
    days_lock,
    is_held,
    tables_choose,
    tables_hold,
    tables_release,
)


@transaction.atomic
def queue_ready(
    *,
    entry_id: int,
    table_ids: Sequence[int] = (),
    overrides: frozenset[str] = frozenset(),
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> QueueEntry:
    """A table is ready: it is held for the party for ten minutes, and the party is told. Saying it
    twice changes nothing; other tables replace those held before.

    :param table_ids: the best that are free, if none are named
    :param overrides: "order" passes over those ahead, "due_soon" and "capacity" as for walk-ins
    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw
    :raises QueueEntryOver: if it is no longer in the queue
    :raises OutOfTurn: if somebody ahead fits the tables (`ahead`)
    :raises NoTableReady: if none was named and none is free
    :raises TableOccupied | TableTaken | TableUnsuitable: for named tables that cannot be had
    """
    entry = entry_lock(entry_id)
    wanted = sorted(set(table_ids)) or entry.table_ids
    if is_held(entry, now=now) and wanted == entry.table_ids:
        return entry
    in_queue_check(entry)
    # Before time is written down: the screen knew what it has done without a new version.
    version_check(entry, expected_version)
    entry_settle(entry, now=now)
    in_queue_check(entry)
    days_lock(entry, now=now)
    tables_release(entry)
    tables = tables_choose(entry, table_ids, overrides=overrides, actor=actor, now=now)
    entry.hold = tables_hold(entry, tables, overrides=overrides, now=now)
    remember(entry, now=now)
    entry.table_ids = list(tables)
    entry.ready_at = now
    entry.nudged_at = entry.coming_at = None
    entry_change(
        entry,
        QueueReady,
        status=QueueStatus.SERVICE_READY,
        actor=actor,
        now=now,
        after={"tables": list(tables), "overrides": sorted(overrides)},
    )
    return entry


@transaction.atomic
def queue_nudge(*, entry_id: int, actor: Actor, now: datetime) -> QueueEntry:
    """Remind a called party, once per call.

    :raises NotFound: if there is no such party
    :raises NotCalled: if no table is ready for it
    """
    entry = entry_lock(entry_id)
    entry_settle(entry, now=now)
    if entry.status != QueueStatus.SERVICE_READY:
        raise NotCalled(status=entry.status)
    if entry.nudged_at is None:
        _nudge(entry, actor=actor, now=now)
    return entry


def _nudge(entry: QueueEntry, *, actor: Actor, now: datetime) -> None:
    entry.nudged_at = now
    entry_change(entry, QueueNudged, actor=actor, now=now)


@transaction.atomic
def queue_coming(*, entry_id: int, actor: Actor, now: datetime) -> QueueEntry:
    """The party says it is coming; saying it twice changes nothing. The ten minutes stay ten.

    :raises NotFound: if there is no such party
    :raises QueueEntryOver: if it is no longer in the queue
    """
    entry = entry_lock(entry_id)
    entry_settle(entry, now=now)
    in_queue_check(entry)
    if entry.coming_at is None:
        entry.coming_at = now
        entry_change(entry, QueueComing, actor=actor, now=now)
    return entry


@transaction.atomic
def queue_skip(
    *, entry_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> QueueEntry:
    """The party was called and is not there: it keeps its place once, then it is a no-show. What
    was held for it is free for the next.

    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw, unless it is skipped already
    :raises QueueEntryOver: if it is no longer in the queue
    """
    entry = entry_lock(entry_id)
    if entry.status == QueueStatus.SKIPPED and expected_version not in (None, entry.version):
        return entry
    in_queue_check(entry)
    version_check(entry, expected_version)
    _not_come(entry, lapse_next(entry.skips), actor=actor, now=now)
    return entry


def entry_settle(entry: QueueEntry, *, now: datetime) -> bool:
    """Write down what time has done to a party that the caller has locked; whether it did anything.

    What a party is, is decided here and in `queue_status_at`, whenever somebody asks; that a worker
    comes by every minute only tells those who look on.
    """
    if entry.status != QueueStatus.SERVICE_READY or entry.ready_at is None:
        return False
    lapse = lapse_of(ready_at=entry.ready_at, skips=entry.skips, now=now)
    if lapse is not None:
        _not_come(entry, lapse, actor=SYSTEM, now=now)
        return True
    if is_nudge_due(
        ready_at=entry.ready_at,
        is_nudged=entry.nudged_at is not None,
        is_coming=entry.coming_at is not None,
        now=now,
    ):
        _nudge(entry, actor=SYSTEM, now=now)
        return True
    return False


def _not_come(entry: QueueEntry, lapse: Lapse, *, actor: Actor, now: datetime) -> None:
    remember(entry, now=now)
    tables = list(entry.table_ids)
    tables_release(entry)
    entry.skips += 1
    entry.table_ids = []
    entry.ready_at = entry.nudged_at = entry.coming_at = None
    if lapse is Lapse.NO_SHOW:
        entry.ended_at = now
    QueueSkip.objects.create(
        restaurant_id=entry.restaurant_id,
        entry=entry,
        reason=QueueSkipReason.NOT_COME,
        actor_kind=str(actor.kind),
        actor_label=actor.label[:150],
        table_ids=tables,
        occurred_at=now,
    )
    entry_change(
        entry,
        QueueSkipped if lapse is Lapse.SKIPPED else QueueNoShow,
        status=QueueStatus(lapse.value),
        actor=actor,
        now=now,
        after={"skips": entry.skips},
    )
