"""What a guest usually does, and what follows from it for their next visit. Pure.

Everything here is counted from bookings and says from how many; below three visits it says so
instead of guessing. Dishes are missing as long as nobody writes down what was eaten.

- *usual* party, weekday and area: the most frequent value among the visits (of several the one
  seen last), told only if it was seen at least twice
- *usual time*: the hour that holds most visits, and the middle one of its starts
- *rhythm*: the median of the days between two visits
- *lead*: the median of the hours between booking and start, walk-ins left out
- *spend*: the median of the bills that somebody entered
- *risk*: the share of bookings to which the guest did not come, or which they cancelled too late,
  among those that came to their day; see `risk_of` for the words
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median, median_low

FEWEST = 3
"""Fewer visits, or bookings, say nothing about habits."""
WINDOW = 60
"""Minutes within which starts count as the same time of the day."""


class Outcome(StrEnum):
    """How a booking ended, as far as the guest had a part in it."""

    CAME = "came"
    NO_SHOW = "no_show"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One booking that is over.

    :param on: the service date
    :param minute: of the start, on the wall clock, counted from midnight of the service date
    :param area: number of the area where they sat; None where nobody knows
    :param is_here: at the restaurant that asks
    :param lead_hours: between booking and start; None for walk-ins
    :param bill_minor: where somebody entered it and it is in the currency of the house
    """

    on: date
    minute: int
    party_size: int
    outcome: Outcome
    area: int | None = None
    is_here: bool = True
    lead_hours: float | None = None
    bill_minor: int | None = None


@dataclass(frozen=True)
class Habit:
    """A value seen `times` of `of`."""

    value: int
    times: int
    of: int


class Level(StrEnum):
    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Whether they might not come. The counts are the reasons.

    :param bookings: that came to their day: visits, no-shows, late cancellations
    :param came_since: visits in a row since the last one missed; all of them if none was
    """

    level: Level
    bookings: int
    no_shows: int
    cancelled_late: int
    came_since: int
    last_missed_on: date | None


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A next visit such as they like it; only what was seen often enough is there."""

    party_size: int | None
    weekday: int | None
    minute: int | None
    area: int | None
    around: date | None


@dataclass(frozen=True, kw_only=True)
class Insights:
    """`visits` is how many all of it rests on; parts that rest on too few are None.

    :param rhythm: days between two visits, with the number of gaps
    :param lead: hours
    :param spend: minor units a visit, with the number of bills
    """

    visits: int
    party: Habit | None = None
    weekday: Habit | None = None
    time: Habit | None = None
    area: Habit | None = None
    rhythm: Habit | None = None
    lead: Habit | None = None
    spend: Habit | None = None
    risk: Risk | None = None
    suggestion: Suggestion | None = None

    @property
    def is_enough(self) -> bool:
        return self.visits >= FEWEST


def insights_of(bookings: Iterable[Booking]) -> Insights:
    """All that can be said.

    Habits, rhythm and spend are those of this restaurant, as hours, areas and prices differ from
    house to house; the risk is the person's and counts every house.
    """
    known = sorted(bookings, key=lambda one: (one.on, one.minute))
    risk = risk_of(known)
    visits = [one for one in known if one.outcome is Outcome.CAME and one.is_here]
    if len(visits) < FEWEST:
        return Insights(visits=len(visits), risk=risk)
    found = Insights(
        visits=len(visits),
        party=_usual([one.party_size for one in visits]),
        weekday=_usual([one.on.weekday() for one in visits]),
        time=_usual_time([one.minute for one in visits]),
        area=_usual([one.area for one in visits if one.area is not None]),
        rhythm=_rhythm(visits),
        lead=_middle([one.lead_hours for one in visits if one.lead_hours is not None]),
        spend=_middle([one.bill_minor for one in visits if one.bill_minor is not None]),
        risk=risk,
    )
    return replace(found, suggestion=_suggestion(found, visits[-1].on))


def risk_of(bookings: Sequence[Booking]) -> Risk | None:
    """In the order of time. None below three bookings that came to their day.

    High from two missed and a quarter of all; low where nothing was missed, or nothing in the last
    five and less than a tenth of all; raised between them. The limits are a rule of thumb, chosen
    so that one bad evening alone never makes a high risk.
    """
    due = [one for one in bookings if one.outcome is not Outcome.CANCELLED]
    if len(due) < FEWEST:
        return None
    missed = [index for index, one in enumerate(due) if one.outcome is not Outcome.CAME]
    share = len(missed) / len(due)
    came_since = len(due) - 1 - missed[-1] if missed else len(due)
    level = Level.RAISED
    if len(missed) >= 2 and share >= 1 / 4:
        level = Level.HIGH
    elif not missed or (came_since >= 5 and share < 1 / 10):
        level = Level.LOW
    return Risk(
        level=level,
        bookings=len(due),
        no_shows=sum(one.outcome is Outcome.NO_SHOW for one in due),
        cancelled_late=sum(one.outcome is Outcome.CANCELLED_LATE for one in due),
        came_since=came_since,
        last_missed_on=due[missed[-1]].on if missed else None,
    )


def _usual(values: Sequence[int]) -> Habit | None:
    """The most frequent value, of several the one seen last."""
    if len(values) < FEWEST:
        return None
    counts = Counter(values)
    most = max(counts.values())
    if most < 2:
        return None
    value = next(one for one in reversed(values) if counts[one] == most)
    return Habit(value, most, len(values))


def _usual_time(minutes: Sequence[int]) -> Habit | None:
    """A start that really was, from the middle of the fullest hour."""
    starts = sorted(minutes)
    hours = ([one for one in starts if first <= one <= first + WINDOW] for first in starts)
    fullest = max(hours, key=len)
    if len(fullest) < 2:
        return None
    return Habit(median_low(fullest), len(fullest), len(starts))


def _rhythm(visits: Sequence[Booking]) -> Habit | None:
    days = sorted({one.on for one in visits})
    return _middle([(later - earlier).days for earlier, later in pairwise(days)])


def _middle(values: Sequence[float]) -> Habit | None:
    if len(values) < FEWEST:
        return None
    return Habit(round(median(values)), len(values), len(values))


def _suggestion(found: Insights, last: date) -> Suggestion | None:
    """From habits that hold for at least a third of the visits."""
    party, weekday, time, area = (
        habit.value if habit is not None and habit.times * 3 >= habit.of else None
        for habit in (found.party, found.weekday, found.time, found.area)
    )
    if time is None and area is None:
        return None
    around = last + timedelta(days=found.rhythm.value) if found.rhythm else None
    if around is not None and weekday is not None:
        around = _nearest(around, weekday)
    return Suggestion(party_size=party, weekday=weekday, minute=time, area=area, around=around)


def _nearest(day: date, weekday: int) -> date:
    """The day with this weekday at most three days away."""
    ahead = (weekday - day.weekday()) % 7
    return day + timedelta(days=ahead if ahead <= 3 else ahead - 7)
