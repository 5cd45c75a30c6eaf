"""Offers that end without a booking: the table goes to the next at once (rule 89)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bookings import realtime as bookings_realtime
from bookings.loading import active_restaurant
from bookings.models import Hold
from bookings.services.holds import hold_use
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.locks import advisory_day_lock
from waitlist.events import OfferEvent, OfferWithdrawn
from waitlist.models import EntryStatus, OfferCause, OfferStatus, WaitlistEntry, WaitlistOffer
from waitlist.services.matching import days_match
from waitlist.services.records import entry_save, offer_members, record


def open_offers_lock(entries: Sequence[WaitlistEntry]) -> list[WaitlistOffer]:
    """The open offers of some entries, locked. The caller holds their waitlist."""
    known = {entry.pk: entry for entry in entries}
    offers = list(
        WaitlistOffer.objects.select_for_update(of=("self",), no_key=True)
        .filter(entry__in=known, status=OfferStatus.OPEN)
        .order_by("pk")
    )
    for offer in offers:
        offer.entry = known[offer.entry_id]
    return offers


def offer_close(offer: WaitlistOffer, status: OfferStatus, *, now: datetime) -> None:
    """Write the end of an offer; its hold is freed by `pass_on`."""
    offer.status = status
    offer.answered_at = now
    offer.save(update_fields=["status", "answered_at", "reservation"])


def offer_end(
    offer: WaitlistOffer,
    status: OfferStatus,
    event: type[OfferEvent],
    *,
    entry_status: EntryStatus | None,
    actor: Actor,
    now: datetime,
    fields: tuple[str, ...] = (),
) -> None:
    """End an offer and put its entry into `entry_status`; None leaves that to the caller."""
    offer_close(offer, status, now=now)
    entry = offer.entry
    if entry_status is not None:
        entry.status = entry_status
        entry_save(entry, now=now, fields=fields)
    record(
        entry,
        event(**offer_members(offer, actor=actor, now=now)),
        actor=actor,
        action=f"waitlist.offer_{status}",
        now=now,
        before={"offer": offer.pk, "status": str(OfferStatus.OPEN)},
        after={"status": str(status), "entry_status": str(entry.status)},
    )


def offers_withdraw(
    offers: Sequence[WaitlistOffer],
    *,
    entry_status: EntryStatus | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take open offers back, because the table is gone or the entry ends."""
    for offer in offers:
        offer_end(
            offer,
            OfferStatus.WITHDRAWN,
            OfferWithdrawn,
            entry_status=entry_status,
            actor=actor,
            now=now,
        )


def pass_on(offers: Sequence[WaitlistOffer], *, actor: Actor = SYSTEM, now: datetime) -> None:
    """Free the tables of ended offers and offer them to the next in this very transaction, so that
    no other guest can take them in between (rule 89). All offers are of one restaurant.
    """
    held = [offer for offer in offers if offer.hold_id is not None]
    if not held:
        return
    restaurant_id = held[0].restaurant_id
    days = {offer.service_date for offer in held}
    holds = Hold.objects.select_for_update().filter(pk__in=[offer.hold_id for offer in held])
    kept = list(holds.order_by("pk"))
    advisory_day_lock(restaurant_id, days)
    for hold in kept:
        hold_use(hold)
    bookings_realtime.push_holds(restaurant_id)
    restaurant = active_restaurant(restaurant_id)
    if restaurant is None:
        return
    days_match(
        restaurant,
        sorted(days),
        cause=OfferCause.PASSED_ON,
        since=min(offer.since for offer in held),
        actor=actor,
        now=now,
    )
