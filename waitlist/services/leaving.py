"""Entries that end: the guest leaves, staff take them off, another booking, the evening is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from reservehub.core.actors import SYSTEM, Actor
from waitlist.errors import EntryOver
from waitlist.events import EntryClosed, EntryExpired, EntryLeft, EntryRemoved, WaitlistEvent
from waitlist.models import LIVE, EntryStatus, WaitlistEntry
from waitlist.services.ending import offers_withdraw, open_offers_lock, pass_on
from waitlist.services.records import entry_lock, entry_members, entry_save, record, waitlist_lock

BATCH = 500


@transaction.atomic
def entry_leave(
    *, entry_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> WaitlistEntry:
    """The guest no longer waits; a table that was offered goes to the next at once. Leaving twice
    is no error.

    :raises NotFound: if it does not exist
    :raises EntryOver: if it ended in another way
    """
    entry = entry_lock(entry_id, expected_version=expected_version)
    if entry.status == EntryStatus.LEFT:
        return entry
    return _end_one(entry, EntryStatus.LEFT, EntryLeft, actor=actor, now=now)


@transaction.atomic
def entry_remove(
    *,
    entry_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> WaitlistEntry:
    """Staff take a guest off the waitlist. Twice is no error.

    :raises NotFound: if it does not exist
    :raises EntryOver: if it ended in another way
    """
    entry = entry_lock(entry_id, expected_version=expected_version)
    if entry.status == EntryStatus.REMOVED:
        return entry
    return _end_one(
        entry, EntryStatus.REMOVED, EntryRemoved, actor=actor, now=now, reason=reason[:300]
    )


def _end_one(
    entry: WaitlistEntry,
    status: EntryStatus,
    event: type[WaitlistEvent],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> WaitlistEntry:
    if not entry.is_live:
        raise EntryOver(status=entry.status)
    _end_all([entry], status, actor=actor, now=now, reason=reason, make=event)
    return entry


def _end_all(
    entries: Sequence[WaitlistEntry],
    status: EntryStatus,
    *,
    make: type[WaitlistEvent],
    actor: Actor,
    now: datetime,
    reason: str = "",
    reservation_id: int | None = None,
) -> None:
    """End live entries of one restaurant, locked by the caller, and pass their offers on."""
    offers = open_offers_lock(entries)
    for entry in entries:
        was = str(entry.status)
        entry.status = status
        entry.ended_at = now
        entry_save(entry, now=now, fields=("ended_at",))
        more: dict[str, Any] = {"reservation_id": reservation_id} if make is EntryClosed else {}
        record(
            entry,
            make(**entry_members(entry, actor=actor, now=now), **more),
            actor=actor,
            action=f"waitlist.{status}",
            now=now,
            before={"status": was},
            after={"status": str(status), **({"reason": reason} if reason else {})},
        )
    offers_withdraw(offers, actor=actor, now=now)
    pass_on(offers, now=now)


@transaction.atomic
def entries_close_elsewhere(
    *,
    restaurant_id: int,
    guest_id: int,
    service_date: date,
    reservation_id: int,
    now: datetime,
    actor: Actor = SYSTEM,
) -> list[WaitlistEntry]:
    """A guest who has booked for a night no longer waits for it (rule 91). The entry that became
    this booking is over already; cancelling the booking revives none.
    """
    waitlist_lock(restaurant_id)
    rows = (
        WaitlistEntry.objects.select_for_update(of=("self",), no_key=True)
        .select_related("restaurant__policy")
        .filter(
            restaurant=restaurant_id,
            guest=guest_id,
            service_date__lte=service_date,
            last_service_date__gte=service_date,
            status__in=LIVE,
        )
    )
    entries = list(rows.order_by("pk"))
    _end_all(
        entries,
        EntryStatus.CLOSED,
        make=EntryClosed,
        actor=actor,
        now=now,
        reservation_id=reservation_id,
    )
    return entries


@transaction.atomic
def entry_expire(*, entry_id: int, now: datetime) -> bool:
    """End an entry whose last start has passed; whether it did."""
    entry = entry_lock(entry_id)
    if not entry.is_live or now < entry.expires_at:
        return False
    _end_all([entry], EntryStatus.EXPIRED, make=EntryExpired, actor=SYSTEM, now=now)
    return True


def entries_expire(*, now: datetime) -> int:
    """End every entry whose last start has passed (rule 92). Returns how many."""
    due = WaitlistEntry.objects.filter(status__in=LIVE, expires_at__lte=now)
    ids = list(due.order_by("expires_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(entry_expire(entry_id=entry_id, now=now) for entry_id in ids)
