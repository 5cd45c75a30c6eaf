"""How long a party without a booking will wait: a simulation of the tables that become free, with
what the house has learned about how long its parties stay (rules 94-98). Pure: no database, no
clock, and the same answer for the same question.
"""

from waitlist.prediction.house import Block, Due, House, Seat, Sitting, Waiting
from waitlist.prediction.quote import NO_WAIT, Quote, quote_again, quote_of
from waitlist.prediction.simulate import Outlook, outlook
from waitlist.prediction.turns import (
    Daypart,
    Stay,
    Tally,
    TurnTimes,
    configured_stay,
    daypart_of,
    pooled,
)

__all__ = [
    "NO_WAIT",
    "Block",
    "Daypart",
    "Due",
    "House",
    "Outlook",
    "Quote",
    "Seat",
    "Sitting",
    "Stay",
    "Tally",
    "TurnTimes",
    "Waiting",
    "configured_stay",
    "daypart_of",
    "outlook",
    "pooled",
    "quote_again",
    "quote_of",
]
