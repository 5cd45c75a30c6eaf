"""What guests may find."""

from __future__ import annotations

from django.db.models import QuerySet

from reservehub.core.errors import NotFound
from restaurants.models import Restaurant


def restaurants_public() -> QuerySet[Restaurant]:
    """What guests may find."""
    return Restaurant.objects.filter(is_active=True, is_public=True)


def restaurant_public(id_or_slug: str) -> Restaurant:
    """:raises NotFound: also for restaurants that are not public"""
    return place_named(restaurants_public(), id_or_slug)


def place_named(restaurants: QuerySet[Restaurant], id_or_slug: str) -> Restaurant:
    """The one of these with this key or slug.

    :raises NotFound: if none of them has it
    """
    key = str(id_or_slug)
    # Slugs are never digits only, so the two cannot be mistaken for each other.
    is_number = key.isascii() and key.isdigit() and len(key) < 19
    found = restaurants.filter(pk=int(key)) if is_number else restaurants.filter(slug=key)
    restaurant = found.select_related("policy", "organisation").first()
    if restaurant is None:
        raise NotFound
    return restaurant
