"""Reading restaurants, and who may see them."""

from restaurants.selectors.access import (
    ALL,
    Access,
    access_of,
    capabilities_of,
    organisations_owned_by,
    organisations_visible_to,
    restaurant_for,
    restaurants_visible_to,
    roles_with,
)
from restaurants.selectors.public import (
    place_named,
    restaurant_public,
    restaurant_public_bare,
    restaurants_public,
)
from restaurants.selectors.settings import (
    areas_of,
    combinations_of,
    gallery_of,
    memberships_of,
    policy_of,
    service_periods_of,
    slot_overrides_of,
    special_days_of,
    table_access_of,
    tables_of,
    turn_times_of,
)

__all__ = [
    "ALL",
    "Access",
    "access_of",
    "areas_of",
    "capabilities_of",
    "combinations_of",
    "gallery_of",
    "memberships_of",
    "organisations_owned_by",
    "organisations_visible_to",
    "place_named",
    "policy_of",
    "restaurant_for",
    "restaurant_public",
    "restaurant_public_bare",
    "restaurants_public",
    "restaurants_visible_to",
    "roles_with",
    "service_periods_of",
    "slot_overrides_of",
    "special_days_of",
    "table_access_of",
    "tables_of",
    "turn_times_of",
]
