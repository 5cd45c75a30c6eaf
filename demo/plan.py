"""Who wants to come on a service date, when they asked, and how it goes. Pure and deterministic.

The plan of a date never changes, so the demo can be brought to any moment again and again: what is
on the books at an instant are the visits that were asked for before it. Lead times follow the
trade's distribution (median 50 h, 38 % within a day), which makes the coming days thin out.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from demo.cast import REGULARS, people_of, requests_of
from demo.houses.blueprint import DAY, House, hm
from demo.script import STORY_GUESTS, script_of
from demo.visit import Fate, Visit

LEADS = ((0.0, 62), (0.1, 75), (0.38, hm(24)), (0.5, hm(50)), (0.9, hm(430)), (1.0, hm(430)))
"""Share of bookings, and the longest lead among them in minutes."""

LONGEST_LEAD = 14 * DAY
"""Nobody in the demo plans further ahead; what is longer is folded back."""

SIZES = ((1, 18), (2, 418), (3, 165), (4, 133), (5, 62), (6, 51), (7, 10), (8, 12))
"""Party sizes and their weights; the large ones come from the script."""

STAYS = (45, 52, 57, 61, 66, 71, 76, 80)
"""Mean minutes at the table by party size, from one."""

HALF_HOUR = 30
SPREAD = 0.35
"""Coefficient of variation of the stay."""

SOURCES = (
    *(("web", 44), ("phone", 20), ("widget", 8), ("google", 8), ("walk_in", 10)),
    *(("mobile", 4), ("telegram", 3), ("instagram", 2), ("staff", 1)),
)
FATES = ((Fate.COMES, 880), (Fate.NO_SHOW, 46), (Fate.CANCELS, 80), (Fate.CANCELLED, 15))
BUSY = (0.85, 0.85, 0.9, 1.0, 1.2, 1.25, 0.95)
"""How busy the weekdays are, from Monday."""

OCCASIONS = (("none", 78), ("birthday", 8), ("date_night", 6), ("business", 5), ("anniversary", 3))
DIETS = ("vegetarian", "vegan", "gluten_free", "lactose_free", "nut_allergy", "halal")
NOTES = (
    "Prefers Elena's section.",
    "Always orders sparkling water first.",
    "Pays separately; four cards last time.",
    "Friend of the chef.",
    "Left a scarf last month: in the cloakroom.",
)


def visits_of(house: House, day: date) -> tuple[Visit, ...]:
    """Everybody who wants to come on a service date, in the order in which they ask."""
    chance = random.Random(f"{house.slug}:{day.isoformat()}")  # noqa: S311 - the same every time
    found = list(script_of(house, day)) if house.is_lively else []
    guests = _guests(house, chance)
    for index, shift in enumerate(house.shifts):
        if day.weekday() in shift.weekdays:
            found += _shift_visits(house, index, day, chance=chance, guests=guests)
    return tuple(sorted(found, key=lambda visit: (visit.minute - visit.lead, visit.key)))


def _guests(house: House, chance: random.Random) -> Iterator[int]:
    """Guests of the day without repetition, regulars more often than others.

    The guests of the scripts and the blocked one do not take part.
    """
    others = range(STORY_GUESTS + 4 * 12, len(people_of(house.cast)) - 1)
    pool = [*range(STORY_GUESTS), *others]
    weights = {guest: 4.0 if guest < REGULARS else 1.0 for guest in pool}
    return iter(
        sorted(pool, key=lambda guest: chance.random() ** (1 / weights[guest]), reverse=True)
    )


def _shift_visits(
    house: House,
    index: int,
    day: date,
    *,
    chance: random.Random,
    guests: Iterator[int],
) -> Iterator[Visit]:
    shift = house.shifts[index]
    starts = range(shift.first, shift.last + 1, shift.interval)
    weights = [_appeal(start - shift.peak) for start in starts]
    count = round(shift.parties * BUSY[day.weekday()] * chance.uniform(0.9, 1.1))
    early_birds: set[int] = set()
    for number, minute in enumerate(chance.choices(starts, weights, k=count)):
        visit = _visit(f"{index}.{number}", minute, chance)
        if not visit.is_walk_in:
            guest = next(guests, None)
            if guest is None:
                continue
            visit = _personal(house, visit, guest, chance)
            if minute // HALF_HOUR not in early_birds:
                visit = _early_bird(visit)
            early_birds.add(minute // HALF_HOUR)
        yield visit
    for minute in starts:
        if house.is_lively and minute // HALF_HOUR not in early_birds:
            early_birds.add(minute // HALF_HOUR)
            visit = replace(_visit(f"{index}.e{minute}", minute, chance), source="web")
            guest = next(guests, None)
            if guest is not None:
                yield _early_bird(_personal(house, visit, guest, chance))


def _early_bird(visit: Visit) -> Visit:
    """One party of each half hour comes early and has an aperitif, so that somebody nearly always
    waits to be seated.
    """
    lead = max(visit.lead, LEADS[0][1])
    return replace(visit, lead=lead, fate=Fate.COMES, early=15, wait=15, stay=max(75, visit.stay))


def _appeal(away: int) -> float:
    """How much a start so many minutes from the peak is wanted; later ones lose more slowly."""
    width = 75 if away < 0 else 95
    return math.pow(2, -((away / width) ** 2)) + 0.04


def _visit(key: str, minute: int, chance: random.Random) -> Visit:
    party = _pick(chance, SIZES)
    source = _pick(chance, SOURCES)
    fate = _pick(chance, FATES)
    lead = _lead(chance, party)
    if source == "walk_in":
        minute, lead, fate = minute + 5 * chance.randrange(3), 0, Fate.COMES
    mean = STAYS[min(party, len(STAYS)) - 1]
    return Visit(
        key=key,
        minute=minute,
        party=party,
        guest=None,
        lead=lead,
        source=source,
        fate=fate,
        answer=chance.choice((8, 15, 25, 40, 70, 120)),
        gone=chance.uniform(0.2, 0.9),
        early=0 if source == "walk_in" else chance.choice((-12, -8, -5, -2, 0, 3, 6, 10)),
        wait=0 if source == "walk_in" else chance.choice((2, 4, 6, 9, 12)),
        stay=max(20, round(mean * chance.lognormvariate(-(SPREAD**2) / 2, SPREAD))),
        reconfirms=chance.random() < 0.15,
    )


def _personal(house: House, visit: Visit, guest: int, chance: random.Random) -> Visit:
    """The same visit with a guest and what the guest wants."""
    person = people_of(house.cast)[guest]
    wishes = requests_of(house.cast)[person.language]
    is_picky = chance.random() < 0.12
    return replace(
        visit,
        guest=guest,
        area=chance.randrange(len(house.areas)) if chance.random() < 0.14 else None,
        occasion=_pick(chance, OCCASIONS),
        request=chance.choice(wishes) if chance.random() < 0.2 else "",
        dietary=tuple(chance.sample(DIETS, chance.choice((1, 1, 2)))) if is_picky else (),
        note=chance.choice(NOTES) if guest < REGULARS and chance.random() < 0.25 else "",
    )


def _lead(chance: random.Random, party: int) -> int:
    """Minutes between asking and starting; larger parties plan earlier."""
    share = min(0.9999, chance.random() + 0.03 * max(0, party - 4))
    at = bisect_right([limit for limit, _ in LEADS], share) - 1
    (low, shortest), (high, longest) = LEADS[at], LEADS[at + 1]
    lead = round(shortest + (longest - shortest) * (share - low) / (high - low))
    return lead if lead < LONGEST_LEAD else LONGEST_LEAD // 2 + lead % (LONGEST_LEAD // 2)


T = TypeVar("T")


def _pick(chance: random.Random, choices: Sequence[tuple[T, int]]) -> T:
    weights = [weight for _value, weight in choices]
    return chance.choices(choices, weights)[0][0]
