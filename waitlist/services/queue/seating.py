"""The party sits down: a walk-in at the tables it was called to (rules 95-97)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bookings.selectors import manage_token_of
from bookings.services import Booked, walk_in_create
from reservehub.core.actors import Actor
from waitlist.models import QueueEntry, QueueStatus
from waitlist.queue.events import QueueSeated
from waitlist.services.queue.records import (
    entry_change,
    entry_lock,
    in_queue_check,
    remember,
    version_check,
)
from waitlist.services.queue.requests import Seated
from waitlist.services.queue.tables import days_lock, is_held, tables_choose, tables_release


@transaction.atomic
def queue_seat(
    *,
    entry_id: int,
    table_ids: Sequence[int] = (),
    overrides: frozenset[str] = frozenset(),
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Seated:
    """Seat a party: at the tables named, else at those held for it, else at the best that are free.
    Seating twice gives the same visit. A party that is late at its ready table may still sit down
    there, as long as nobody else has it.

    :param overrides: "order" passes over those ahead, "due_soon" and "capacity" as for walk-ins
    :raises NotFound: if there is no such party
    :raises VersionConflict: if it is not the version the caller saw
    :raises QueueEntryOver: if it is no longer in the queue
    :raises OutOfTurn: if somebody ahead fits the tables (`ahead`)
    :raises NoTableReady: if none was named, none is held and none is free
    :raises TableOccupied | TableTaken | TableUnsuitable | SlotUnavailable: as for walk-ins
    """
    entry = entry_lock(entry_id)
    if entry.status == QueueStatus.SEATED and entry.reservation is not None:
        return Seated(entry, _visit_of(entry))
    in_queue_check(entry)
    version_check(entry, expected_version)
    days_lock(entry, now=now)
    tables, overrides = _tables(entry, table_ids, overrides=overrides, actor=actor, now=now)
    booked = walk_in_create(
        restaurant_id=entry.restaurant_id,
        party_size=entry.party_size,
        table_ids=tables,
        guest_name=entry.name,
        guest=entry.guest,
        guest_phone=str(entry.phone or ""),
        guest_email=entry.email,
        guest_language=entry.language,
        actor=actor,
        now=now,
        overrides=overrides - {"order"},
    )
    remember(entry, now=now)
    entry.table_ids = list(booked.table_ids)
    entry.reservation = booked.reservation
    entry.seated_at = entry.ended_at = now
    entry_change(
        entry,
        QueueSeated,
        status=QueueStatus.SEATED,
        actor=actor,
        now=now,
        after={"tables": entry.table_ids, "reservation": booked.reservation.pk},
        reservation_id=booked.reservation.pk,
    )
    return Seated(entry, booked)


def _tables(
    entry: QueueEntry,
    table_ids: Sequence[int],
    *,
    overrides: frozenset[str],
    actor: Actor,
    now: datetime,
) -> tuple[tuple[int, ...], frozenset[str]]:
    """Where the party sits down, and what does not stand in the way there. What was held for it is
    given up.
    """
    wanted = tuple(sorted(set(table_ids)))
    was_held = is_held(entry, now=now) and wanted in ((), tuple(entry.table_ids))
    tables_release(entry)
    if was_held:  # it was promised them when they were held
        return tuple(entry.table_ids), overrides | {"due_soon", "capacity"}
    return tables_choose(entry, wanted, overrides=overrides, actor=actor, now=now), overrides


def _visit_of(entry: QueueEntry) -> Booked:
    """The visit of a party that sits already."""
    visit = entry.reservation
    if visit is None:
        raise RuntimeError("a seated party has a visit")
    return Booked(visit, manage_token_of(visit), tuple(entry.table_ids), ())
