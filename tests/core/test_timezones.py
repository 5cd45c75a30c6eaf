from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reservehub.core.timezones import (
    UnknownZone,
    add_local_days,
    business_day_bounds,
    day_exists,
    first_instant_from,
    is_valid_zone,
    offset_label,
    service_bounds,
    service_date_of,
    to_wall,
    wall_to_instants,
)

ZONES = [
    "Europe/Amsterdam",
    "Europe/Moscow",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "UTC",
]

#: zone, wall time, the instants at which it is shown; dates and rules from the IANA database.
WALL_TIMES = [
    ("America/New_York", "2026-03-08T02:30", []),
    ("America/New_York", "2026-11-01T01:30", ["2026-11-01T05:30", "2026-11-01T06:30"]),
    ("Europe/Amsterdam", "2026-03-29T01:59", ["2026-03-29T00:59"]),
    ("Europe/Amsterdam", "2026-03-29T02:00", []),
    ("Europe/Amsterdam", "2026-03-29T02:59", []),
    ("Europe/Amsterdam", "2026-03-29T03:00", ["2026-03-29T01:00"]),
    ("Europe/Amsterdam", "2026-10-25T02:30", ["2026-10-25T00:30", "2026-10-25T01:30"]),
    ("Europe/Amsterdam", "2026-10-25T03:00", ["2026-10-25T02:00"]),
    ("Europe/London", "2026-03-29T01:30", []),
    ("Europe/Dublin", "2026-10-25T01:30", ["2026-10-25T00:30", "2026-10-25T01:30"]),
    ("Australia/Lord_Howe", "2026-04-05T01:45", ["2026-04-04T14:45", "2026-04-04T15:15"]),
    ("Australia/Lord_Howe", "2026-04-05T01:15", ["2026-04-04T14:15"]),
    ("Australia/Lord_Howe", "2026-10-04T02:15", []),
    ("Australia/Lord_Howe", "2026-10-04T02:30", ["2026-10-03T15:30"]),
    ("Australia/Sydney", "2026-10-04T02:30", []),
    ("America/St_Johns", "2026-03-08T02:15", []),
    ("Asia/Kathmandu", "2026-06-01T19:00", ["2026-06-01T13:15"]),
    ("Pacific/Apia", "2011-12-30T19:00", []),
    ("Pacific/Apia", "2011-12-31T00:00", ["2011-12-30T10:00"]),
    ("America/Sao_Paulo", "2018-11-04T00:30", []),
    ("America/Sao_Paulo", "2018-02-17T23:30", ["2018-02-18T01:30", "2018-02-18T02:30"]),
    ("America/Sao_Paulo", "2026-11-01T00:30", ["2026-11-01T03:30"]),
    ("Africa/Casablanca", "2026-02-15T02:30", ["2026-02-15T01:30", "2026-02-15T02:30"]),
    ("Africa/Casablanca", "2026-03-22T02:30", []),
    ("Africa/Cairo", "2026-04-24T00:30", []),
    ("Africa/Cairo", "2026-10-29T23:30", ["2026-10-29T20:30", "2026-10-29T21:30"]),
    ("Asia/Beirut", "2026-03-29T00:30", []),
    ("America/Havana", "2026-03-08T00:30", []),
    ("Pacific/Kiritimati", "2026-01-01T00:00", ["2025-12-31T10:00"]),
    ("Pacific/Chatham", "2026-04-05T03:00", ["2026-04-04T13:15", "2026-04-04T14:15"]),
    ("America/Nuuk", "2026-03-28T23:30", []),
    ("Asia/Tehran", "2026-03-22T00:30", ["2026-03-21T21:00"]),
    ("Europe/Istanbul", "2026-03-29T03:30", ["2026-03-29T00:30"]),
    ("America/Mexico_City", "2026-04-05T02:30", ["2026-04-05T08:30"]),
    ("Asia/Tokyo", "2026-03-29T02:30", ["2026-03-28T17:30"]),
]

#: zone, opening date, hours, and how long the service really lasts.
SERVICES = [
    ("America/New_York", date(2026, 3, 7), time(18), time(4), 9),
    ("America/New_York", date(2026, 10, 31), time(18), time(4), 11),
    ("Europe/Berlin", date(2026, 3, 28), time(18), time(5), 10),
    ("Europe/Berlin", date(2026, 10, 24), time(18), time(5), 12),
    ("Australia/Lord_Howe", date(2026, 4, 4), time(20), time(3), 7.5),
    ("Asia/Tokyo", date(2026, 3, 28), time(18), time(2), 8),
    ("Asia/Tokyo", date(2026, 3, 28), time(12), time(15), 3),
    ("Asia/Tokyo", date(2026, 3, 28), time(6), time(6), 24),
]

CUTS = st.sampled_from([time(0), time(2, 30), time(5), time(23, 30)])
INSTANTS = st.datetimes(
    datetime(2009, 1, 1),  # noqa: DTZ001
    datetime(2037, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("zone", "shown", "instants"), WALL_TIMES)
def test_a_wall_time_happens_never_once_or_twice(
    zone: str, shown: str, instants: list[str]
) -> None:
    assert wall_to_instants(wall(shown), zone) == tuple(map(utc, instants))


@given(INSTANTS, st.sampled_from(ZONES))
def test_every_instant_is_among_those_of_its_wall_time(instant: datetime, zone: str) -> None:
    shown, fold = to_wall(instant, zone)
    candidates = wall_to_instants(shown, zone)
    assert candidates[fold] == instant
    assert 1 <= len(candidates) <= 2


@given(INSTANTS, st.sampled_from(ZONES))
def test_a_wall_time_in_a_gap_leads_to_the_end_of_the_gap(instant: datetime, zone: str) -> None:
    shown = instant.replace(tzinfo=None)
    first = first_instant_from(shown, zone)
    assert to_wall(first, zone)[0] >= shown
    assert to_wall(first - timedelta(seconds=1), zone)[0] < shown or len(
        wall_to_instants(shown, zone)
    )


@pytest.mark.parametrize(
    ("zone", "shown", "first"),
    [
        ("Europe/Amsterdam", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        ("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T00:30"),
    ],
)
def test_bounds_move_to_the_end_of_a_gap(zone: str, shown: str, first: str) -> None:
    assert first_instant_from(wall(shown), zone) == utc(first)


@pytest.mark.parametrize(("zone", "opens_on", "opens", "closes", "hours"), SERVICES)
def test_a_service_lasts_as_long_as_it_really_does(
    zone: str, opens_on: date, opens: time, closes: time, hours: float
) -> None:
    start, end = service_bounds(opens_on, opens, closes, zone)
    assert end - start == timedelta(hours=hours)


def test_after_midnight_belongs_to_the_evening_before() -> None:
    half_past_midnight = utc("2026-11-20T23:30")  # Saturday 00:30 in Amsterdam
    for cut, day in [(time(5), date(2026, 11, 20)), (time(0), date(2026, 11, 21))]:
        assert service_date_of(half_past_midnight, "Europe/Amsterdam", cut) == day


def test_the_day_turns_at_the_cut_and_not_before() -> None:
    cut = utc("2026-11-21T04:00")  # 05:00 in Amsterdam
    zone = "Europe/Amsterdam"
    assert service_date_of(cut, zone, time(5)) == date(2026, 11, 21)
    assert service_date_of(cut - timedelta(seconds=1), zone, time(5)) == date(2026, 11, 20)


def test_a_skipped_day_is_no_business_day() -> None:
    assert not day_exists(date(2011, 12, 30), "Pacific/Apia")
    assert day_exists(date(2011, 12, 29), "Pacific/Apia")
    night = utc("2011-12-30T12:00")  # 02:00 on the 31st, three hours after the 29th ended
    assert service_date_of(night, "Pacific/Apia", time(5)) == date(2011, 12, 29)
    start, end = business_day_bounds(date(2011, 12, 29), "Pacific/Apia", time(5))
    assert (start, end) == (utc("2011-12-29T15:00"), utc("2011-12-30T15:00"))


@settings(max_examples=300)
@given(INSTANTS, st.sampled_from(ZONES), CUTS)
def test_an_instant_lies_within_its_business_day(instant: datetime, zone: str, cut: time) -> None:
    start, end = business_day_bounds(service_date_of(instant, zone, cut), zone, cut)
    assert start <= instant < end


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cut", [time(0), time(0, 30), time(2, 30), time(23, 30)])
def test_business_days_never_run_backwards(zone: str, cut: time) -> None:
    """Also where the cut itself lies in a gap or a fold; every change of clocks of two years."""
    for change in _changes_of_clocks(zone):
        around = [change + timedelta(minutes=minutes) for minutes in range(-1600, 1600, 20)]
        days = [service_date_of(instant, zone, cut) for instant in around]
        assert all(a <= b <= a + timedelta(days=2) for a, b in pairwise(days))


@cache
def _changes_of_clocks(zone: str) -> list[datetime]:
    info = ZoneInfo(zone)
    hours = [utc("2011-06-01T00:00") + timedelta(hours=n) for n in range(2 * 366 * 24)]
    return [
        later
        for earlier, later in pairwise(hours)
        if earlier.astimezone(info).utcoffset() != later.astimezone(info).utcoffset()
    ]


@pytest.mark.parametrize(
    ("zone", "start", "days", "result"),
    [
        ("Europe/Amsterdam", "2026-03-28T18:00", 1, "2026-03-29T17:00"),  # 23 hours later
        ("Europe/Amsterdam", "2026-10-24T17:00", 1, "2026-10-25T18:00"),  # 25 hours later
        ("Europe/Amsterdam", "2026-03-28T01:30", 1, "2026-03-29T01:00"),  # into the gap
        ("Europe/Amsterdam", "2026-10-24T00:30", 1, "2026-10-25T00:30"),  # first of the fold
        ("Europe/Amsterdam", "2026-03-29T17:00", -1, "2026-03-28T18:00"),
        ("Australia/Lord_Howe", "2026-04-04T09:00", 1, "2026-04-05T09:30"),
    ],
)
def test_a_day_is_a_date_and_not_24_hours(zone: str, start: str, days: int, result: str) -> None:
    assert add_local_days(utc(start), zone, days) == utc(result)


@pytest.mark.parametrize(
    ("zone", "instant", "label"),
    [
        ("Europe/Amsterdam", "2026-10-25T00:30", "UTC+02:00"),
        ("Europe/Amsterdam", "2026-10-25T01:30", "UTC+01:00"),
        ("America/St_Johns", "2026-01-01T00:00", "UTC-03:30"),
        ("Asia/Kathmandu", "2026-01-01T00:00", "UTC+05:45"),
        ("UTC", "2026-01-01T00:00", "UTC+00:00"),
    ],
)
def test_the_offset_tells_the_two_times_of_a_fold_apart(
    zone: str, instant: str, label: str
) -> None:
    assert offset_label(utc(instant), zone) == label


@pytest.mark.parametrize(
    "name", ["", "Europe/Atlantis", "europe/amsterdam", "Factory", "../etc/passwd", "UTC+2"]
)
def test_only_iana_names_are_zones(name: str) -> None:
    assert not is_valid_zone(name)
    with pytest.raises(UnknownZone):
        wall_to_instants(wall("2026-01-01T00:00"), name)


def test_instants_and_wall_times_cannot_be_mistaken_for_each_other() -> None:
    with pytest.raises(ValueError, match="naive"):
        wall_to_instants(utc("2026-01-01T00:00"), "UTC")
    with pytest.raises(ValueError, match="aware"):
        to_wall(wall("2026-01-01T00:00"), "UTC")
