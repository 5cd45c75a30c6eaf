"""Reading the waitlist."""

from waitlist.selectors.entries import (
    days_waited_for,
    entries_of_customer,
    entries_of_day,
    entries_of_guest,
    entries_visible_to,
    entry_by_token,
    entry_token_of,
    entry_version_by_token,
    open_offer_of,
    open_offers_by_entry,
    open_offers_of,
    position_of,
    skips_of,
    skips_of_day,
    window_of_entry,
)
from waitlist.selectors.numbers import WaitlistNumbers, waitlist_numbers
from waitlist.selectors.settings import house_clock, settings_of

__all__ = [
    "WaitlistNumbers",
    "days_waited_for",
    "entries_of_customer",
    "entries_of_day",
    "entries_of_guest",
    "entries_visible_to",
    "entry_by_token",
    "entry_token_of",
    "entry_version_by_token",
    "house_clock",
    "open_offer_of",
    "open_offers_by_entry",
    "open_offers_of",
    "position_of",
    "settings_of",
    "skips_of",
    "skips_of_day",
    "waitlist_numbers",
    "window_of_entry",
]
