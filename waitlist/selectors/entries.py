"""Waitlist entries, as far as the asker may see them. Views and API reach them only here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to
from waitlist.links import entry_link
from waitlist.models import (
    LIVE,
    EntryStatus,
    OfferStatus,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSkip,
)
from waitlist.wishes import Window, overlap

if TYPE_CHECKING:
    from accounts.models import User


def entries_visible_to(
    user: User, capability: Capability = Capability.VIEW_BOOK
) -> QuerySet[WaitlistEntry]:
    """The entries of the restaurants where the user has a capability."""
    return _whole().filter(restaurant__in=restaurants_visible_to(user, capability))


def entries_of_day(
    restaurant_id: int, day: date, *, is_live_only: bool = True
) -> QuerySet[WaitlistEntry]:
    """Who waits for a service date, the highest priority and then the earliest first, with the
    guest's record; entries for several dates belong to each of them.
    """
    rows = WaitlistEntry.objects.filter(
        restaurant=restaurant_id, service_date__lte=day, last_service_date__gte=day
    )
    if is_live_only:
        rows = rows.filter(status__in=LIVE)
    return rows.select_related("guest").order_by("-priority", "created_at", "id")


def days_waited_for(restaurant_id: int, today: date) -> list[tuple[date, int]]:
    """The service dates from today on that somebody waits for, each with how many; an entry for
    several dates counts at the first that is left.
    """
    live = WaitlistEntry.objects.filter(
        restaurant=restaurant_id, status__in=LIVE, last_service_date__gte=today
    )
    counts = Counter(max(first, today) for first in live.values_list("service_date", flat=True))
    return sorted(counts.items())


def entries_of_guest(guest_id: int) -> QuerySet[WaitlistEntry]:
    """What a guest waits or waited for, the latest date first."""
    return _whole().filter(guest=guest_id).order_by("-service_date", "-id")


def entries_of_customer(user: User) -> QuerySet[WaitlistEntry]:
    """A customer's own entries, the latest date first."""
    own = Q(customer=user) | Q(guest__user=user)
    return _whole().filter(own).order_by("-service_date", "-id")


def entry_by_token(token: str) -> WaitlistEntry:
    """:raises NotFound: for a token that opens nothing (any more)"""
    entry = _whole().filter(token_hash=hash_token(token)).first()
    if entry is None:
        raise NotFound
    return entry


def entry_version_by_token(token: str) -> tuple[int, int]:
    """Id and version behind a link, for the socket of the guest's page.

    :raises NotFound: for a token that opens nothing (any more)
    """
    rows = WaitlistEntry.objects.filter(token_hash=hash_token(token))
    found = rows.values_list("pk", "version").first()
    if found is None:
        raise NotFound
    return found


def entry_token_of(entry: WaitlistEntry) -> str:
    """The token of the guest's page; derived, never stored."""
    return entry_link(entry.link_nonce).token


def open_offer_of(entry: WaitlistEntry, now: datetime) -> WaitlistOffer | None:
    """The offer that can be answered now. One whose time is over is none (rule 88), whether or not
    a worker has seen it yet.
    """
    return (
        WaitlistOffer.objects.select_related("area")
        .filter(entry=entry, status=OfferStatus.OPEN, expires_at__gt=now)
        .first()
    )


def open_offers_of(restaurant_id: int, day: date, now: datetime) -> dict[int, WaitlistOffer]:
    """The open offers of a service date by entry, with one query."""
    rows = WaitlistOffer.objects.filter(
        restaurant=restaurant_id,
        service_date=day,
        status=OfferStatus.OPEN,
        expires_at__gt=now,
    ).select_related("area")
    return {offer.entry_id: offer for offer in rows}


def open_offers_by_entry(entry_ids: Collection[int], now: datetime) -> dict[int, WaitlistOffer]:
    """The open offers of some entries by entry, with one query."""
    rows = WaitlistOffer.objects.filter(
        entry__in=entry_ids, status=OfferStatus.OPEN, expires_at__gt=now
    )
    return {offer.entry_id: offer for offer in rows.select_related("area")}


def window_of_entry(entry: WaitlistEntry) -> Window:
    """The wish of an entry as a window of the wall clock."""
    return Window(entry.from_time, entry.until_time, timedelta(minutes=entry.flexibility_minutes))


def position_of(entry: WaitlistEntry) -> int | None:
    """Where an entry stands: 1 is next; None if it is not live or paused.

    One more than the number of guests who wait for a common date at a common time and would be
    asked before, if a table became free that suits them all (rule 87). Which one becomes free
    decides who is really asked: a smaller place in line is no promise.
    """
    if entry.status not in (EntryStatus.WAITING, EntryStatus.OFFERED):
        return None
    mine = window_of_entry(entry)
    ahead = WaitlistEntry.objects.filter(
        Q(priority__gt=entry.priority)
        | Q(priority=entry.priority, created_at__lt=entry.created_at)
        | Q(priority=entry.priority, created_at=entry.created_at, pk__lt=entry.pk),
        restaurant=entry.restaurant_id,
        status__in=[EntryStatus.WAITING, EntryStatus.OFFERED],
        service_date__lte=entry.last_service_date,
        last_service_date__gte=entry.service_date,
    ).only("from_time", "until_time", "flexibility_minutes")
    return 1 + sum(overlap(mine, window_of_entry(other)) for other in ahead)


def skips_of(entry: WaitlistEntry) -> QuerySet[WaitlistSkip]:
    """When and why others were offered a table before this entry, the latest first."""
    return entry.skips.select_related("offer").order_by("-occurred_at", "-id")


def skips_of_day(restaurant_id: int, day: date) -> QuerySet[WaitlistSkip]:
    """Who was passed over for a service date, the latest first."""
    return (
        WaitlistSkip.objects.filter(restaurant=restaurant_id, service_date=day)
        .select_related("entry", "offer__entry")
        .order_by("-occurred_at", "-id")
    )


def _whole() -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.select_related("restaurant__policy", "guest")
