"""Reading the guest book."""

from __future__ import annotations

from guests.selectors.guests import guests_visible_to, merge_candidates_open

__all__ = ["guests_visible_to", "merge_candidates_open"]
