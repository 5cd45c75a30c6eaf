"""Which hours contradict each other (rules 7, 12-15). Pure.

Spans are minutes from the midnight the service date begins with and may pass 1440 (rule 7).
Seatings are inclusive at
both ends: a period owns its last seating.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations
from typing import NamedTuple

DAY = 24 * 60
WEEK = 7 * DAY


def minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def seating_span(first_seating: time, last_seating: time) -> tuple[int, int]:
    """First and last seating; a last seating before the first is next morning."""
    first, last = minute_of(first_seating), minute_of(last_seating)
    return first, last + (DAY if last < first else 0)


def open_minutes(first_seating: time, closes: time) -> int:
    """How long a period lasts; closing at the hour of first seating is a whole day later."""
    return (minute_of(closes) - minute_of(first_seating)) % DAY or DAY


def half_open_span(starts: time, ends: time) -> tuple[int, int]:
    """`[starts, ends)`; an end at or before the start is next morning."""
    first, last = minute_of(starts), minute_of(ends)
    return first, last + (DAY if last <= first else 0)


@dataclass(frozen=True, slots=True)
class Shift:
    """A service period as far as overlaps are concerned; `key` says which, `weekdays` empty means
    all."""

    key: Hashable
    first_seating: time
    last_seating: time
    weekdays: frozenset[int] = frozenset()
    date_from: date | None = None
    date_to: date | None = None

    @property
    def span(self) -> tuple[int, int]:
        return seating_span(self.first_seating, self.last_seating)


class Clash(NamedTuple):
    """Two shifts that would both own a start, and the weekday on which the first one begins (None:
    any day)."""

    first: Shift
    second: Shift
    weekday: int | None = None


def recurring_clash(shifts: Sequence[Shift]) -> Clash | None:
    """Two weekly periods whose seatings meet, also past midnight and from Sunday into Monday (rule
    13)."""
    for first, second in combinations(shifts, 2):
        for weekday in sorted(first.weekdays):
            for other in second.weekdays:
                away = (other - weekday) * DAY
                if any(_meet(first.span, second.span, away + turn) for turn in (-WEEK, 0, WEEK)):
                    return Clash(first, second, weekday)
    return None


def dated_tie(shifts: Sequence[Shift]) -> Clash | None:
    """Two dated periods that overlap and are equally specific: the same number of days, both or
    neither on
    chosen weekdays (rule 14). A narrower one replaces a wider one; that is no contradiction.
    """
    for first, second in combinations(shifts, 2):
        if (
            _precision(first) == _precision(second)
            and _dates_meet(first, second)
            and _weekdays_meet(first.weekdays, second.weekdays)
            and _meet(first.span, second.span)
        ):
            return Clash(first, second)
    return None


def same_day_clash(shifts: Sequence[Shift]) -> Clash | None:
    """Two periods of one special day whose seatings meet."""
    for first, second in combinations(shifts, 2):
        if _meet(first.span, second.span):
            return Clash(first, second)
    return None


@dataclass(frozen=True, slots=True)
class Closure:
    """A slot override: `[starts, ends)` of one service date, in one area or (None) everywhere."""

    key: Hashable
    date: date
    starts: time
    ends: time
    area_id: int | None = None


def closure_clash(closures: Sequence[Closure]) -> tuple[Closure, Closure] | None:
    """Two overrides of the same date and the same area that overlap (rule 14)."""
    for first, second in combinations(closures, 2):
        if first.date != second.date or first.area_id != second.area_id:
            continue
        (starts, ends) = half_open_span(first.starts, first.ends)
        (other_starts, other_ends) = half_open_span(second.starts, second.ends)
        if starts < other_ends and other_starts < ends:
            return first, second
    return None


def _precision(shift: Shift) -> tuple[int, bool]:
    if shift.date_from is None or shift.date_to is None:
        raise ValueError("a dated shift has both dates")
    return (shift.date_to - shift.date_from).days, bool(shift.weekdays)


def _dates_meet(first: Shift, second: Shift) -> bool:
    return max(first.date_from or date.min, second.date_from or date.min) <= min(
        first.date_to or date.max, second.date_to or date.max
    )


def _weekdays_meet(first: frozenset[int], second: frozenset[int]) -> bool:
    return not first or not second or bool(first & second)


def _meet(one: tuple[int, int], other: tuple[int, int], away: int = 0) -> bool:
    return one[0] <= other[1] + away and other[0] + away <= one[1]
