"""How long a party stays (rules 22, 23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from bookings.availability.model import Period, TurnBand, TurnRule

DEFAULT_BANDS: tuple[TurnBand, ...] = (
    TurnBand(2, 90),
    TurnBand(4, 105),
    TurnBand(6, 120),
    TurnBand(8, 150),
    TurnBand(None, 180),
)
"""Proposed turn times (rule 23)."""

LUNCH_BANDS = tuple(TurnBand(band.up_to, band.minutes - 15) for band in DEFAULT_BANDS)
"""Proposed turn times for lunch: 15 minutes shorter."""


def bands_problem(bands: Sequence[TurnBand]) -> str | None:
    """Why a list of bands cannot be saved (``empty``, ``order``, ``open_end``, ``minutes``)."""
    if not bands:
        return "empty"
    if bands[-1].up_to is not None:
        return "open_end"
    limits = [band.up_to for band in bands[:-1]]
    if None in limits:
        return "order"
    known = [limit for limit in limits if limit is not None]
    if known != sorted(set(known)) or any(limit < 1 for limit in known):
        return "order"
    if any(band.minutes < 1 for band in bands):
        return "minutes"
    return None


def minutes_for(bands: Sequence[TurnBand], party_size: int) -> int:
    """Turn time in minutes of a party under one list of bands."""
    for band in bands:
        if band.up_to is None or party_size <= band.up_to:
            return band.minutes
    return bands[-1].minutes


def turn_bands(
    rules: Sequence[TurnRule], *, day: date, period: Period, local: datetime, area_id: int | None
) -> tuple[TurnBand, ...]:
    """The bands of the most specific rule: date range > period > weekday > time band > area."""
    best: tuple[bool, ...] | None = None
    bands = DEFAULT_BANDS
    for rule in rules:
        if not _matches(rule, day=day, period=period, local=local, area_id=area_id):
            continue
        weight = specificity(rule)
        if best is None or weight > best:
            best, bands = weight, rule.bands
    return bands


def specificity(rule: TurnRule) -> tuple[bool, ...]:
    """Lexicographic weight of a rule (rule 22); two rules of equal weight must not both match."""
    return (
        rule.date_from is not None or rule.date_to is not None,
        rule.period_id is not None,
        bool(rule.weekdays),
        rule.time_from is not None or rule.time_to is not None,
        rule.area_id is not None,
    )


def _matches(
    rule: TurnRule, *, day: date, period: Period, local: datetime, area_id: int | None
) -> bool:
    return (
        (rule.date_from is None or rule.date_from <= day)
        and (rule.date_to is None or day <= rule.date_to)
        and (rule.period_id is None or rule.period_id == period.id)
        and (not rule.weekdays or day.weekday() in rule.weekdays)
        and _in_band(rule.time_from, rule.time_to, local.time())
        and (rule.area_id is None or rule.area_id == area_id)
    )


def _in_band(first: time | None, last: time | None, at: time) -> bool:
    if first is None or last is None:
        return (first is None or first <= at) and (last is None or at < last)
    if first < last:
        return first <= at < last
    return at >= first or at < last
