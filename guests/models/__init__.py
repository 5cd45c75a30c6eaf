"""The guest book of an organisation, one module per noun."""

from __future__ import annotations

from guests.models.consent import ConsentEntry, ConsentPurpose
from guests.models.figures import GuestFigures
from guests.models.guest import Guest
from guests.models.imports import GuestImport, ImportStatus
from guests.models.loyalty import LoyaltyEntry, LoyaltyProgramme, LoyaltyReason, LoyaltyTier
from guests.models.merging import GuestMerge, MergeCandidate
from guests.models.notes import GuestNote, NoteKind
from guests.models.privacy import PrivacyLink, PrivacySettings
from guests.models.tags import GuestTag, Segment, Tag, TagRefusal

__all__ = [
    "ConsentEntry",
    "ConsentPurpose",
    "Guest",
    "GuestFigures",
    "GuestImport",
    "GuestMerge",
    "GuestNote",
    "GuestTag",
    "ImportStatus",
    "LoyaltyEntry",
    "LoyaltyProgramme",
    "LoyaltyReason",
    "LoyaltyTier",
    "MergeCandidate",
    "NoteKind",
    "PrivacyLink",
    "PrivacySettings",
    "Segment",
    "Tag",
    "TagRefusal",
]
