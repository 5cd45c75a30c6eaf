"""Turn times: defaults and contradictions (rules 22, 23). Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations

from restaurants.hours import DAY, minute_of

Band = dict[str, int | None]

DEFAULT_BANDS: tuple[tuple[int | None, int], ...] = (
    (2, 90),
    (4, 105),
    (6, 120),
    (8, 150),
    (None, 180),
)
"""Largest party of the band and minutes, as rule 23 proposes."""


def default_bands() -> list[Band]:
    """The bands of rule 23 as `TurnTimeRule.bands` stores them."""
    return [{"up_to": up_to, "minutes": minutes} for up_to, minutes in DEFAULT_BANDS]


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a rule applies; nothing set means always. `[time_from, time_to)` may pass midnight."""

    key: Hashable
    date_from: date | None = None
    date_to: date | None = None
    period_id: int | None = None
    weekdays: frozenset[int] = frozenset()
    time_from: time | None = None
    time_to: time | None = None
    area_id: int | None = None

    @property
    def specificity(self) -> tuple[bool, bool, bool, bool, bool]:
        """What is set, most specific first: dates, period, weekdays, hours, area."""
        return (
            self.date_from is not None,
            self.period_id is not None,
            bool(self.weekdays),
            self.time_from is not None,
            self.area_id is not None,
        )

    @property
    def is_unconditional(self) -> bool:
        return not any(self.specificity)


def tie(rules: Sequence[Conditions]) -> tuple[Conditions, Conditions] | None:
    """Two equally specific rules that can both match one party (rule 22)."""
    for first, second in combinations(rules, 2):
        if first.specificity == second.specificity and _can_both_match(first, second):
            return first, second
    return None


def _can_both_match(first: Conditions, second: Conditions) -> bool:
    return (
        first.period_id == second.period_id
        and first.area_id == second.area_id
        and (not first.weekdays or bool(first.weekdays & second.weekdays))
        and max(first.date_from or date.min, second.date_from or date.min)
        <= min(first.date_to or date.max, second.date_to or date.max)
        and _hours_meet(first, second)
    )


def _hours_meet(first: Conditions, second: Conditions) -> bool:
    if first.time_from is None or second.time_from is None:
        return True
    return bool(_minutes(first) & _minutes(second))


def _minutes(rule: Conditions) -> frozenset[int]:
    """The minutes of the clock within the band."""
    if rule.time_from is None or rule.time_to is None:
        return frozenset(range(DAY))
    starts, ends = minute_of(rule.time_from), minute_of(rule.time_to)
    if starts < ends:
        return frozenset(range(starts, ends))
    return frozenset(range(starts, DAY)) | frozenset(range(ends))
