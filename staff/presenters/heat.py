"""How full the evening is: covers per pacing interval against the limits (rules 41-44), as a
drawing and as the same table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.presenters.clock import clock_text, local
from bookings.selectors.service import Bucket, Service, buckets_of

Level = Literal["empty", "calm", "near", "full"]

STEP = 8
"""Width of one interval in units of the drawing."""
LANE = 48
"""Height of one lane of bars."""
GAP = 26
TOP = 16
NEAR = 0.75


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One interval in one lane; y grows downwards."""

    x: int
    y: float
    height: float
    level: Level
    cap_y: float | None


@dataclass(frozen=True, kw_only=True)
class Lane:
    title: str
    title_y: int
    base_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Tick:
    x: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One interval in words. An empty limit is none."""

    time: str
    arriving: int
    arriving_limit: str
    present: int
    present_limit: str
    level: Level
    word: str


@dataclass(frozen=True, kw_only=True)
class Heat:
    """The whole drawing; `summary` says what matters in one sentence."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    summary: str
    minutes: int
    now_x: float | None


def heat_of(service: Service, period_id: int | None = None) -> Heat | None:
    """None where nothing is open and nobody comes."""
    buckets = _shown(service, period_id)
    if not buckets:
        return None
    clocks = [
        clock_text(local(b.starts_at, service.restaurant), service.restaurant) for b in buckets
    ]
    return Heat(
        width=STEP * len(buckets),
        height=TOP + 2 * LANE + GAP + 20,
        lanes=(
            _lane(_("Arriving"), TOP, [(b.arriving, b.arriving_cap) for b in buckets]),
            _lane(
                _("At the tables"),
                TOP + LANE + GAP,
                [(b.present, b.present_cap) for b in buckets],
            ),
        ),
        ticks=tuple(
            Tick(x=index * STEP, label=clock)
            for index, (bucket, clock) in enumerate(zip(buckets, clocks, strict=True))
            if _is_tick(local(bucket.starts_at, service.restaurant), len(buckets))
        ),
        rows=tuple(
            _row(bucket, clock)
            for bucket, clock in zip(buckets, clocks, strict=True)
            if bucket.arriving or bucket.present or not bucket.is_closed
        ),
        summary=_summary(buckets, clocks),
        minutes=service.prepared.config.rules.bucket_minutes,
        now_x=_now_x(service, buckets),
    )


def _is_tick(wall: datetime, buckets: int) -> bool:
    """Every hour, on long days every second or third."""
    return wall.minute == 0 and wall.hour % (1 + buckets // 24) == 0


def _shown(service: Service, period_id: int | None) -> list[Bucket]:
    span = next((one for one in service.spans if one.period.id == period_id), None)
    found = [
        bucket
        for bucket in buckets_of(service)
        if span is None or span.opens_at <= bucket.starts_at < span.closes_at
    ]
    busy = [index for index, b in enumerate(found) if b.arriving or b.present or not b.is_closed]
    return found[busy[0] : busy[-1] + 1] if busy else []


def level_of(used: int, cap: int | None) -> Level:
    """How near the limit; without one nothing is ever full."""
    if not used:
        return "empty"
    if cap is None:
        return "calm"
    if used >= cap:
        return "full"
    return "near" if used >= cap * NEAR else "calm"


def _lane(title: str, top: int, values: Sequence[tuple[int, int | None]]) -> Lane:
    most = max([1, *(used for used, _cap in values), *(cap or 0 for _used, cap in values)])
    base = top + LANE
    unit = (LANE - 4) / most
    bars = tuple(
        Bar(
            x=index * STEP,
            y=round(base - used * unit, 1),
            height=round(used * unit, 1),
            level=level_of(used, cap),
            cap_y=None if cap is None else round(base - cap * unit, 1),
        )
        for index, (used, cap) in enumerate(values)
    )
    return Lane(title=title, title_y=top - 4, base_y=base, bars=bars)


def _row(bucket: Bucket, clock: str) -> Row:
    levels = [
        level_of(bucket.arriving, bucket.arriving_cap),
        level_of(bucket.present, bucket.present_cap),
    ]
    order: tuple[Level, ...] = ("full", "near", "calm", "empty")
    level = next(one for one in order if one in levels)
    words = {"full": _("full"), "near": _("nearly full"), "calm": _("calm"), "empty": "–"}
    return Row(
        time=clock,
        arriving=bucket.arriving,
        arriving_limit="" if bucket.arriving_cap is None else str(bucket.arriving_cap),
        present=bucket.present,
        present_limit="" if bucket.present_cap is None else str(bucket.present_cap),
        level=level,
        word=words[level],
    )


def _summary(buckets: Sequence[Bucket], clocks: Sequence[str]) -> str:
    index = max(range(len(buckets)), key=lambda i: (buckets[i].arriving, -i))
    busiest = buckets[index]
    if not busiest.arriving:
        return _("Nobody is booked yet.")
    text = ngettext(
        "Most arrive at %(time)s: %(count)s cover",
        "Most arrive at %(time)s: %(count)s covers",
        busiest.arriving,
    ) % {"time": clocks[index], "count": busiest.arriving}
    if busiest.arriving_cap is not None:
        text += " " + _("(limit %(limit)s)") % {"limit": busiest.arriving_cap}
    most = max(bucket.present for bucket in buckets)
    return f"{text}. " + ngettext(
        "At most %(count)s cover at the tables at once.",
        "At most %(count)s covers at the tables at once.",
        most,
    ) % {"count": most}


def _now_x(service: Service, buckets: Sequence[Bucket]) -> float | None:
    if not service.is_live:
        return None
    for index, bucket in enumerate(buckets):
        if bucket.starts_at <= service.now < bucket.ends_at:
            share = (service.now - bucket.starts_at) / (bucket.ends_at - bucket.starts_at)
            return round((index + share) * STEP, 1)
    return None
