from __future__ import annotations

from datetime import date, time

import pytest

from restaurants.hours import (
    Closure,
    Shift,
    closure_clash,
    dated_tie,
    open_minutes,
    recurring_clash,
    same_day_clash,
)


def weekly(key: str, first: str, last: str, *weekdays: int) -> Shift:
    return Shift(key, time.fromisoformat(first), time.fromisoformat(last), frozenset(weekdays))


def dated(key: str, days: tuple[int, int], first: str, last: str, *weekdays: int) -> Shift:
    return Shift(
        key,
        time.fromisoformat(first),
        time.fromisoformat(last),
        frozenset(weekdays),
        date(2026, 12, days[0]),
        date(2026, 12, days[1]),
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (weekly("lunch", "12:00", "15:00", 0), weekly("dinner", "15:00", "22:00", 0)),
        (weekly("late", "18:00", "01:00", 4), weekly("brunch", "00:30", "03:00", 5)),
        (weekly("sunday", "18:00", "01:00", 6), weekly("monday", "00:00", "02:00", 0)),
        (weekly("wide", "10:00", "23:00", 2), weekly("narrow", "12:00", "13:00", 2)),
    ],
)
def test_weekly_periods_that_own_the_same_start_clash(first: Shift, second: Shift) -> None:
    for pair in ([first, second], [second, first]):
        clash = recurring_clash(pair)
        assert clash is not None
        assert {clash.first.key, clash.second.key} == {first.key, second.key}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (weekly("lunch", "12:00", "14:45", 0), weekly("dinner", "15:00", "22:00", 0)),
        (weekly("a", "12:00", "15:00", 0, 1), weekly("b", "12:00", "15:00", 2, 3)),
        (weekly("late", "18:00", "01:00", 4), weekly("brunch", "10:00", "12:00", 5)),
    ],
)
def test_weekly_periods_apart_do_not_clash(first: Shift, second: Shift) -> None:
    assert recurring_clash([first, second]) is None


def test_equally_wide_dated_periods_tie() -> None:
    assert dated_tie([dated("a", (1, 7), "18:00", "22:00"), dated("b", (5, 11), "20:00", "23:00")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (dated("week", (1, 7), "18:00", "22:00"), dated("day", (5, 5), "18:00", "22:00")),
        (dated("a", (1, 7), "18:00", "22:00"), dated("b", (1, 7), "18:00", "22:00", 4)),
        (dated("a", (1, 7), "18:00", "22:00", 3), dated("b", (1, 7), "18:00", "22:00", 4)),
        (dated("a", (1, 7), "12:00", "14:00"), dated("b", (1, 7), "18:00", "22:00")),
        (dated("a", (1, 7), "18:00", "22:00"), dated("b", (8, 14), "18:00", "22:00")),
    ],
)
def test_a_narrower_or_separate_dated_period_does_not_tie(first: Shift, second: Shift) -> None:
    assert dated_tie([first, second]) is None


def test_periods_of_one_special_day_clash_whatever_their_weekdays() -> None:
    assert same_day_clash([weekly("a", "12:00", "15:00"), weekly("b", "14:00", "16:00")])
    assert not same_day_clash([weekly("a", "12:00", "13:45"), weekly("b", "14:00", "16:00")])


def test_closing_at_or_before_first_seating_is_next_morning() -> None:
    assert open_minutes(time(18), time(2)) == 8 * 60
    assert open_minutes(time(18), time(18)) == 24 * 60
    assert open_minutes(time(12), time(15)) == 180


def closure(starts: str, ends: str, area: int | None = None, day: int = 1) -> Closure:
    return Closure(
        (starts, ends),
        date(2026, 7, day),
        time.fromisoformat(starts),
        time.fromisoformat(ends),
        area,
    )


def test_overrides_clash_only_within_one_date_and_area() -> None:
    assert closure_clash([closure("18:00", "20:00"), closure("19:00", "21:00")])
    assert closure_clash([closure("22:00", "01:00"), closure("23:30", "23:45")])
    assert not closure_clash([closure("18:00", "20:00"), closure("20:00", "21:00")])
    assert not closure_clash([closure("18:00", "20:00"), closure("18:00", "20:00", area=5)])
    assert not closure_clash([closure("18:00", "20:00"), closure("18:00", "20:00", day=2)])
