"""The numbers of a service that everybody on the floor wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from bookings.lifecycle import AT_TABLE, AWAITING, Status
from bookings.models import Reservation
from restaurants.models import Restaurant


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Covers and parties of a service date: at table, still to come (arrived included), requests
    to answer, and gone.
    """

    covers_now: int
    parties_now: int
    covers_to_come: int
    parties_to_come: int
    requests: int
    covers_done: int


def totals_of(restaurant: Restaurant, service_date: date) -> Totals:
    """One query. A party counts as it came, not as it booked (rule 68)."""
    now = Q(status__in=[str(status) for status in AT_TABLE])
    to_come = Q(
        status__in=[str(status) for status in (*AWAITING, Status.CONFIRMED, Status.ARRIVED)]
    )
    done = Q(status=Status.COMPLETED)
    covers = Coalesce(F("actual_party_size"), F("party_size"))
    found = Reservation.objects.filter(
        restaurant_id=restaurant.pk, service_date=service_date
    ).aggregate(
        covers_now=Sum(covers, filter=now, default=0),
        parties_now=Count("pk", filter=now),
        covers_to_come=Sum(covers, filter=to_come, default=0),
        parties_to_come=Count("pk", filter=to_come),
        requests=Count("pk", filter=Q(status=Status.PENDING)),
        covers_done=Sum(covers, filter=done, default=0),
    )
    return Totals(**found)
