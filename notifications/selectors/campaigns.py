"""Reading campaigns: which there are, how far they are, what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet

from bookings.models import Reservation, Source
from notifications.models import Campaign, CampaignRecipient, MessageStatus, RecipientStatus
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

BOOKED_WITHIN = timedelta(days=14)
_OPEN = [MessageStatus.WAITING, MessageStatus.SENDING]
_ARRIVED = [MessageStatus.DELIVERED, MessageStatus.READ]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many recipients are where; the parts are disjoint and add up to `total`.

    :ivar waiting: nobody has sent it yet, or it is on its way
    :ivar sent: a provider took it, and nothing more is known
    :ivar delivered: the provider says that it has arrived, or was read
    :ivar uncertain: nobody knows whether it went out
    :ivar dropped: no longer wanted at the moment of sending
    """

    total: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    uncertain: int = 0
    dropped: int = 0
    cancelled: int = 0
    unsubscribed: int = 0

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, kw_only=True)
class BookedAfterwards:
    """What recipients booked here within 14 days of being written to. Nothing says that they did so
    because of it.
    """

    bookings: int
    guests: int


def campaigns_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.EXPORT
) -> QuerySet[Campaign]:
    """Campaigns of the restaurants whose guest book a person may use."""
    return Campaign.objects.filter(restaurant__in=restaurants_visible_to(user, capability))


def campaigns_of(restaurant: Restaurant) -> QuerySet[Campaign]:
    """The campaigns of a restaurant with their segments, newest first."""
    return (
        Campaign.objects.filter(restaurant=restaurant)
        .select_related("segment", "restaurant")
        .order_by("-pk")
    )


def campaign_progress(campaign: Campaign) -> Progress:
    """One query, however many recipients there are."""
    return campaigns_progress([campaign])[campaign.pk]


def campaigns_progress(campaigns: list[Campaign]) -> Mapping[int, Progress]:
    """The same for several: one query."""

    def of(*statuses: MessageStatus) -> Count:
        return Count("pk", filter=Q(message__status__in=statuses))

    rows: Any = (
        CampaignRecipient.objects.filter(campaign__in=[one.pk for one in campaigns])
        .values("campaign")
        .annotate(
            total=Count("pk"),
            waiting=Count(
                "pk", filter=Q(status=RecipientStatus.WAITING) | Q(message__status__in=_OPEN)
            ),
            sent=of(MessageStatus.SENT),
            delivered=of(*_ARRIVED),
            failed=of(MessageStatus.FAILED),
            uncertain=of(MessageStatus.UNCERTAIN),
            dropped=of(MessageStatus.DROPPED),
            cancelled=Count("pk", filter=Q(status=RecipientStatus.CANCELLED)),
            unsubscribed=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
        )
        .order_by()
    )
    names = [one.name for one in fields(Progress)]
    found = {row["campaign"]: Progress(**{name: row[name] for name in names}) for row in rows}
    return {one.pk: found.get(one.pk, Progress()) for one in campaigns}


def campaign_booked_afterwards(campaign: Campaign) -> BookedAfterwards:
    """One query."""
    sent_at = "guest__campaign_receipts__message__sent_at"
    found = (
        Reservation.objects.exclude(source=Source.WALK_IN)
        .filter(
            restaurant=campaign.restaurant_id,
            guest__campaign_receipts__campaign=campaign,
            created_at__gt=F(sent_at),
            created_at__lt=F(sent_at) + BOOKED_WITHIN,
        )
        .aggregate(bookings=Count("pk", distinct=True), guests=Count("guest", distinct=True))
    )
    return BookedAfterwards(**found)
