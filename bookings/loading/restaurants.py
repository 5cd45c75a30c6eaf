"""Restaurants with their policies, kept in this process by configuration version.

The version of a restaurant grows with every change of its row or policy (a database trigger sees to
it), so one small query tells whether what is kept is still right.
"""

from __future__ import annotations

from collections import OrderedDict
from copy import copy

from reservehub.core.planned import planned_cursor
from restaurants.models import Restaurant

KEPT_RESTAURANTS = 512

_kept: OrderedDict[int, Restaurant] = OrderedDict()


def active_restaurant(restaurant_id: int) -> Restaurant | None:
    """An active restaurant with its policy, or None; one small query while nothing changes."""
    with planned_cursor() as cursor:
        cursor.execute(
            "SELECT config_version FROM restaurants_restaurant WHERE id = $1 AND is_active",
            [restaurant_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    known = _kept.get(restaurant_id)
    if known is None or known.config_version != row[0]:
        known = Restaurant.objects.select_related("policy").filter(pk=restaurant_id).first()
        if known is None:
            return None
        _kept.pop(restaurant_id, None)  # to the end
        _kept[restaurant_id] = known
        while len(_kept) > KEPT_RESTAURANTS:
            _kept.popitem(last=False)
    return copy(known)  # callers may load what belongs to it, which has no version
