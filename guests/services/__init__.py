"""Writing the guest book."""

from __future__ import annotations

from guests.services.consent import consent_record
from guests.services.duplicates import merge_candidate_dismiss
from guests.services.matching import Matched, guest_match, guest_match_or_create, guests_link
from guests.services.profiles import guest_save

__all__ = [
    "Matched",
    "consent_record",
    "guest_match",
    "guest_match_or_create",
    "guest_save",
    "guests_link",
    "merge_candidate_dismiss",
]
