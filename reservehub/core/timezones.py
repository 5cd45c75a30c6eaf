"""Venue time (rules 1-11): pure functions between instants (UTC) and the clock on the wall.

An instant is an aware datetime; a wall time is a naive one with an IANA zone beside it. A wall time
may happen never (spring gap), once, or twice (autumn fold).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_DAY = timedelta(days=1)
#: In the database of zones, but no place on earth keeps them.
_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})


class UnknownZone(ValueError):
    """Not a name of the IANA time zone database."""


@cache
def zone_names() -> frozenset[str]:
    """All names that a venue may use."""
    return frozenset(available_timezones() - _NOT_PLACES)


def is_valid_zone(name: str) -> bool:
    """Whether the IANA database has the name (exact spelling)."""
    return name in zone_names()


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo:
    """:raises UnknownZone: for anything but an IANA name"""
    if not is_valid_zone(name):
        raise UnknownZone(f"{name!r} is not an IANA time zone")
    return ZoneInfo(name)


def wall_to_instants(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """The instants (UTC, ascending) at which the venue's clock shows ``wall`` (rules 4, 5).

    None in a gap, two in a fold (``fold`` 0 and 1), else one.

    :raises ValueError: for an aware datetime
    :raises UnknownZone: for an unknown zone
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time is naive")
    info = zone_info(zone)
    wall = wall.replace(fold=0)
    found = {
        instant
        for fold in (0, 1)
        if _shows(instant := wall.replace(tzinfo=info, fold=fold).astimezone(UTC), info) == wall
    }
    return tuple(sorted(found))


def _shows(instant: datetime, info: ZoneInfo) -> datetime:
    return instant.astimezone(info).replace(tzinfo=None, fold=0)


def to_wall(instant: datetime, zone: str) -> tuple[datetime, int]:
    """What the venue's clock shows at an instant, and which of two times it is (``fold``).

    :raises ValueError: for a naive datetime
    """
    if instant.tzinfo is None:
        raise ValueError("an instant is aware")
    local = instant.astimezone(zone_info(zone))
    return local.replace(tzinfo=None, fold=0), local.fold


def first_instant_from(wall: datetime, zone: str) -> datetime:
    """The first instant at which the venue's clock shows ``wall`` or, in a gap, has jumped over it.

    For bounds (opening, closing, day cut), never for a guest's choice: that is rejected (rule 4).
    """
    found = wall_to_instants(wall, zone)
    return found[0] if found else _end_of_gap(wall, zone_info(zone))


def _end_of_gap(wall: datetime, info: ZoneInfo) -> datetime:
    before = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    # The clock shows less than ``wall`` before the jump and more after it: it lies between.
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _shows(middle, info) < wall:
            before = middle
        else:
            after = middle
    return after


def day_exists(day: date, zone: str) -> bool:
    """Whether the venue had that date at all: islands that cross the date line skip one."""
    return bool(wall_to_instants(datetime.combine(day, time(12)), zone))


def add_local_days(instant: datetime, zone: str, days: int) -> datetime:
    """The same wall time that many calendar dates later (rule 6): a day is not 24 hours.

    The first of two in a fold; the end of the gap where there is none.
    """
    wall, _ = to_wall(instant, zone)
    return first_instant_from(wall + days * _DAY, zone)


def business_day_bounds(service_date: date, zone: str, cut: time) -> tuple[datetime, datetime]:
    """``[start, end)`` of a business day in UTC (rule 11): 24 hours, more or less."""
    following = service_date + _DAY
    while (end := _business_day_start(following, zone, cut)) is None:
        following += _DAY
    return first_instant_from(datetime.combine(service_date, cut), zone), end


@lru_cache(maxsize=8192)
def _business_day_start(day: date, zone: str, cut: time) -> datetime | None:
    """The first instant of a business day; ``None`` for a date that the venue skips."""
    return first_instant_from(datetime.combine(day, cut), zone) if day_exists(day, zone) else None


def service_date_of(instant: datetime, zone: str, cut: time) -> date:
    """The business day of an instant: it rolls over at the cut, not at midnight (rule 11)."""
    wall, _ = to_wall(instant, zone)
    # Tomorrow's cut can lie before a wall time of today that a fold repeats.
    day = wall.date() + _DAY
    while (start := _business_day_start(day, zone, cut)) is None or start > instant:
        day -= _DAY
    return day


def service_bounds(
    service_date: date, opens: time, closes: time, zone: str
) -> tuple[datetime, datetime]:
    """``[open, close)`` of a service in UTC; ``closes <= opens`` runs past midnight (rule 7)."""
    last_date = service_date + _DAY if closes <= opens else service_date
    return (
        first_instant_from(datetime.combine(service_date, opens), zone),
        first_instant_from(datetime.combine(last_date, closes), zone),
    )


def offset_label(instant: datetime, zone: str) -> str:
    """``UTC+02:00``, ``UTC-03:30``: tells the two times of a fold apart (rule 5)."""
    offset = instant.astimezone(zone_info(zone)).utcoffset() or timedelta(0)
    minutes = round(offset / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
