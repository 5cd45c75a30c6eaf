"""Writing the waitlist. Keyword-only; `now` and `actor` are passed in; refusals are the errors of
`waitlist.errors` and `bookings.errors`.
"""

from waitlist.services.answers import (
    broadcasts_check,
    offer_accept,
    offer_decline,
    offer_expire,
    offers_expire,
)
from waitlist.services.following import entry_follow_booking
from waitlist.services.gains import gain_note, gains_note_everywhere
from waitlist.services.joining import entry_change, entry_join, entry_resume
from waitlist.services.leaving import (
    entries_close_elsewhere,
    entries_expire,
    entry_leave,
    entry_remove,
)
from waitlist.services.matching import gain_match, gains_match, offers_match
from waitlist.services.notifying import entry_notify
from waitlist.services.requests import EntryChanges, Joined, JoinRequest

__all__ = [
    "EntryChanges",
    "JoinRequest",
    "Joined",
    "broadcasts_check",
    "entries_close_elsewhere",
    "entries_expire",
    "entry_change",
    "entry_follow_booking",
    "entry_join",
    "entry_leave",
    "entry_notify",
    "entry_remove",
    "entry_resume",
    "gain_match",
    "gain_note",
    "gains_match",
    "gains_note_everywhere",
    "offer_accept",
    "offer_decline",
    "offer_expire",
    "offers_expire",
    "offers_match",
]
