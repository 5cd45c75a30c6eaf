"""Wall clock to instants, and which service periods are in force on a date (rules 3-14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.availability.model import DayConfig, Override, Period
from bookings.availability.question import Slot
from bookings.availability.reasons import Reason

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


class NonexistentTimeError(ValueError):
    """A local time skipped by a change of clock; it is refused, never shifted (rule 4)."""

    code = Reason.NONEXISTENT_TIME


def instants_of(zone: ZoneInfo, local: datetime) -> tuple[datetime, ...]:
    """The UTC instants a naive local time stands for: none in a gap, two in a fold, else one."""
    naive = local.replace(tzinfo=None, fold=0)
    first = naive.replace(tzinfo=zone).astimezone(UTC)
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return (first,)
    # In a fold the first reading is the earlier instant; in a gap it is the later one.
    return (first, second) if first < second else ()


def resolve_local(zone: ZoneInfo, local: datetime, fold: int = 0) -> datetime:
    """The UTC instant of a submitted local time.

    :raises NonexistentTimeError: if the clock skips it
    """
    found = instants_of(zone, local)
    if not found:
        raise NonexistentTimeError(f"{local:%Y-%m-%d %H:%M} does not exist in {zone.key}")
    return found[min(fold, len(found) - 1)]


def instant_after(zone: ZoneInfo, local: datetime) -> datetime:
    """The instant of a local deadline; one that the clock skips is taken right after the gap."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def on_service_day(day: date, opens: time, at: time) -> datetime:
    """The naive local time ``at`` of a service that opened at ``opens`` (rule 7)."""
    later = timedelta(days=1) if at < opens else timedelta()
    return datetime.combine(day, at) + later


def closing_time(day: date, period: Period) -> datetime:
    """The naive local closing time: at or before first seating means the next morning (rule 7)."""
    later = timedelta(days=1) if period.closes <= period.first_seating else timedelta()
    return datetime.combine(day, period.closes) + later


def closes_at(config: DayConfig, period: Period) -> datetime:
    """The UTC instant at which a period closes on this service date."""
    return instant_after(config.rules.zone, closing_time(config.date, period))


def local_starts(day: date, period: Period) -> Iterator[datetime]:
    """The naive local starts of a period, first to last seating inclusive (rule 12)."""
    local = datetime.combine(day, period.first_seating)
    last = on_service_day(day, period.first_seating, period.last_seating)
    step = timedelta(minutes=period.slot_interval_minutes)
    while local <= last:
        yield local
        local += step


def slots_of(config: DayConfig) -> tuple[Slot, ...]:
    """All possible starts of a service date, in order of time, each instant once.

    Skipped local times are left out (rule 4); doubled ones appear twice, or once if the restaurant
    prefers (rule 5). Times past midnight belong to this date (rule 7).
    """
    if config.is_closed:
        return ()
    rules = config.rules
    found: dict[datetime, Slot] = {}
    for period in config.periods:
        for local in local_starts(config.date, period):
            instants = instants_of(rules.zone, local)
            offered = instants if rules.offers_ambiguous_twice else instants[:1]
            for fold, instant in enumerate(offered):
                slot = Slot(local, fold, instant, period, is_ambiguous=len(instants) > 1)
                found.setdefault(instant, slot)
    return tuple(found[instant] for instant in sorted(found))


def covers_local(day: date, override: Override, local: datetime) -> bool:
    """Whether a start at this naive local time lies in the span of an override."""
    starts, ends = override_span(day, override)
    return starts <= local < ends


def override_span(day: date, override: Override) -> tuple[datetime, datetime]:
    """The naive local span of an override on a service date."""
    later = timedelta(days=1) if override.ends <= override.starts else timedelta()
    return datetime.combine(day, override.starts), datetime.combine(day, override.ends) + later


@dataclass(frozen=True, slots=True)
class RecurringShift:
    """A weekly period. ``weekdays``: Monday is 0. The dates, if any, are inclusive."""

    period: Period
    weekdays: frozenset[int]
    valid_from: date | None = None
    valid_to: date | None = None

    def applies_on(self, day: date) -> bool:
        """Whether it is in force on a service date (rule 10)."""
        return day.weekday() in self.weekdays and _within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class DatedShift:
    """A period for certain dates (inclusive), optionally on some weekdays of them only."""

    period: Period
    date_from: date
    date_to: date
    weekdays: frozenset[int] = frozenset()

    def applies_on(self, day: date) -> bool:
        """Whether it is in force on a service date."""
        on_weekday = not self.weekdays or day.weekday() in self.weekdays
        return on_weekday and _within(day, self.date_from, self.date_to)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A named day: closed, or with its own periods, or (neither) just a label."""

    is_closed: bool = False
    periods: tuple[Period, ...] = ()
    reason: Reason = Reason.CLOSED


@dataclass(frozen=True, slots=True)
class OpenPeriods:
    """The periods in force on a date. Closed when there are none."""

    periods: tuple[Period, ...]
    is_closed: bool
    reason: Reason = Reason.CLOSED


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two recurring shifts that would both own a start on a weekday (rule 13)."""

    first: RecurringShift
    second: RecurringShift
    weekday: int


def resolve_periods(
    day: date,
    *,
    recurring: Iterable[RecurringShift] = (),
    dated: Iterable[DatedShift] = (),
    special_day: SpecialDay | None = None,
) -> OpenPeriods:
    """The periods in force on a date: special day > dated shift > recurring shift (rule 14).

    A dated shift replaces the recurring shifts and the wider dated shifts whose seating times it
    overlaps, and leaves the others alone.
    """
    if special_day is not None and special_day.is_closed:
        return OpenPeriods((), is_closed=True, reason=special_day.reason)
    if special_day is not None and special_day.periods:
        return OpenPeriods(_in_order(special_day.periods), is_closed=False)
    narrowest = sorted(
        (shift for shift in dated if shift.applies_on(day)),
        key=lambda shift: (shift.date_to - shift.date_from, not shift.weekdays, shift.period.id),
    )
    kept: list[Period] = []
    candidates = [shift.period for shift in narrowest]
    candidates += [shift.period for shift in recurring if shift.applies_on(day)]
    for period in candidates:
        if not any(_seatings_meet(period, other) for other in kept):
            kept.append(period)
    return OpenPeriods(_in_order(kept), is_closed=not kept)


def find_overlaps(shifts: Sequence[RecurringShift]) -> list[Overlap]:
    """Pairs of recurring shifts whose seating times meet, also past midnight (rule 13)."""
    found: list[Overlap] = []
    for index, first in enumerate(shifts):
        for second in shifts[index + 1 :]:
            if _dates_meet(first, second):
                found += _weekly_overlaps(first, second)
    return found


def _weekly_overlaps(first: RecurringShift, second: RecurringShift) -> Iterator[Overlap]:
    for weekday in sorted(first.weekdays):
        starts, ends = _span(first.period)
        for other in sorted(second.weekdays):
            shift = (other - weekday) * DAY_MINUTES
            other_starts, other_ends = _span(second.period)
            if any(
                starts <= other_ends + shift + turn and other_starts + shift + turn <= ends
                for turn in (-WEEK_MINUTES, 0, WEEK_MINUTES)
            ):
                yield Overlap(first, second, weekday)
                break


def _span(period: Period) -> tuple[int, int]:
    """First and last seating in minutes from the midnight the service date begins with."""
    first = period.first_seating.hour * 60 + period.first_seating.minute
    last = period.last_seating.hour * 60 + period.last_seating.minute
    return first, last + (DAY_MINUTES if last < first else 0)


def _seatings_meet(one: Period, other: Period) -> bool:
    first, last = _span(one)
    other_first, other_last = _span(other)
    return first <= other_last and other_first <= last


def _dates_meet(one: RecurringShift, other: RecurringShift) -> bool:
    latest_from = max(one.valid_from or date.min, other.valid_from or date.min)
    return latest_from <= min(one.valid_to or date.max, other.valid_to or date.max)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _in_order(periods: Iterable[Period]) -> tuple[Period, ...]:
    return tuple(sorted(periods, key=lambda period: (period.first_seating, period.id)))
