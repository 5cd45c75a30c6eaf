"""From rows to the engine's words: configuration (cached by version) and bookings of a service
date.
"""

from bookings.loading.day import LoadedDay, is_paced, load_day, load_days, prepared_day
from bookings.loading.memo import answers_of
from bookings.loading.snapshot import Snapshot, snapshot_of

__all__ = [
    "LoadedDay",
    "Snapshot",
    "answers_of",
    "is_paced",
    "load_day",
    "load_days",
    "prepared_day",
    "snapshot_of",
]
