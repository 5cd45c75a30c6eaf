"""How long parties stay: lognormal, learned from the house's own visits by size and part of the
day, and shrunk to what it has configured while there are few of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

SIZES = 8
"""Larger parties count as one kind."""
USUAL_SPREAD = math.sqrt(math.log(1 + 0.35**2))
"""Sigma of a coefficient of variation of 0.35, as published for restaurants."""
LEAST_SPREAD, MOST_SPREAD = 0.15, 0.8
PLANNED = 0.8
"""Houses configure turn times that four of five parties keep."""
WORTH = 12.0
"""The configured or wider figure counts like so many visits."""

_NORMAL = NormalDist()
_FINE = 8192
_INVERSE = tuple(_NORMAL.inv_cdf((n + 0.5) / _FINE) for n in range(_FINE))
"""The normal distribution's quantiles, looked up thousands of times for one quote."""
_CERTAIN = 0.995
"""A party that stays longer than 199 of 200 says nothing any more by its time."""
_GOING = 12.0
"""It leaves within so many minutes."""


class Daypart(StrEnum):
    LUNCH = "lunch"
    EVENING = "evening"
    LATE = "late"


def daypart_of(hour: int) -> Daypart:
    """The part of the business day of a wall-clock hour."""
    if 5 <= hour < 16:
        return Daypart.LUNCH
    return Daypart.EVENING if 16 <= hour < 21 else Daypart.LATE


@dataclass(frozen=True, slots=True)
class Stay:
    """A lognormal length of stay in minutes: `mu` and `sigma` of its logarithm."""

    mu: float
    sigma: float

    @property
    def p50(self) -> float:
        return math.exp(self.mu)

    @property
    def p80(self) -> float:
        return self.quantile(0.8)

    @property
    def mean(self) -> float:
        return math.exp(self.mu + self.sigma**2 / 2)

    def quantile(self, share: float) -> float:
        """The stay that this share of parties does not exceed."""
        return math.exp(self.mu + self.sigma * _NORMAL.inv_cdf(share))

    def share_gone(self, minutes: float) -> float:
        """The share of parties that have left after so many minutes."""
        if minutes <= 0:
            return 0.0
        return _NORMAL.cdf((math.log(minutes) - self.mu) / self.sigma)

    def left_after(self, minutes: float, shares: Iterable[float]) -> list[float]:
        """Quantiles of the time still to come of a party that has sat so long already.

        Never negative; who has stayed longer than nearly everybody leaves soon.
        """
        gone = self.share_gone(minutes)
        if gone >= _CERTAIN:
            return [share * _GOING for share in shares]
        exp, inverse, mu, sigma = math.exp, _INVERSE, self.mu, self.sigma
        first, rest = gone * _FINE, (1.0 - gone) * _FINE
        left = [exp(mu + sigma * inverse[int(first + rest * share)]) - minutes for share in shares]
        return [max(one, 0.0) for one in left]


def stay_of_mean(mean: float, variation: float) -> Stay:
    """The stay of a mean in minutes and a coefficient of variation."""
    sigma = math.sqrt(math.log(1 + variation**2))
    return Stay(math.log(mean) - sigma**2 / 2, sigma)


def configured_stay(minutes: float) -> Stay:
    """What a configured turn time says before anything is learned."""
    sigma = USUAL_SPREAD
    return Stay(math.log(max(minutes, 5.0)) - sigma * _NORMAL.inv_cdf(PLANNED), sigma)


@dataclass(frozen=True, slots=True)
class Tally:
    """Visits of one size and part of the day: how many, and mean and variance of the logarithm of
    their minutes.
    """

    size: int
    daypart: Daypart
    count: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class _Sum:
    count: float
    mean: float
    variance: float


@dataclass(frozen=True)
class TurnTimes:
    """The stays that a house has learned. `configured` is what it plans with, by party size."""

    configured: Mapping[int, float]
    learned: Mapping[tuple[int, Daypart], Stay]
    visits: int = 0

    def stay(self, size: int, daypart: Daypart) -> Stay:
        kind = kind_of(size)
        return self.learned.get((kind, daypart)) or configured_stay(_minutes(self.configured, kind))

    @classmethod
    def learn(cls, configured: Mapping[int, float], tallies: Iterable[Tally]) -> TurnTimes:
        """From the wide to the narrow, each shrunk to the one before: the whole house against what
        it has configured, then each size, then each size in each part of the day.
        """
        rows = [t for t in tallies if t.count > 0]
        plans = {size: configured_stay(_minutes(configured, size)) for size in range(1, SIZES + 1)}
        # The ratio to the plan is what sizes have in common.
        house = _shrunk(
            _pooled(_Sum(t.count, t.mean - plans[kind_of(t.size)].mu, t.variance) for t in rows),
            Stay(0.0, USUAL_SPREAD),
        )
        learned: dict[tuple[int, Daypart], Stay] = {}
        for size, plan in plans.items():
            mine = [t for t in rows if kind_of(t.size) == size]
            wide = Stay(plan.mu + house.mu, house.sigma)
            by_size = _shrunk(_pooled(_Sum(t.count, t.mean, t.variance) for t in mine), wide)
            for part in Daypart:
                narrow = _pooled(
                    _Sum(t.count, t.mean, t.variance) for t in mine if t.daypart == part
                )
                learned[size, part] = _shrunk(narrow, by_size)
        return cls(dict(configured), learned, sum(t.count for t in rows))


def kind_of(size: int) -> int:
    """The size that a party counts as."""
    return min(max(size, 1), SIZES)


def pooled(tallies: Iterable[Tally]) -> list[Tally]:
    """One tally for each size and part of the day, as if all their visits had been seen at once."""
    parts: dict[tuple[int, Daypart], list[_Sum]] = {}
    for one in tallies:
        row = _Sum(one.count, one.mean, one.variance)
        parts.setdefault((kind_of(one.size), one.daypart), []).append(row)
    found = []
    for (size, daypart), rows in sorted(parts.items()):
        whole = _pooled(rows)
        found.append(Tally(size, daypart, round(whole.count), whole.mean, whole.variance))
    return found


def _minutes(configured: Mapping[int, float], size: int) -> float:
    """Of the next larger size that is configured, else of the largest."""
    known = [one for one in sorted(configured) if one >= size] or sorted(configured)[-1:]
    return configured[known[0]] if known else 90.0


def _pooled(parts: Iterable[_Sum]) -> _Sum:
    rows = list(parts)
    count = sum(row.count for row in rows)
    if not count:
        return _Sum(0, 0.0, 0.0)
    mean = sum(row.count * row.mean for row in rows) / count
    spread = sum(row.count * (row.variance + (row.mean - mean) ** 2) for row in rows) / count
    return _Sum(count, mean, spread)


def _shrunk(seen: _Sum, towards: Stay) -> Stay:
    weight = seen.count / (seen.count + WORTH)
    mu = weight * seen.mean + (1 - weight) * towards.mu
    variance = weight * seen.variance + (1 - weight) * towards.sigma**2
    return Stay(mu, min(max(math.sqrt(variance), LEAST_SPREAD), MOST_SPREAD))
