"""A review as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bookings.api.output import moment
from restaurants.models import Restaurant
from reviews.models import Review
from reviews.selectors import Rating, author_of


def review_data(review: Review, restaurant: Restaurant) -> dict[str, Any]:
    """What everybody may read."""
    zone = ZoneInfo(restaurant.timezone)

    def at(instant: datetime | None) -> str | None:
        return None if instant is None else moment(instant, zone)

    return {
        "id": review.pk,
        "author": author_of(review),
        "visited_on": review.reservation.service_date.isoformat(),
        "stars": review.stars,
        "food": review.food,
        "service": review.service,
        "ambience": review.ambience,
        "text": review.text,
        "language": review.language,
        "answer": review.answer,
        "answered_at": at(review.answered_at),
        "created_at": at(review.created_at),
        "updated_at": at(review.updated_at),
    }


def own_data(review: Review, restaurant: Restaurant) -> dict[str, Any]:
    """What its guest and the staff get."""
    return {
        **review_data(review, restaurant),
        "status": review.status,
        "reservation": review.reservation_id,
    }


def rating_data(rating: Rating) -> dict[str, Any]:
    average = None if rating.average is None else round(float(rating.average), 1)
    return {"average": average, "count": rating.count}
