"""The waitlist of evenings to come, and the queue at the door."""

from waitlist.models.entries import LIVE, EntryStatus, WaitlistEntry
from waitlist.models.offers import (
    OfferCause,
    OfferStatus,
    SkipReason,
    WaitlistOffer,
    WaitlistSkip,
)
from waitlist.models.queue import (
    HOLD_MINUTES,
    IN_QUEUE,
    QueueEntry,
    QueueSettings,
    QueueSkip,
    QueueSkipReason,
    QueueSource,
    QueueStatus,
)
from waitlist.models.settings import WaitlistGain, WaitlistSettings
from waitlist.models.turns import DAYPARTS, TurnTime

__all__ = [
    "DAYPARTS",
    "HOLD_MINUTES",
    "IN_QUEUE",
    "LIVE",
    "EntryStatus",
    "OfferCause",
    "OfferStatus",
    "QueueEntry",
    "QueueSettings",
    "QueueSkip",
    "QueueSkipReason",
    "QueueSource",
    "QueueStatus",
    "SkipReason",
    "TurnTime",
    "WaitlistEntry",
    "WaitlistGain",
    "WaitlistOffer",
    "WaitlistSettings",
    "WaitlistSkip",
]
