"""What a restaurant has learned about how long its parties stay."""

from __future__ import annotations

from waitlist.models import TurnTime
from waitlist.prediction import Daypart, Tally


def tallies_of(restaurant_id: int) -> list[Tally]:
    """What was counted last night; empty before anything was. One query."""
    rows = TurnTime.objects.filter(restaurant=restaurant_id).values_list(
        "party_size", "daypart", "visits", "log_mean", "log_variance"
    )
    return [
        Tally(size, Daypart(daypart), visits, mean, variance)
        for size, daypart, visits, mean, variance in rows
    ]
