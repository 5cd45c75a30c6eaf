"""What visits come to, believable for the house and the same at every load. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

from demo.houses.blueprint import House, hm
from demo.steps import Deed
from demo.visit import Visit

PER_HEAD: Mapping[int, float] = {1: 16, 2: 30, 3: 48, 4: 85}
"""By the price range of the house, for a dinner, in euros or dollars."""
WORTH: Mapping[str, float] = {"RUB": 60}
ROUND: Mapping[str, int] = {"RUB": 1000}
"""Minor units to which a menu rounds its prices."""
FORGOTTEN = 0.1
"""The share of visits for which nobody enters a bill."""


def bill_of(deed: Deed, visit: Visit, house: House, on: date) -> int | None:
    """The bill that is entered with a deed, in minor units; None for all but the end of a visit,
    and where it is forgotten.
    """
    if deed is not Deed.COMPLETE:
        return None
    chance = random.Random(f"{house.slug} {on} {visit.key}")  # noqa: S311 - a demo
    return bill_for(house, party=visit.party, minute=visit.minute, chance=chance)


def bill_for(house: House, *, party: int, minute: int, chance: random.Random) -> int | None:
    """Some bill of so many guests at that minute of the day, in minor units; None if forgotten."""
    if chance.random() < FORGOTTEN:
        return None
    currency = str(house.profile["currency"])
    each = PER_HEAD[int(house.profile["price_range"])] * WORTH.get(currency, 1)
    if minute < hm(16):
        each *= 0.4 if minute < hm(11) else 0.7
    step = ROUND.get(currency, 50)
    return round(100 * party * each * chance.triangular(0.6, 1.7, 1.0) / step) * step
