"""Joining the waitlist of an evening, changing the wish, waking up again (rules 85, 89)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from bookings.errors import NoOnlineAvailability, SameGuestOverlap
from bookings.lifecycle import OCCUPYING
from bookings.models import Reservation
from bookings.services.records import restaurant_for_booking
from bookings.validation import Contact, contact_of, request_check
from guests.models import Guest
from guests.services import guest_match
from reservehub.core.actors import Actor, ActorKind
from restaurants.models import Restaurant
from waitlist.errors import AlreadyWaiting, EntryOver, TooManyEntries, WaitlistClosed
from waitlist.events import EntryChanged, EntryJoined, EntryResumed
from waitlist.links import Link, entry_link
from waitlist.models import LIVE, EntryStatus, OfferCause, WaitlistEntry, WaitlistSettings
from waitlist.selectors import settings_of, window_of_entry
from waitlist.services.ending import offers_withdraw, open_offers_lock, pass_on
from waitlist.services.gains import gain_note
from waitlist.services.records import entry_lock, entry_members, entry_save, record, waitlist_lock
from waitlist.services.requests import EntryChanges, Joined, JoinRequest
from waitlist.services.wish import Wish, wish_check
from waitlist.wishes import Window

STAFF = (ActorKind.STAFF, ActorKind.PLATFORM)


@transaction.atomic
def entry_join(*, request: JoinRequest, actor: Actor, now: datetime) -> Joined:
    """Wait for a table of one date or of several (rule 85).

    :raises ValidationFailed: for bad contact data, dates, party size or areas, with pointers
    :raises WaitlistClosed: if the restaurant keeps no waitlist; staff may add guests all the same
    :raises TableFree: if a start of the window is free now, with `alternatives`
    :raises NothingToWaitFor: if nothing in the window could become free for this party
    :raises NoOnlineAvailability: for a blocked guest
    :raises AlreadyWaiting: if the guest waits for one of the dates already
    :raises TooManyEntries: if the guest waits for too many dates
    :raises SameGuestOverlap: if the guest has a booking on that date (rule 91)
    """
    restaurant = restaurant_for_booking(request.restaurant_id)
    settings = settings_of(restaurant.pk)
    is_staff = actor.kind in STAFF
    if not settings.is_enabled and not is_staff:
        raise WaitlistClosed
    booking = request.as_booking()
    request_check(booking, restaurant)
    contact = contact_of(booking, restaurant)
    waitlist_lock(restaurant.pk)
    expires_at = wish_check(_wish_of(request), restaurant, now=now)
    guest = _guest(request, restaurant, contact, is_staff=is_staff, now=now)
    _check_others(request, guest, settings, is_staff=is_staff)
    entry, link = _entry(request, restaurant, guest, contact, settings, is_staff=is_staff)
    entry.created_at = entry.updated_at = now
    entry.expires_at = expires_at
    entry.ip_address = actor.ip
    entry.save(force_insert=True)
    # Something may have become free since the check above, when nobody waited for it yet.
    _note(entry, now=now)
    record(
        entry,
        EntryJoined(**entry_members(entry, actor=actor, now=now)),
        actor=actor,
        action="waitlist.joined",
        now=now,
        after=_wish_facts(entry),
    )
    return Joined(entry, link.token)


def _wish_of(request: JoinRequest) -> Wish:
    flexibility = timedelta(minutes=request.flexibility_minutes)
    return Wish(
        date=request.date,
        last_date=request.last,
        window=Window(request.from_time, request.until, flexibility),
        party_size=request.party_size,
        area_ids=request.area_ids,
        required_features=request.required_features,
    )


def _guest(
    request: JoinRequest, restaurant: Restaurant, contact: Contact, *, is_staff: bool, now: datetime
) -> Guest:
    guest = guest_match(
        organisation_id=restaurant.organisation_id,
        name=request.guest_name,
        phone=contact.phone,
        email=contact.email,
        language=request.guest_language,
        user_id=request.customer_id,
        now=now,
    ).guest
    if guest.is_blocked and not is_staff:
        raise NoOnlineAvailability(reasons=[], alternatives=[])
    return guest


def _check_others(
    request: JoinRequest, guest: Guest, settings: WaitlistSettings, *, is_staff: bool
) -> None:
    """What else the guest waits for, and has booked."""
    mine = WaitlistEntry.objects.filter(
        guest=guest, restaurant=request.restaurant_id, status__in=LIVE
    )
    if mine.filter(service_date__lte=request.last, last_service_date__gte=request.date).exists():
        raise AlreadyWaiting
    if not is_staff and mine.count() >= settings.most_per_guest:
        raise TooManyEntries(limit=settings.most_per_guest)
    if request.date == request.last and _has_booking(guest, request.restaurant_id, request.date):
        raise SameGuestOverlap


def _has_booking(guest: Guest, restaurant_id: int, day: date) -> bool:
    return Reservation.objects.filter(
        guest=guest, restaurant=restaurant_id, service_date=day, status__in=sorted(OCCUPYING)
    ).exists()


def _entry(
    request: JoinRequest,
    restaurant: Restaurant,
    guest: Guest,
    contact: Contact,
    settings: WaitlistSettings,
    *,
    is_staff: bool,
) -> tuple[WaitlistEntry, Link]:
    link = entry_link()
    by_rule = settings.vip_priority if guest.is_vip else 0
    chosen = request.priority if is_staff else None
    entry = WaitlistEntry(
        restaurant=restaurant,
        guest=guest,
        customer_id=request.customer_id,
        service_date=request.date,
        last_service_date=request.last,
        from_time=request.from_time,
        until_time=request.until,
        flexibility_minutes=request.flexibility_minutes,
        party_size=request.party_size,
        area_ids=sorted(set(request.area_ids)),
        required_features=sorted(request.required_features),
        guest_name=request.guest_name.strip(),
        guest_email=contact.email,
        guest_phone=contact.phone,
        guest_language=request.guest_language,
        special_occasion=request.special_occasion,
        special_requests=request.special_requests,
        dietary_restrictions=list(request.dietary_restrictions),
        has_health_consent=request.has_health_consent,
        priority=by_rule if chosen is None else min(9, max(0, chosen)),
        source=request.source,
        link_nonce=link.nonce,
        token_hash=link.token_hash,
    )
    return entry, link


@transaction.atomic
def entry_change(
    *,
    entry_id: int,
    changes: EntryChanges,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> WaitlistEntry:
    """Another date, window, party or area; the place in line stays. An open offer was for the old
    wish: it is withdrawn and its table passed on, unless the wish itself stays.

    :raises NotFound: if it does not exist
    :raises VersionConflict: if it is not the version the caller saw
    :raises EntryOver: if it is no longer live
    :raises ValidationFailed | TableFree | NothingToWaitFor: as when joining
    """
    entry = entry_lock(entry_id, expected_version=expected_version)
    if not entry.is_live:
        raise EntryOver(status=entry.status)
    before, old = _wish_facts(entry), _wish_of_entry(entry)
    wish = _changed(old, changes)
    if wish != old:
        withdrawn = open_offers_lock([entry])
        entry.expires_at = wish_check(wish, entry.restaurant, now=now)
        _wish_set(entry, wish)
        if withdrawn:
            entry.status = EntryStatus.WAITING
            offers_withdraw(withdrawn, actor=actor, now=now)
    else:
        withdrawn = []
    if changes.priority is not None and actor.kind in STAFF:
        entry.priority = min(9, max(0, changes.priority))
    if changes.special_requests is not None:
        entry.special_requests = changes.special_requests[:1000]
    entry.save()
    entry_save(entry, now=now)
    record(
        entry,
        EntryChanged(**entry_members(entry, actor=actor, now=now)),
        actor=actor,
        action="waitlist.changed",
        now=now,
        before=before,
        after=_wish_facts(entry),
    )
    _note(entry, now=now)
    pass_on(withdrawn, now=now)
    return entry


def _wish_of_entry(entry: WaitlistEntry) -> Wish:
    return Wish(
        date=entry.service_date,
        last_date=entry.last_service_date,
        window=window_of_entry(entry),
        party_size=entry.party_size,
        area_ids=tuple(entry.area_ids),
        required_features=frozenset(entry.required_features),
    )


def _changed(wish: Wish, changes: EntryChanges) -> Wish:
    window = wish.window
    minutes = changes.flexibility_minutes
    window = replace(
        window,
        from_time=changes.from_time or window.from_time,
        until_time=changes.until_time or window.until_time,
        flexibility=window.flexibility if minutes is None else timedelta(minutes=minutes),
    )
    first = changes.date or wish.date
    # A new date alone means that date; the span is kept only where nobody speaks of dates.
    last = changes.last_date or (first if changes.date else wish.last_date)
    areas, features = changes.area_ids, changes.required_features
    return Wish(
        date=first,
        last_date=last,
        window=window,
        party_size=wish.party_size if changes.party_size is None else changes.party_size,
        area_ids=wish.area_ids if areas is None else tuple(sorted(set(areas))),
        required_features=wish.required_features if features is None else features,
    )


def _wish_set(entry: WaitlistEntry, wish: Wish) -> None:
    entry.service_date, entry.last_service_date = wish.date, wish.last_date
    entry.from_time, entry.until_time = wish.window.from_time, wish.window.until_time
    entry.flexibility_minutes = wish.window.flexibility // timedelta(minutes=1)
    entry.party_size = wish.party_size
    entry.area_ids = list(wish.area_ids)
    entry.required_features = sorted(wish.required_features)


@transaction.atomic
def entry_resume(*, entry_id: int, actor: Actor, now: datetime) -> WaitlistEntry:
    """Wake a paused entry; its place in line stays. One that waits already is left alone.

    :raises NotFound: if it does not exist
    :raises EntryOver: if it is no longer live
    """
    entry = entry_lock(entry_id)
    if not entry.is_live:
        raise EntryOver(status=entry.status)
    if entry.status != EntryStatus.PAUSED:
        return entry
    entry.status = EntryStatus.WAITING
    entry.ignored_offers = 0
    entry_save(entry, now=now, fields=("ignored_offers",))
    record(
        entry,
        EntryResumed(**entry_members(entry, actor=actor, now=now)),
        actor=actor,
        action="waitlist.resumed",
        now=now,
    )
    _note(entry, now=now)
    return entry


def _note(entry: WaitlistEntry, *, now: datetime) -> None:
    days = (entry.last_service_date - entry.service_date).days + 1
    gain_note(
        restaurant_id=entry.restaurant_id,
        service_dates=[entry.service_date + timedelta(days=n) for n in range(days)],
        cause=OfferCause.LOOKED,
        since=now,
    )


def _wish_facts(entry: WaitlistEntry) -> dict[str, object]:
    """What the audit keeps of a wish; nothing personal."""
    return {
        "dates": [entry.service_date.isoformat(), entry.last_service_date.isoformat()],
        "window": [f"{entry.from_time:%H:%M}", f"{entry.until_time:%H:%M}"],
        "flexibility_minutes": entry.flexibility_minutes,
        "party_size": entry.party_size,
        "areas": list(entry.area_ids),
        "priority": entry.priority,
    }
