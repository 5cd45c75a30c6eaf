"""Which moment of which service the host stand shows: live, at a time, or a whole day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from django.utils.dateparse import parse_date, parse_time

from bookings.loading import prepared_day
from bookings.presenters.clock import clock_text, local, long_date
from bookings.selectors.floor import instant_on, opening_bounds, service_date_at
from restaurants.models import Restaurant

STEP = timedelta(minutes=15)
FARTHEST = timedelta(days=3660)
"""Nobody looks further; and it keeps dates representable."""


class Mode(StrEnum):
    LIVE = "live"
    AT = "at"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What is looked at. `at` is an instant; in day mode it is the opening."""

    mode: Mode
    service_date: date
    at: datetime
    now: datetime
    today: date
    time_text: str = ""
    """`at` on the wall as addresses write it."""
    plan_id: int | None = None

    @property
    def is_live(self) -> bool:
        return self.mode is Mode.LIVE

    @property
    def is_day(self) -> bool:
        return self.mode is Mode.DAY

    @property
    def is_today(self) -> bool:
        return self.service_date == self.today


@dataclass(frozen=True, kw_only=True)
class ServiceLink:
    """A service period of the date; leads to an hour after its first seating."""

    name: str
    query: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Scrubber:
    """The controls above the plan. `times` and `labels` are the stops of the slider."""

    times: tuple[str, ...]
    labels: tuple[str, ...]
    index: int
    services: tuple[ServiceLink, ...]
    date_text: str
    time_text: str
    query: str
    previous_day: str
    next_day: str
    earlier: str
    later: str
    live: str
    day: str

    @property
    def last(self) -> int:
        return len(self.times) - 1


def moment_of(restaurant: Restaurant, asked: Mapping[str, str], *, now: datetime) -> Moment:
    """From the address; whatever is wrong in it falls back to now."""
    today = service_date_at(restaurant, now)
    day = _date(asked.get("date", ""), today)
    clock = _time(asked.get("time", ""))
    mode = asked.get("mode", "")
    plan = asked.get("plan", "")
    plan_id = int(plan) if plan.isascii() and plan.isdigit() and len(plan) < 19 else None
    if mode == Mode.DAY:
        shown, (at, _closes) = Mode.DAY, opening_bounds(restaurant, day)
    elif day == today and (mode == Mode.LIVE or clock is None):
        shown, at = Mode.LIVE, now
    else:
        shown = Mode.AT
        at = instant_on(restaurant, day, clock) if clock else _prime_time(restaurant, day)
    return Moment(
        mode=shown,
        service_date=day,
        at=at,
        now=now,
        today=today,
        time_text=f"{local(at, restaurant):%H:%M}",
        plan_id=plan_id,
    )


def _date(text: str, today: date) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found if found is not None and abs(found - today) < FARTHEST else today


def _time(text: str) -> time | None:
    try:
        return parse_time(text)
    except ValueError:
        return None


def _prime_time(restaurant: Restaurant, day: date) -> datetime:
    """An hour into the last service of the date: then most is to be seen."""
    periods = prepared_day(restaurant, day).config.periods
    opens = max((one.first_seating for one in periods), default=time(18))
    return instant_on(restaurant, day, opens) + timedelta(hours=1)


def query_of(moment: Moment, **changes: str) -> str:
    """The address of this moment, with some of its parts changed; an empty part is left out."""
    parts = {"date": moment.service_date.isoformat(), "mode": moment.mode.value}
    if moment.plan_id is not None:
        parts["plan"] = str(moment.plan_id)
    parts |= changes
    return "?" + urlencode({key: value for key, value in parts.items() if value})


def scrubber_of(restaurant: Restaurant, moment: Moment) -> Scrubber:
    """The slider runs from the first seating to the last closing in quarters of an hour."""
    stops = _stops(restaurant, moment.service_date)
    walls = [local(stop, restaurant) for stop in stops]
    times = tuple(f"{wall:%H:%M}" for wall in walls)
    index = sum(1 for stop in stops if stop <= moment.at) - 1
    index = min(max(index, 0), len(stops) - 1)

    def at(step: int) -> str:
        stop = min(max(index + step, 0), len(stops) - 1)
        return query_of(moment, mode=Mode.AT, time=times[stop])

    shown = "" if moment.is_day else clock_text(local(moment.at, restaurant), restaurant)
    extra = {"time": moment.time_text} if moment.mode is Mode.AT else {}
    day = timedelta(days=1)
    return Scrubber(
        times=times,
        labels=tuple(clock_text(wall, restaurant) for wall in walls),
        index=index,
        services=_services(restaurant, moment),
        date_text=long_date(moment.service_date),
        time_text=shown,
        query=query_of(moment, **extra),
        previous_day=_other_day(moment, moment.service_date - day, extra),
        next_day=_other_day(moment, moment.service_date + day, extra),
        earlier=at(-1),
        later=at(1),
        live=query_of(moment, date="", mode=""),
        day=query_of(moment, mode=Mode.DAY),
    )


def _other_day(moment: Moment, day: date, extra: dict[str, str]) -> str:
    mode = Mode.DAY if moment.is_day else ""
    return query_of(moment, date=day.isoformat(), mode=mode, **extra)


def _stops(restaurant: Restaurant, day: date) -> list[datetime]:
    opens_at, closes_at = opening_bounds(restaurant, day)
    count = int((closes_at - opens_at) / STEP) + 1
    return [opens_at + STEP * number for number in range(count)]


def _services(restaurant: Restaurant, moment: Moment) -> tuple[ServiceLink, ...]:
    prepared = prepared_day(restaurant, moment.service_date)
    found = []
    for period in prepared.config.periods:
        first = instant_on(restaurant, moment.service_date, period.first_seating)
        start = local(first + timedelta(hours=1), restaurant)
        found.append(
            ServiceLink(
                name=period.name,
                query=query_of(moment, mode=Mode.AT, time=f"{start:%H:%M}"),
                is_current=moment.mode is not Mode.DAY
                and first <= moment.at < prepared.closing[period.id],
            )
        )
    return tuple(found)
