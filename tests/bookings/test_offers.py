from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.selectors import alternatives, availability, day_strip
from bookings.services import reservation_create
from restaurants.models import Restaurant, SlotOverride, SpecialDay
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def book(restaurant: Restaurant, **fields: Any) -> None:
    reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=NOW)


def fill(restaurant: Restaurant, day: date) -> None:
    """Take every slot of the only table."""
    for at in (time(18), time(19, 30), time(21)):
        book(restaurant, date=day, time=at)


def test_the_strip_names_open_full_closed_and_not_yet_released_days(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    restaurant = make_restaurant(
        tables=(2,), policy={"horizon_days": 7}, period={"last_seating": time(21)}
    )
    monday = date(2026, 6, 1)
    SpecialDay.objects.create(
        restaurant=restaurant, name="King's Day", date_from=FRIDAY, date_to=FRIDAY
    )
    fill(restaurant, monday + timedelta(days=2))
    restaurant.refresh_from_db()
    days = [monday + timedelta(days=n) for n in range(14)]

    with django_assert_max_num_queries(4):
        strip = day_strip(restaurant=restaurant, dates=days, party_size=2, now=NOW)

    states = [chip.state for chip in strip]
    assert states[:7] == ["open", "open", "full", "open", "closed", "open", "open"]
    assert set(states[7:]) == {"unavailable"}
    assert strip[4].name == "King's Day"


def test_alternatives_are_near_then_the_rest_of_the_day_then_later_days() -> None:
    restaurant = make_restaurant(tables=(2,), period={"last_seating": time(21)})
    book(restaurant, time=time(19, 30))

    found = alternatives(
        restaurant=restaurant, date=FRIDAY, time=time(19, 30), party_size=2, now=NOW
    )
    assert [(a.date, a.slot.local_time.time()) for a in found] == [
        (FRIDAY, time(18)),
        (FRIDAY, time(21)),
        (FRIDAY + timedelta(days=1), time(19, 30)),
    ]


def test_later_days_are_searched_to_the_end_of_the_week_and_of_each_evening() -> None:
    """The nearest starts are taken on some days, whole days on others."""
    restaurant = make_restaurant(tables=(2,), period={"last_seating": time(21)})
    fill(restaurant, FRIDAY)
    fill(restaurant, FRIDAY + timedelta(days=1))
    book(restaurant, date=FRIDAY + timedelta(days=2), time=time(19, 30))
    fill(restaurant, FRIDAY + timedelta(days=3))
    for days in (4, 5):
        day = FRIDAY + timedelta(days=days)
        SpecialDay.objects.create(
            restaurant=restaurant, name="Closed", date_from=day, date_to=day, is_closed=True
        )
    restaurant.refresh_from_db()

    found = alternatives(
        restaurant=restaurant, date=FRIDAY, time=time(19, 30), party_size=2, now=NOW
    )

    assert [(a.date, a.slot.local_time.time()) for a in found] == [
        (FRIDAY + timedelta(days=2), time(18)),
        (FRIDAY + timedelta(days=6), time(19, 30)),
        (FRIDAY + timedelta(days=7), time(19, 30)),
    ]


def test_a_party_too_large_gets_no_alternatives_rather_than_false_ones() -> None:
    restaurant = make_restaurant(tables=(2,))
    assert not alternatives(
        restaurant=restaurant, date=FRIDAY, time=time(19), party_size=9, now=NOW
    )


def test_every_refused_slot_says_why() -> None:
    restaurant = make_restaurant(tables=(2,))
    SlotOverride.objects.create(
        restaurant=restaurant,
        date=FRIDAY,
        starts=time(18),
        ends=time(19),
        state="private_event",
    )
    book(restaurant, time=time(20))
    restaurant.refresh_from_db()
    slots = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    assert all(slot.available != bool(slot.reasons) for slot in slots)
    by_time = {slot.local_time.time(): [r.value for r in slot.reasons] for slot in slots}
    assert by_time[time(18, 30)] == ["private_event"]
    assert by_time[time(19, 30)] == ["no_table_free"]
    assert by_time[time(21, 30)] == []


def test_a_change_of_settings_is_seen_at_once() -> None:
    restaurant = make_restaurant(tables=(2,))
    before = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    restaurant.service_periods.update(last_seating=time(19))
    restaurant.refresh_from_db()
    after = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    assert (len(before), len(after)) == (17, 5)


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Amsterdam", date(2026, 3, 28), 7),
        ("Europe/Amsterdam", date(2026, 10, 24), 9),
        ("America/New_York", date(2026, 3, 7), 7),
        ("America/New_York", date(2026, 10, 31), 9),
        ("Australia/Lord_Howe", date(2026, 10, 3), 7.5),
        ("Australia/Lord_Howe", date(2026, 4, 4), 8.5),
    ],
)
def test_the_night_the_clock_changes_has_unique_instants_that_can_all_be_booked(
    zone: str, night: date, hours: float
) -> None:
    restaurant = make_restaurant(
        tables=(2,),
        zone=zone,
        period={"last_seating": time(3, 30), "closes": time(5)},
        policy={"horizon_days": 365, "same_guest_gap_minutes": 0},
    )
    now = datetime.combine(night - timedelta(days=1), time(), tzinfo=UTC)
    slots = availability(restaurant=restaurant, date=night, party_size=2, now=now)
    instants = [slot.starts_at for slot in slots]
    assert len(set(instants)) == len(instants)
    first_to_last = instants[-1] - instants[0]
    assert first_to_last == timedelta(hours=hours + 1.5)
    for slot in slots[::6]:
        reservation_create(
            request=a_request(restaurant, date=night, time=slot.local_time.time(), fold=slot.fold),
            actor=GUEST,
            now=now,
        )


def test_a_late_service_has_the_same_slots_whatever_the_calendar_says() -> None:
    restaurant = make_restaurant(
        tables=(2,),
        zone="Europe/Berlin",
        period={"weekdays": [5], "last_seating": time(1), "closes": time(2)},
    )
    saturday = FRIDAY + timedelta(days=1)
    late = [
        slot.local_time
        for slot in availability(restaurant=restaurant, date=saturday, party_size=2, now=NOW)
        if slot.local_time.date() == saturday + timedelta(days=1)
    ]
    assert late[0].time() == time(0)
    assert late[-1].time() == time(1)
    sunday = availability(
        restaurant=restaurant, date=saturday + timedelta(days=1), party_size=2, now=NOW
    )
    assert sunday == []


def test_closing_sunday_does_not_close_saturdays_tail() -> None:
    restaurant = make_restaurant(
        tables=(2,), zone="Europe/Berlin", period={"last_seating": time(1), "closes": time(2)}
    )
    saturday, sunday = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)
    SpecialDay.objects.create(restaurant=restaurant, name="Rest", date_from=sunday, date_to=sunday)
    restaurant.refresh_from_db()

    def count(day: date) -> int:
        slots = availability(restaurant=restaurant, date=day, party_size=2, now=NOW)
        return sum(slot.available for slot in slots)

    assert count(saturday) == 29
    assert count(sunday) == 0
    book(restaurant, date=saturday, time=time(1))
