"""Wall clock, changes of clock, services past midnight, precedence of periods (rules 1-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import (
    DatedShift,
    NonexistentTimeError,
    Period,
    Reason,
    RecurringShift,
    Rules,
    ServiceDay,
    SpecialDay,
    answer,
    answer_local,
    answer_slot,
    find_overlaps,
    instants_of,
    resolve_local,
    resolve_periods,
    slots_of,
)
from tests.bookings.pure.worlds import DINNER, FRIDAY, ask, at, config

NIGHT = Period(7, "Night", time(0), time(23, 45), time(0))
CHANGES = [
    ("Europe/Amsterdam", date(2026, 3, 29)),
    ("Europe/Amsterdam", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]


SKIPPED = datetime.combine(date(2026, 3, 29), time(2, 30))


def _rules(zone: str, *, twice: bool = True) -> Rules:
    return Rules(zone=ZoneInfo(zone), oversize_cap=None, offers_ambiguous_twice=twice)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("shift", [-1, 0, 1])
@pytest.mark.parametrize("interval", [5, 15, 20])
def test_slots_around_a_change_of_clock_are_unique_instants_in_order(
    zone: str, day: date, shift: int, interval: int
) -> None:
    late = Period(1, "Late", time(18), time(4), time(5), slot_interval_minutes=interval)
    for period in (late, replace(NIGHT, slot_interval_minutes=interval)):
        given_day = config(date=day + timedelta(days=shift), rules=_rules(zone), periods=(period,))
        slots = slots_of(given_day)
        instants = [slot.starts_at for slot in slots]
        assert instants == sorted(set(instants))
        for slot in slots:
            local = slot.starts_at.astimezone(ZoneInfo(zone))
            assert local.replace(tzinfo=None, fold=0) == slot.local_time
            assert local.fold == slot.fold
        found = answer(ServiceDay.of(given_day), ask(2, is_notice_exempt=True))
        labels = [(one.local_time, one.utc_offset) for one in found]
        assert len(set(labels)) == len(labels)


def test_a_skipped_hour_is_not_offered_and_refused_with_a_reason() -> None:
    day = config(date=date(2026, 3, 29), rules=_rules("Europe/Amsterdam"), periods=(NIGHT,))
    hours = {slot.local_time.hour for slot in slots_of(day)}
    assert 2 not in hours
    assert {1, 3} <= hours
    one = answer_local(ServiceDay.of(day), ask(), SKIPPED)
    assert one.reasons == (Reason.NONEXISTENT_TIME,)
    with pytest.raises(NonexistentTimeError):
        resolve_local(ZoneInfo("Europe/Amsterdam"), SKIPPED)


def test_a_doubled_hour_is_offered_twice_with_its_offset_or_once() -> None:
    day = config(date=date(2026, 10, 25), rules=_rules("Europe/Amsterdam"), periods=(NIGHT,))
    asked = answer(ServiceDay.of(day), ask(2, now=datetime(2026, 10, 20, tzinfo=UTC)))
    half_past_two = [one for one in asked if one.local_time.time() == time(2, 30)]
    assert [one.utc_offset for one in half_past_two] == ["+02:00", "+01:00"]
    assert [one.fold for one in half_past_two] == [0, 1]
    once = replace(day, rules=_rules("Europe/Amsterdam", twice=False))
    assert [s.fold for s in slots_of(once) if s.local_time.time() == time(2, 30)] == [0]


def test_a_stay_over_a_change_of_clock_lasts_its_real_minutes() -> None:
    day = config(date=date(2026, 10, 25), rules=_rules("Europe/Amsterdam"), periods=(NIGHT,))
    for one in answer(ServiceDay.of(day), ask()):
        assert one.ends_at - one.starts_at == timedelta(minutes=60)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.sampled_from([z for z, _ in CHANGES]))
def test_a_local_time_comes_back_from_its_instants(day: date, zone: str) -> None:
    for hour in range(24):
        for instant in instants_of(ZoneInfo(zone), datetime.combine(day, time(hour, 30))):
            back = instant.astimezone(ZoneInfo(zone))
            assert (back.date(), back.hour, back.minute) == (day, hour, 30)


def test_a_service_past_midnight_belongs_to_the_day_it_opened() -> None:
    night = Period(1, "Night", time(18), time(1, 30), time(2))
    friday = ServiceDay.of(config(periods=(night,)))
    saturday = ServiceDay.of(config(date=FRIDAY + timedelta(days=1), periods=(night,)))
    slots = [slot.starts_at for slot in friday.prepared.slots]
    assert slots[0] == at(18)
    assert slots[-1] == at(1, 30, day=FRIDAY + timedelta(days=1))
    assert len(slots) == 31
    tail = at(0, 30, day=FRIDAY + timedelta(days=1))
    assert answer_slot(friday, ask(), tail).available
    assert Reason.OUTSIDE_HOURS in answer_slot(saturday, ask(), tail).reasons
    assert not set(slots) & {slot.starts_at for slot in saturday.prepared.slots}


def test_the_last_seating_is_included_and_closing_does_not_remove_it() -> None:
    day = ServiceDay.of(config(periods=(replace(DINNER, closes=time(21, 15)),)))
    assert answer_slot(day, ask(), at(21)).available
    strict = replace(DINNER, closes=time(21, 15), must_finish_by_close=True)
    held = ServiceDay.of(config(periods=(strict,)))
    assert answer_slot(held, ask(), at(21)).reasons == (Reason.MUST_FINISH_BY_CLOSE,)
    assert answer_slot(held, ask(), at(20, 15)).available


def _weekly(period: Period, *weekdays: int) -> RecurringShift:
    return RecurringShift(period, frozenset(weekdays))


def _period(number: int, first: int, last: int, closes: int = 23) -> Period:
    return Period(number, str(number), time(first), time(last), time(closes))


def test_a_special_day_goes_before_a_dated_shift_before_a_recurring_one() -> None:
    lunch, dinner = _weekly(_period(1, 12, 14), 4), _weekly(_period(2, 18, 21), 4)
    late = DatedShift(_period(3, 19, 22), FRIDAY, FRIDAY)
    feast = SpecialDay(periods=(_period(4, 13, 20),))

    def ids(**given_periods: object) -> list[int]:
        found = resolve_periods(FRIDAY, recurring=(lunch, dinner), **given_periods)  # type: ignore[arg-type]
        return [period.id for period in found.periods]

    assert ids() == [1, 2]
    assert ids(dated=(late,)) == [1, 3]
    assert ids(dated=(late,), special_day=feast) == [4]
    assert ids(special_day=SpecialDay()) == [1, 2]
    closed = resolve_periods(FRIDAY, recurring=(lunch,), special_day=SpecialDay(is_closed=True))
    assert closed.is_closed
    assert resolve_periods(FRIDAY).is_closed
    assert resolve_periods(FRIDAY + timedelta(days=1), recurring=(lunch,)).is_closed


def test_recurring_shifts_that_meet_are_found_also_past_midnight() -> None:
    night = _weekly(_period(1, 20, 2, 3), 5)  # Saturday into Sunday
    brunch = _weekly(_period(2, 1, 12, 13), 6)
    dinner = _weekly(_period(3, 19, 21), 5, 6)
    quiet = _weekly(_period(4, 3, 18), 6)
    assert [
        (o.first.period.id, o.second.period.id, o.weekday) for o in find_overlaps([night, brunch])
    ] == [(1, 2, 5)]
    assert find_overlaps([night, quiet]) == []
    assert len(find_overlaps([night, dinner])) == 1
    past = replace(dinner, valid_to=date(2026, 1, 1))
    assert find_overlaps([replace(night, valid_from=date(2026, 1, 2)), past]) == []
