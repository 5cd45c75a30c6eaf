"""Reading the guest book."""

from __future__ import annotations

from guests.selectors.duplicates import merge_candidates_open
from guests.selectors.guests import guest_capabilities, guest_for, guests_visible_to

__all__ = ["guest_capabilities", "guest_for", "guests_visible_to", "merge_candidates_open"]
