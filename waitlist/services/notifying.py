"""Staff offer a table to one guest, whoever else waits (seed: notify)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from bookings.errors import NoOnlineAvailability
from bookings.services.records import restaurant_for_booking
from reservehub.core.actors import Actor
from reservehub.core.locks import advisory_day_lock
from reservehub.core.timezones import service_date_of
from waitlist.errors import EntryOver, NothingToOffer
from waitlist.models import (
    EntryStatus,
    OfferCause,
    SkipReason,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSkip,
)
from waitlist.selectors import entries_of_day, settings_of, window_of_entry
from waitlist.services.chances import Candidate, Desk, candidates_of
from waitlist.services.ending import open_offers_lock
from waitlist.services.matching import skip_of
from waitlist.services.offering import offer_make
from waitlist.services.records import entry_lock
from waitlist.wishes import overlap

TRIES = 3


@transaction.atomic
def entry_notify(*, entry_id: int, actor: Actor, now: datetime) -> WaitlistOffer:
    """Offer the best free table to this entry now, also if it is paused, declined the start before
    or is not the next. Those who joined earlier and wish that time are in the ledger. An offer that
    is open is returned as it is.

    :raises NotFound: if it does not exist
    :raises EntryOver: if it is no longer live
    :raises NoOnlineAvailability: for a blocked guest
    :raises NothingToOffer: with the `reasons` of the engine
    """
    entry = entry_lock(entry_id)
    if not entry.is_live:
        raise EntryOver(status=entry.status)
    for offer in open_offers_lock([entry]):
        if offer.expires_at > now:
            return offer
        raise NothingToOffer(reasons=["offer_expiring"])
    if entry.guest is not None and entry.guest.is_blocked:
        raise NoOnlineAvailability(reasons=[], alternatives=[])
    restaurant = restaurant_for_booking(entry.restaurant_id)
    settings = settings_of(restaurant.pk)
    days = _days(entry, service_date_of(now, restaurant.timezone, restaurant.business_day_cut))
    advisory_day_lock(restaurant.pk, days)
    reasons: set[str] = set()
    for day in days:
        desk = Desk(restaurant, settings, day, since=now, now=now)
        offer_or_none = _offer(desk, entry, actor=actor)
        if offer_or_none is not None:
            return offer_or_none
        reasons |= desk.reasons(_candidate(desk, entry))
    raise NothingToOffer(reasons=sorted(reasons))


def _days(entry: WaitlistEntry, today: date) -> list[date]:
    first = max(entry.service_date, today)
    count = (entry.last_service_date - first).days + 1
    return [first + timedelta(days=n) for n in range(count)]


def _candidate(desk: Desk, entry: WaitlistEntry) -> Candidate:
    """What staff choose overrides that the entry is paused or said no before."""
    (found,) = candidates_of(desk, [entry], is_gain=True)
    return Candidate(entry=entry, starts=found.starts, busy=found.busy)


def _offer(desk: Desk, entry: WaitlistEntry, *, actor: Actor) -> WaitlistOffer | None:
    for _ in range(TRIES):
        place = desk.place_for(_candidate(desk, entry))
        if place is None:
            return None
        entry.ignored_offers = 0
        entry.save(update_fields=["ignored_offers"])
        offer = offer_make(
            desk, place, shares=False, cause=OfferCause.STAFF, actor=actor, now=desk.now
        )
        if offer is not None:
            _skips_write(entry, offer)
            return offer
        desk.look_again()
    return None


def _skips_write(entry: WaitlistEntry, offer: WaitlistOffer) -> None:
    mine = window_of_entry(entry)
    earlier = entries_of_day(entry.restaurant_id, offer.service_date).filter(
        status=EntryStatus.WAITING, created_at__lt=entry.created_at
    )
    WaitlistSkip.objects.bulk_create(
        skip_of(other, offer, SkipReason.BY_STAFF)
        for other in earlier
        if overlap(mine, window_of_entry(other))
    )
