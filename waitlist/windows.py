"""How long a guest has to answer an offer (rule 88). Pure: no database and no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reservehub.core.timezones import first_instant_from, service_date_of, to_wall

_DAY = timedelta(days=1)
WINDOWS: tuple[tuple[timedelta, timedelta], ...] = (
    (3 * _DAY, timedelta(hours=12)),
    (_DAY, timedelta(hours=4)),
    (timedelta(hours=12), timedelta(hours=2)),
    (timedelta(hours=3), timedelta(minutes=45)),
    (timedelta(hours=1), timedelta(minutes=15)),
)
"""From that much ahead of the start, a guest has so long."""
FAR = 14 * _DAY
FAR_WINDOW = timedelta(hours=24)
SHORTEST = timedelta(minutes=8)
LEAST = timedelta(minutes=2)
"""An offer that ends sooner is not worth making: nobody would see it in time."""


@dataclass(frozen=True, slots=True)
class HouseClock:
    """The clock of the restaurant: its zone, where its business day begins, and the night, in which
    nobody has to answer. A night from and until the same time does not exist.
    """

    zone: str
    day_cut: time
    night_from: time = time(23)
    night_until: time = time(8)


def window_of(lead: timedelta) -> timedelta:
    """The time to answer, so long before the start; all of it elapsed time."""
    if lead > FAR:
        return FAR_WINDOW
    return next((window for least, window in WINDOWS if lead >= least), SHORTEST)


def answer_until(
    *,
    made_at: datetime,
    starts_at: datetime,
    service_date: date,
    latest: datetime,
    clock: HouseClock,
    parts: int = 1,
) -> datetime | None:
    """Until when (exclusive, UTC) an offer made now can be answered; None if it is too late.

    At night the time stands still, unless the offer is made on the business day of the service: a
    start after midnight belongs to the day before it (rules 7, 11).

    :param latest: the end of the restaurant's notice for this start, never exceeded
    :param parts: 2 for half of the window (rule 87)
    """
    window = window_of(starts_at - made_at) / parts
    is_same_day = service_date_of(made_at, clock.zone, clock.day_cut) == service_date
    until = made_at + window if is_same_day else _awake(made_at, window, clock)
    until = min(until, latest)
    return until if until - made_at >= LEAST else None


def _awake(at: datetime, window: timedelta, clock: HouseClock) -> datetime:
    """The end of a window that stands still at night."""
    for falls, ends in _nights(at, clock):
        if at < falls:
            if at + window <= falls:
                return at + window
            window -= falls - at
        at = max(at, ends)
    return at + window


def _nights(at: datetime, clock: HouseClock) -> Iterator[tuple[datetime, datetime]]:
    """The nights from yesterday's on, as many as a window can meet."""
    if clock.night_from == clock.night_until:
        return
    wall, _ = to_wall(at, clock.zone)
    passes_midnight = clock.night_until < clock.night_from
    for number in range(-1, 2 + FAR_WINDOW // timedelta(hours=1)):
        day = wall.date() + number * _DAY
        following = day + _DAY if passes_midnight else day
        yield (
            first_instant_from(datetime.combine(day, clock.night_from), clock.zone),
            first_instant_from(datetime.combine(following, clock.night_until), clock.zone),
        )
