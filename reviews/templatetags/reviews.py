"""Reviews on pages of lower floors, which know only the name of this tag."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from bookings.lifecycle import Status
from bookings.models import Reservation
from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from reviews.models import Review
from reviews.selectors import Rating, author_of, reviews_latest
from reviews.services import check_may_write

register = template.Library()


@register.inclusion_tag("pages/reviews/section.html")
def reviews_section(restaurant: Restaurant) -> dict[str, Any]:
    """The average and the latest reviews; nothing at all without any. One query."""
    rows, rating = reviews_latest(restaurant, most=3)
    return {
        "restaurant": restaurant,
        "rows": [(review, author_of(review)) for review in rows],
        "rating": rating,
        "markup": _markup(restaurant, rating) if rows else "",
    }


@register.inclusion_tag("pages/reviews/invitation.html")
def review_invitation(reservation: Reservation, manage_token: str) -> dict[str, Any]:
    """The way to the review of a visit that is over, as long as one can be written, changed or
    read; nothing at all before. One query, and only after the visit.
    """
    if reservation.status != Status.COMPLETED:
        return {}
    review = Review.objects.filter(reservation=reservation).first()
    try:
        check_may_write(reservation, review, now=clock.now())
        can_write = True
    except DomainError:
        can_write = False
    return {
        "restaurant": reservation.restaurant,
        "review": review,
        "can_write": can_write,
        "url": reverse("reviews:write", args=[manage_token]),
    }


def _markup(restaurant: Restaurant, rating: Rating) -> SafeString:
    """For search engines; a data block, which runs nothing."""
    data = {
        "@context": "https://schema.org",
        "@type": "Restaurant",
        "name": restaurant.name,
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": round(rating.average or 0, 1),
            "reviewCount": rating.count,
            "bestRating": 5,
        },
    }
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - no sign of markup is left
