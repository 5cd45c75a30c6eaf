"""Reading the book."""

from bookings.selectors.availability import (
    Alternative,
    DayState,
    alternatives,
    alternatives_payload,
    availability,
    availability_kept,
    day_strip,
    slot_payload,
)
from bookings.selectors.deposits import (
    deposit_rules_in_force,
    deposit_terms,
    deposits_problem,
)
from bookings.selectors.reservations import (
    labels_of,
    manage_path,
    manage_token_of,
    reservation_by_manage_token,
    reservation_by_view_token,
    reservation_lookup,
    reservation_version_by_link,
    reservations_of_customer,
    reservations_visible_to,
    tables_of,
    view_token_of,
)

__all__ = [
    "Alternative",
    "DayState",
    "alternatives",
    "alternatives_payload",
    "availability",
    "availability_kept",
    "day_strip",
    "deposit_rules_in_force",
    "deposit_terms",
    "deposits_problem",
    "labels_of",
    "manage_path",
    "manage_token_of",
    "reservation_by_manage_token",
    "reservation_by_view_token",
    "reservation_lookup",
    "reservation_version_by_link",
    "reservations_of_customer",
    "reservations_visible_to",
    "slot_payload",
    "tables_of",
    "view_token_of",
]
