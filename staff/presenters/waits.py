"""Promised and real waits as a page shows them: numbers, tables, a drawing of the differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from waitlist.models import DAYPARTS
from waitlist.prediction import Stay, Tally
from waitlist.selectors.calibration import BIN, BINS, Calibration, QueueNumbers, Score

WIDTH, BAR, HEIGHT, TOP, BASE = 44, 36, 190, 24, 150


class NumberRow(NamedTuple):
    label: str
    value: str
    hint: str = ""


class ScoreRow(NamedTuple):
    label: str
    parties: int
    promised: int
    waited: int
    kept: str
    over: int
    within: str


class StayRow(NamedTuple):
    label: str
    size: str
    visits: int
    half: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One range of differences; y grows downwards. `level` as in the drawing of the evening."""

    x: int
    y: int
    height: int
    count: int
    share: str
    tick: str
    label: str
    level: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    bars: Sequence[Bar]
    width: int
    height: int
    base: int
    bar_width: int
    promise_x: int


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")


def number_rows(numbers: QueueNumbers) -> list[NumberRow]:
    """What became of everybody who joined."""
    rows = [
        NumberRow(_("Joined the queue"), str(numbers.joined)),
        NumberRow(pgettext("parties of the queue", "Seated"), str(numbers.seated)),
        NumberRow(
            _("Of these at once"), str(numbers.at_once), _("A table was free when they came.")
        ),
        NumberRow(_("Left before"), str(numbers.left)),
        NumberRow(_("Did not come to their table"), str(numbers.no_show)),
        NumberRow(_("Taken off by the restaurant"), str(numbers.removed)),
        NumberRow(_("Skipped at least once"), str(numbers.skipped)),
    ]
    if numbers.waiting:
        rows.append(NumberRow(_("Waiting now"), str(numbers.waiting)))
    if numbers.mean_wait is not None:
        rows.append(NumberRow(_("Mean wait of all who were seated"), minutes(numbers.mean_wait)))
    return rows


def minutes(value: float) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", round(value)) % {"n": round(value)}


def score_tables(found: Calibration) -> list[tuple[str, list[ScoreRow]]]:
    """Titles and rows, by part of the day and by size."""
    names = dict(DAYPARTS)
    return [
        (
            _("By part of the day"),
            [_score_row(str(names[part.value]), score) for part, score in found.by_daypart],
        ),
        (
            _("By party size"),
            [_score_row(_sizes(*group), score) for group, score in found.by_size],
        ),
    ]


def stay_rows(tallies: Sequence[Tally]) -> list[StayRow]:
    """What has been learned about how long parties stay."""
    names, order = dict(DAYPARTS), [part for part, _label in DAYPARTS]
    rows = sorted(tallies, key=lambda one: (order.index(one.daypart.value), one.size))
    return [
        StayRow(
            label=str(names[one.daypart.value]),
            size=_("8 and more") if one.size == 8 else str(one.size),
            visits=one.count,
            half=round(stay.p50),
            most=round(stay.p80),
        )
        for one in rows
        for stay in [Stay(one.mean, one.variance**0.5)]
    ]


def chart_of(found: Calibration) -> Chart:
    """How much sooner or later than promised parties got their tables."""
    most = max((count for _low, count in found.histogram), default=0) or 1
    whole = sum(count for _low, count in found.histogram) or 1
    bars = [
        Bar(
            x=index * WIDTH,
            y=BASE - round((BASE - TOP) * count / most),
            height=round((BASE - TOP) * count / most),
            count=count,
            share=percent(count / whole),
            tick=_tick(low),
            label=_range(low),
            level="calm" if low < 0 else "near" if low == 0 else "full",
        )
        for index, (low, count) in enumerate(found.histogram)
    ]
    return Chart(
        bars=bars,
        width=len(bars) * WIDTH,
        height=HEIGHT,
        base=BASE,
        bar_width=BAR,
        promise_x=BINS.index(0) * WIDTH - (WIDTH - BAR) // 2,
    )


def _score_row(label: str, score: Score) -> ScoreRow:
    return ScoreRow(
        label=label,
        parties=score.parties,
        promised=round(score.promised),
        waited=round(score.waited),
        kept=percent(score.kept),
        over=round(score.over),
        within=percent(score.within),
    )


def _sizes(first: int, last: int) -> str:
    if last > 8:
        return _("%(n)d and more") % {"n": first}
    return f"{first}–{last}"


def _tick(low: int) -> str:
    """The lower end; the last two ranges are open."""
    if low == BINS[0]:
        return f"< −{-low - BIN}"
    if low == BINS[-1]:
        return f"> {low}"
    return str(low).replace("-", "−")


def _range(low: int) -> str:
    high = low + BIN
    if low == BINS[0]:
        return _("more than %(n)d minutes sooner") % {"n": -high}
    if low == BINS[-1]:
        return _("more than %(n)d minutes later") % {"n": low}
    if low < 0:
        return _("%(a)d to %(b)d minutes sooner") % {"a": -high, "b": -low}
    return _("%(a)d to %(b)d minutes later") % {"a": low, "b": high}
