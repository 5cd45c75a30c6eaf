"""How long an offer lasts (rule 88), on ordinary days, at night, and when the clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waitlist.windows import LEAST, HouseClock, answer_until, window_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CLOCK = HouseClock(zone="Europe/Amsterdam", day_cut=time(4))
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC)


def until(made: datetime, starts: datetime, day: date, **more: object) -> datetime | None:
    return answer_until(
        made_at=made,
        starts_at=starts,
        service_date=day,
        **{"latest": starts - 30 * MINUTE, "clock": CLOCK, **more},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("lead", "window"),
    [
        (14 * DAY + MINUTE, 24 * HOUR),
        (14 * DAY, 12 * HOUR),
        (3 * DAY, 12 * HOUR),
        (3 * DAY - MINUTE, 4 * HOUR),
        (DAY, 4 * HOUR),
        (DAY - MINUTE, 2 * HOUR),
        (12 * HOUR, 2 * HOUR),
        (12 * HOUR - MINUTE, 45 * MINUTE),
        (3 * HOUR, 45 * MINUTE),
        (3 * HOUR - MINUTE, 15 * MINUTE),
        (HOUR, 15 * MINUTE),
        (HOUR - MINUTE, 8 * MINUTE),
        (timedelta(), 8 * MINUTE),
    ],
)
def test_rule_88_the_window_depends_on_the_lead(lead: timedelta, window: timedelta) -> None:
    assert window_of(lead) == window


def test_rule_88_an_offer_of_the_evening_before_stands_still_at_night() -> None:
    found = until(local("2026-06-04 22:00"), local("2026-06-05 19:00"), date(2026, 6, 5))
    assert found == local("2026-06-05 09:00")  # two hours: one before 23:00, one after 08:00


def test_rule_88_an_offer_made_at_night_begins_in_the_morning() -> None:
    found = until(local("2026-06-05 01:30"), local("2026-06-07 19:00"), date(2026, 6, 7))
    assert found == local("2026-06-05 12:00")


def test_rule_88_the_same_day_does_not_wait_for_the_morning() -> None:
    found = until(local("2026-06-05 23:10"), local("2026-06-06 00:30"), date(2026, 6, 5))
    assert found == local("2026-06-05 23:25")  # a start after midnight is of the evening before


def test_rule_88_the_hours_before_the_cut_are_still_yesterday() -> None:
    found = until(local("2026-06-05 00:30"), local("2026-06-05 19:00"), date(2026, 6, 5))
    assert found == local("2026-06-05 10:00")


def test_rule_88_never_past_the_start_minus_notice() -> None:
    starts = local("2026-06-05 19:00")
    found = until(starts - 65 * MINUTE, starts, date(2026, 6, 5), latest=starts - HOUR)
    assert found == starts - HOUR


def test_an_offer_nobody_could_answer_is_not_made() -> None:
    starts = local("2026-06-05 19:00")
    assert until(starts - 31 * MINUTE, starts, date(2026, 6, 5)) is None
    assert until(starts - 29 * MINUTE, starts, date(2026, 6, 5)) is None


def test_the_night_of_the_spring_jump_is_an_hour_shorter() -> None:
    """29 March 2026, 02:00 becomes 03:00: the window counts elapsed time, the night wall time."""
    made = local("2026-03-28 22:00")
    found = until(made, local("2026-03-30 19:00"), date(2026, 3, 30))
    assert found == local("2026-03-29 11:00")
    assert found is not None
    assert found - made == 12 * HOUR  # an hour, eight of night, three


def test_the_night_of_the_autumn_jump_is_an_hour_longer() -> None:
    made = local("2026-10-24 22:00")
    found = until(made, local("2026-10-26 19:00"), date(2026, 10, 26))
    assert found == local("2026-10-25 11:00")
    assert found is not None
    assert found - made == 14 * HOUR


def test_the_repeated_hour_counts_twice() -> None:
    clock = HouseClock(zone="Europe/Amsterdam", day_cut=time(4), night_from=time(5))
    first = local("2026-10-25 02:30", fold=0)
    found = until(first, local("2026-10-25 04:45"), date(2026, 10, 25), clock=clock)
    assert found == first + 45 * MINUTE  # 3 h 15 min ahead


def test_a_house_without_a_night_never_pauses() -> None:
    clock = HouseClock(zone="Europe/Amsterdam", day_cut=time(4), night_until=time(23))
    found = until(
        local("2026-06-04 22:00"), local("2026-06-05 19:00"), date(2026, 6, 5), clock=clock
    )
    assert found == local("2026-06-05 00:00")


@given(
    made=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)),  # noqa: DTZ001
    lead=st.timedeltas(timedelta(), 40 * DAY),
    notice=st.timedeltas(timedelta(), 3 * HOUR),
    parts=st.sampled_from([1, 2]),
)
def test_every_window_is_long_enough_and_ends_in_time(
    made: datetime, lead: timedelta, notice: timedelta, parts: int
) -> None:
    made_at = made.replace(tzinfo=UTC)
    starts_at = made_at + lead
    latest = starts_at - notice
    day = starts_at.astimezone(AMSTERDAM).date()
    found = until(made_at, starts_at, day, latest=latest, parts=parts)
    if found is None:
        assert latest - made_at < LEAST
        return
    assert made_at + LEAST <= found <= latest
    assert found == latest or found - made_at >= window_of(lead) / parts
    assert found - made_at <= window_of(lead) / parts + 2 * 10 * HOUR
