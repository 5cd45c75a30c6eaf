"""Reviews on pages of lower floors, which know only the name of this tag."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from restaurants.models import Restaurant
from reviews.selectors import Rating, author_of, reviews_latest

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
