"""Reading reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, QuerySet, Window

from restaurants.models import Restaurant
from reviews.models import Review, ReviewStatus


@dataclass(frozen=True)
class Rating:
    """:param average: of the published reviews, None without any"""

    average: float | None
    count: int


def reviews_published(restaurant: Restaurant) -> QuerySet[Review]:
    """What everybody may read, the latest first."""
    return Review.objects.filter(
        restaurant=restaurant, status=ReviewStatus.PUBLISHED
    ).select_related("reservation")


def reviews_of(restaurant: Restaurant) -> QuerySet[Review]:
    """All of a restaurant, for its staff."""
    return Review.objects.filter(restaurant=restaurant).select_related("reservation", "answered_by")


def rating_of(restaurant: Restaurant) -> Rating:
    """One query."""
    found = reviews_published(restaurant).aggregate(average=Avg("stars"), count=Count("pk"))
    return Rating(found["average"], found["count"])


def reviews_latest(restaurant: Restaurant, *, most: int) -> tuple[list[Review], Rating]:
    """The latest published ones and the rating of all of them; one query."""
    rows: list[Any] = list(
        reviews_published(restaurant)
        .annotate(
            average_of_all=Window(Avg("stars"), partition_by=F("restaurant")),
            count_of_all=Window(Count("pk"), partition_by=F("restaurant")),
        )
        .order_by("-created_at", "-pk")[:most]
    )
    if not rows:
        return [], Rating(None, 0)
    return rows, Rating(float(rows[0].average_of_all), rows[0].count_of_all)


def author_of(review: Review) -> str:
    """The first name alone; empty once the guest was made anonymous and has none."""
    words = review.reservation.guest_name.split()
    return words[0] if words else ""
