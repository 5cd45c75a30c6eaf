"""Restaurants with their policies, kept in this process by configuration version.

The version of a restaurant grows with every change of its row or policy (a database trigger sees to
it), so one small query tells whether what is kept is still right.
"""

from __future__ import annotations

from collections import OrderedDict
from copy import copy

from reservehub.core.errors import NotFound
from reservehub.core.planned import planned
from restaurants.models import Restaurant

KEPT_RESTAURANTS = 512

_kept: OrderedDict[int, Restaurant] = OrderedDict()


_VERSION = "SELECT id, config_version FROM restaurants_restaurant WHERE is_active AND "
_BY_ID = _VERSION + "id = $1::bigint"
_PUBLIC_BY_ID = _BY_ID + " AND is_public"
_PUBLIC_BY_SLUG = _VERSION + "slug = $1::varchar AND is_public"


def active_restaurant(restaurant_id: int) -> Restaurant | None:
    """An active restaurant with its policy, or None; one small query while nothing changes."""
    return _restaurant(_BY_ID, restaurant_id)


def public_restaurant(id_or_slug: str) -> Restaurant:
    """The same for one that guests may find.

    :raises NotFound: also for restaurants that are not public
    """
    # Slugs are never digits only, so the two cannot be mistaken for each other.
    if id_or_slug.isascii() and id_or_slug.isdigit() and len(id_or_slug) < 19:
        found = _restaurant(_PUBLIC_BY_ID, int(id_or_slug))
    else:
        found = _restaurant(_PUBLIC_BY_SLUG, id_or_slug)
    if found is None:
        raise NotFound
    return found


def _restaurant(statement: str, name: int | str) -> Restaurant | None:
    rows = planned(statement, [name])
    if not rows:
        return None
    ((restaurant_id, version),) = rows
    known = _kept.get(restaurant_id)
    if known is None or known.config_version != version:
        known = Restaurant.objects.select_related("policy").filter(pk=restaurant_id).first()
        if known is None:
            return None
        _kept.pop(restaurant_id, None)  # to the end
        _kept[restaurant_id] = known
        while len(_kept) > KEPT_RESTAURANTS:
            _kept.popitem(last=False)
    return copy(known)  # callers may load what belongs to it, which has no version
