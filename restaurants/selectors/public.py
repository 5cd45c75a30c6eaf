"""What guests may find."""

from __future__ import annotations

from django.db import connection
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


_BARE = ("id", "name", "slug", "timezone", "config_version")
"""In the order of the model, as `from_db` expects them."""


def restaurant_public_bare(id_or_slug: str) -> Restaurant:
    """The same with a few columns, the rest deferred: for what is asked hundreds of times a second.

    A written statement, as building the full one takes longer than PostgreSQL needs to answer it.

    :raises NotFound: also for restaurants that are not public
    """
    is_number = id_or_slug.isascii() and id_or_slug.isdigit() and len(id_or_slug) < 19
    with connection.cursor() as cursor:
        cursor.execute(_BARE_BY_ID if is_number else _BARE_BY_SLUG, [id_or_slug])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return Restaurant.from_db(connection.alias, _BARE, row)


_BARE_BY_SLUG = (
    "SELECT id, name, slug, timezone, config_version FROM restaurants_restaurant"
    " WHERE slug = %s AND is_active AND is_public"
)
_BARE_BY_ID = _BARE_BY_SLUG.replace("slug = %s", "id = %s::bigint")
