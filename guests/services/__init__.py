"""Writing the guest book."""

from __future__ import annotations

from guests.services.consent import consent_record
from guests.services.duplicates import merge_candidate_dismiss
from guests.services.matching import Matched, guest_match, guest_match_or_create, guests_link
from guests.services.notes import note_add, note_change, note_remove, note_resolve
from guests.services.profiles import guest_change, guest_save, guest_viewed
from guests.services.standing import guest_block, guest_unblock, guest_vip

__all__ = [
    "Matched",
    "consent_record",
    "guest_block",
    "guest_change",
    "guest_match",
    "guest_match_or_create",
    "guest_save",
    "guest_unblock",
    "guest_viewed",
    "guest_vip",
    "guests_link",
    "merge_candidate_dismiss",
    "note_add",
    "note_change",
    "note_remove",
    "note_resolve",
]
