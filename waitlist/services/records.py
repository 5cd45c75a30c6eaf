"""What every change of the waitlist has in common: the lock before it; version, audit, event and
screens after it.

Lock order: the restaurant's waitlist, entries and offers, then as every booking does (see
`bookings.services.seats`): guest row, hold rows, day locks, reservations, occupancy. One restaurant
changes its waitlist one step at a time, so that two answers at the same instant have one truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.locks import advisory_name_lock
from waitlist import realtime
from waitlist.events import WaitlistEvent
from waitlist.models import WaitlistEntry, WaitlistOffer


def waitlist_lock(restaurant_id: int) -> None:
    """Hold the waitlist of a restaurant until the transaction ends; before everything else."""
    advisory_name_lock([f"waitlist:{restaurant_id}"])


def entry_lock(entry_id: int, *, expected_version: int | None = None) -> WaitlistEntry:
    """An entry, with the waitlist it belongs to, locked until the transaction ends.

    :raises NotFound: if it does not exist
    :raises VersionConflict: if it is not the version the caller saw
    """
    rows = WaitlistEntry.objects.filter(pk=entry_id)
    restaurant_id = rows.values_list("restaurant_id", flat=True).first()
    if restaurant_id is None:
        raise NotFound
    waitlist_lock(restaurant_id)
    entry = (
        rows.select_for_update(of=("self",), no_key=True).select_related("restaurant__policy").get()
    )
    if expected_version is not None and expected_version != entry.version:
        raise VersionConflict(version=entry.version, status=entry.status)
    return entry


def offer_lock(offer_id: int) -> WaitlistOffer:
    """An offer with its entry and the waitlist they belong to, locked.

    :raises NotFound: if it does not exist
    """
    rows = WaitlistOffer.objects.filter(pk=offer_id)
    entry_id = rows.values_list("entry_id", flat=True).first()
    if entry_id is None:
        raise NotFound
    entry = entry_lock(entry_id)
    offer = rows.select_for_update(of=("self",), no_key=True).get()
    offer.entry = entry
    return offer


def entry_members(entry: WaitlistEntry, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The fields that every `WaitlistEvent` has; after the version has grown."""
    return {
        "entry_id": entry.pk,
        "restaurant_id": entry.restaurant_id,
        "service_date": entry.service_date,
        "version": entry.version,
        "actor_kind": str(actor.kind),
        "occurred_at": now,
    }


def offer_members(offer: WaitlistOffer, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The fields that every `OfferEvent` has."""
    return {
        **entry_members(offer.entry, actor=actor, now=now),
        "service_date": offer.service_date,
        "offer_id": offer.pk,
        "starts_at": offer.starts_at,
        "is_broadcast": offer.is_broadcast,
    }


def entry_save(entry: WaitlistEntry, *, now: datetime, fields: tuple[str, ...] = ()) -> None:
    """Write a changed entry: its version grows. The caller has locked it."""
    entry.version += 1
    entry.updated_at = now
    entry.save(update_fields=["status", "version", "updated_at", *fields])


def record(
    entry: WaitlistEntry,
    event: WaitlistEvent,
    *,
    actor: Actor,
    action: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """The end of every change: audit, event, screens."""
    audit.record(
        actor=actor,
        action=action,
        obj=entry,
        now=now,
        restaurant_id=entry.restaurant_id,
        before=before or {},
        after=after or {},
    )
    events.publish(event)
    realtime.push_entry(entry)
