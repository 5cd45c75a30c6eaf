"""What became of those who waited (requirement G6)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from bookings.lifecycle import CANCELLED
from waitlist.models import LIVE, EntryStatus, OfferStatus, WaitlistEntry, WaitlistOffer


class WaitlistNumbers(NamedTuple):
    """Entries of some service dates, by what became of them.

    `joined` is all of them; `offered` had at least one offer; `converted` became a booking that was
    not cancelled; `closed` booked another table that night; `expired` waited in vain; `unpaid` took
    a table and did not pay in time; `abandoned` left, or were one of these two.
    `offers_*` count offers, of which one entry may have had several.
    """

    joined: int
    waiting: int
    offered: int
    accepted: int
    converted: int
    abandoned: int
    expired: int
    unpaid: int
    left: int
    removed: int
    closed: int
    offers_made: int
    offers_accepted: int
    offers_declined: int
    offers_expired: int
    offers_withdrawn: int


def waitlist_numbers(restaurant_id: int, first: date, last: date) -> WaitlistNumbers:
    """Of the service dates from `first` to `last`; two queries."""
    had_offer = Exists(WaitlistOffer.objects.filter(entry=OuterRef("pk")))

    def of(*statuses: str) -> Count:
        return Count("pk", filter=Q(status__in=statuses))

    entries = (
        WaitlistEntry.objects.filter(restaurant=restaurant_id, service_date__range=(first, last))
        .annotate(had_offer=had_offer)
        .aggregate(
            joined=Count("pk"),
            waiting=of(*LIVE),
            offered=Count("pk", filter=Q(had_offer=True)),
            accepted=of(EntryStatus.ACCEPTED),
            converted=Count(
                "pk",
                filter=Q(status=EntryStatus.ACCEPTED)
                & ~Q(reservation__status__in=sorted(CANCELLED))
                & Q(reservation__isnull=False),
            ),
            abandoned=of(EntryStatus.LEFT, EntryStatus.EXPIRED),
            expired=Count("pk", filter=Q(status=EntryStatus.EXPIRED) & Q(reservation__isnull=True)),
            unpaid=Count("pk", filter=Q(status=EntryStatus.EXPIRED) & Q(reservation__isnull=False)),
            left=of(EntryStatus.LEFT),
            removed=of(EntryStatus.REMOVED),
            closed=of(EntryStatus.CLOSED),
        )
    )
    offers = WaitlistOffer.objects.filter(
        restaurant=restaurant_id, service_date__range=(first, last)
    ).aggregate(
        offers_made=Count("pk"),
        offers_accepted=of(OfferStatus.ACCEPTED),
        offers_declined=of(OfferStatus.DECLINED),
        offers_expired=of(OfferStatus.EXPIRED),
        offers_withdrawn=of(OfferStatus.WITHDRAWN),
    )
    return WaitlistNumbers(**entries, **offers)
