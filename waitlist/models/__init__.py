"""The waitlist of evenings to come, and the queue at the door."""

from waitlist.models.entries import LIVE, EntryStatus, WaitlistEntry
from waitlist.models.offers import (
    OfferCause,
    OfferStatus,
    SkipReason,
    WaitlistOffer,
    WaitlistSkip,
)
from waitlist.models.settings import WaitlistGain, WaitlistSettings

__all__ = [
    "LIVE",
    "EntryStatus",
    "OfferCause",
    "OfferStatus",
    "SkipReason",
    "WaitlistEntry",
    "WaitlistGain",
    "WaitlistOffer",
    "WaitlistSettings",
    "WaitlistSkip",
]
