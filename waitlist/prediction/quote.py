"""What a waiting party is told: a range in steps of five minutes, and a time that is kept (rules
94, 98).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from waitlist.prediction.simulate import Outlook

STEP = 5
GRACE = 5.0
"""A promise is kept if the party sits no later than so many minutes after it."""
KEPT_SHARE = 0.96
"""Of the possible evenings, the promise holds in so many. Tuned by `python -m bench waits --tune`
on evenings that are not those it is measured with.
"""
EARLY_SHARE = 0.25
GROWTH = 10
"""The guest is told when the promise moves by more (rule 98)."""
MOST = 8 * 60


@dataclass(frozen=True, slots=True)
class Quote:
    """Minutes since joining. The party is told `low`-`high`; `high` is the promise, `middle` the
    best guess. `is_now`: a table is free. `is_hopeless`: there will be none tonight.
    """

    low: int
    high: int
    middle: int
    is_now: bool = False
    is_hopeless: bool = False


NO_WAIT = Quote(0, 0, 0, is_now=True)


def quote_of(
    waits: Outlook,
    *,
    waited: float = 0.0,
    kept_share: float = KEPT_SHARE,
    middle_share: float = 0.5,
) -> Quote:
    """The quote of a party that has waited so many minutes; never less than that (rule 98)."""
    if waits.is_hopeless:
        most = _up(max(MOST, waited))
        return Quote(most, most, most, is_hopeless=True)
    if not waited and waits.quantile(kept_share) <= 0.0:
        return NO_WAIT
    high = _up(waited + max(waits.quantile(kept_share) - GRACE, 0.0))
    high = max(high, STEP, _up(waited))
    low = min(_down(waited + waits.quantile(EARLY_SHARE)), high)
    low = max(low, _down(waited))
    middle = round(waited + waits.quantile(middle_share))
    return Quote(low, high, min(max(middle, math.ceil(waited)), MOST))


def quote_again(told: Quote, now: Quote) -> Quote | None:
    """What to tell a party that was told something before; None while its promise stands (rule 98).

    Better news is no reason to disturb anybody: it shows on the page.
    """
    return now if now.high - told.high > GROWTH else None


def _up(minutes: float) -> int:
    return min(STEP * math.ceil(minutes / STEP - 1e-9), 10 * MOST)


def _down(minutes: float) -> int:
    return STEP * math.floor(minutes / STEP + 1e-9)
