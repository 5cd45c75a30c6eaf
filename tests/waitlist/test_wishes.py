"""Which starts suit a window, past midnight and when the clock jumps (rules 5, 7, 85)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bookings.loading import prepared_day
from tests.factories import make_restaurant
from waitlist.wishes import Window, overlap, starts_wished

FRIDAY = date(2026, 6, 5)
HALF = timedelta(minutes=30)


@pytest.fixture
def late() -> object:
    """18:00 until 01:00, closing at 02:00."""
    hours = {"last_seating": time(1), "closes": time(2), "slot_interval_minutes": 30}
    return make_restaurant(period=hours)


def times(restaurant: object, window: Window, day: date = FRIDAY) -> list[str]:
    slots = prepared_day(restaurant, day).slots  # type: ignore[arg-type]
    return [f"{start.slot.local_time:%d %H:%M}" for start in starts_wished(window, day, slots)]


@pytest.mark.django_db
def test_rule_85_starts_within_the_window_come_before_those_around_it(late: object) -> None:
    assert times(late, Window(time(19), time(20), HALF)) == [
        "05 19:00",
        "05 19:30",
        "05 20:00",
        "05 18:30",
        "05 20:30",
    ]


@pytest.mark.django_db
def test_a_window_passes_midnight_with_the_service(late: object) -> None:
    assert times(late, Window(time(23, 30), time(0, 30))) == ["05 23:30", "06 00:00", "06 00:30"]


@pytest.mark.django_db
def test_a_window_after_midnight_is_of_the_evening_before(late: object) -> None:
    assert times(late, Window(time(0, 30), time(1))) == ["06 00:30", "06 01:00"]


@pytest.mark.django_db
def test_a_window_before_the_first_seating_is_not_next_morning(late: object) -> None:
    assert times(late, Window(time(12), time(17))) == []


@pytest.mark.django_db
def test_both_passes_of_a_repeated_hour_suit_and_a_skipped_one_never() -> None:
    hours = {"last_seating": time(3), "closes": time(5), "slot_interval_minutes": 30}
    restaurant = make_restaurant(period=hours)
    window = Window(time(2), time(2, 30))
    autumn, spring = date(2026, 10, 24), date(2026, 3, 28)
    assert len(times(restaurant, window, autumn)) == 4
    assert times(restaurant, window, spring) == []


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (Window(time(18), time(19)), Window(time(19), time(20)), True),
        (Window(time(18), time(19)), Window(time(19, 15), time(20)), False),
        (Window(time(18), time(19), HALF), Window(time(19, 15), time(20)), True),
        (Window(time(23), time(0, 30)), Window(time(0, 15), time(1)), True),
        (Window(time(23), time(23, 30)), Window(time(0, 15), time(1)), False),
    ],
)
def test_windows_overlap(one: Window, other: Window, common: bool) -> None:
    assert overlap(one, other) is overlap(other, one) is common
