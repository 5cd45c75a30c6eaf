"""Learning how long the parties of a restaurant stay (rule 94)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Avg, Count, F, Variance
from django.db.models.functions import Coalesce, Extract, ExtractHour, Least, Ln

from bookings.lifecycle import Status
from bookings.models import Reservation
from restaurants.models import Restaurant
from waitlist.models import TurnTime
from waitlist.prediction import Tally, daypart_of, pooled
from waitlist.prediction.turns import SIZES

LOOKS_BACK = timedelta(days=182)
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=6)
"""A shorter or longer visit is a slip of somebody's finger."""


@transaction.atomic
def turn_times_learn(*, restaurant_id: int, now: datetime) -> int:
    """Count anew how long parties stayed in the last half year, from sitting down to leaving, by
    size and part of the day of sitting down. Returns how many visits that were.

    Doing it again changes nothing; visits that staff did not close by hand say as little as those
    far too short or long, and are left out with them.
    """
    restaurant = Restaurant.objects.select_for_update(no_key=True).get(pk=restaurant_id)
    tallies = pooled(_tallies(restaurant, now=now))
    TurnTime.objects.filter(restaurant=restaurant).delete()
    TurnTime.objects.bulk_create(
        TurnTime(
            restaurant=restaurant,
            party_size=one.size,
            daypart=one.daypart.value,
            visits=one.count,
            log_mean=one.mean,
            log_variance=one.variance,
            learned_at=now,
        )
        for one in tallies
    )
    return sum(one.count for one in tallies)


def turn_times_due(*, now: datetime) -> list[int]:
    """The restaurants that had a visit lately, or have learned something that may be outdated."""
    lately = Reservation.objects.filter(
        status=Status.COMPLETED, completed_at__gt=now - timedelta(days=2)
    )
    known = TurnTime.objects.filter(learned_at__lt=now - timedelta(days=14))
    found = set(lately.values_list("restaurant_id", flat=True).distinct())
    return sorted(found | set(known.values_list("restaurant_id", flat=True).distinct()))


def _tallies(restaurant: Restaurant, *, now: datetime) -> list[Tally]:
    """By size and hour on the restaurant's clock; one query."""
    stayed = models.ExpressionWrapper(
        F("completed_at") - F("seated_at"), output_field=models.DurationField()
    )
    rows = (
        Reservation.objects.filter(
            restaurant=restaurant,
            service_date__gte=(now - LOOKS_BACK).date(),
            status=Status.COMPLETED,
            seated_at__isnull=False,
            completed_at__isnull=False,
        )
        .annotate(stayed=stayed)
        .filter(stayed__gte=SHORTEST, stayed__lte=LONGEST)
        .annotate(
            size=Least(Coalesce("actual_party_size", "party_size"), SIZES),
            hour=ExtractHour("seated_at", tzinfo=ZoneInfo(restaurant.timezone)),
            log_minutes=Ln(Extract("stayed", "epoch") / 60.0),
        )
        .values("size", "hour")
        .annotate(count=Count("pk"), mean=Avg("log_minutes"), variance=Variance("log_minutes"))
        .order_by("size", "hour")
        .values_list("size", "hour", "count", "mean", "variance")
    )
    return [
        Tally(size, daypart_of(hour), count, float(mean), float(variance or 0.0))
        for size, hour, count, mean, variance in rows
    ]
