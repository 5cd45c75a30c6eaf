"""From rows to the engine's words: configuration (cached by version) and bookings of a service
date.
"""

from bookings.loading.day import LoadedDay, is_paced, load_day, load_days, prepared_day
from bookings.loading.memo import Answers, answers_of
from bookings.loading.restaurants import active_restaurant, public_restaurant
from bookings.loading.snapshot import Snapshot, TableLabel, snapshot_of

__all__ = [
    "Answers",
    "LoadedDay",
    "Snapshot",
    "TableLabel",
    "active_restaurant",
    "answers_of",
    "is_paced",
    "load_day",
    "load_days",
    "prepared_day",
    "public_restaurant",
    "snapshot_of",
]
