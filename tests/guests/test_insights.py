"""What a guest usually does: counted, never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.models import Occupancy, Reservation
from bookings.selectors.history import birthday_visit_of, bookings_of
from bookings.services import reservation_create
from guests.insights import Booking, Habit, Level, Outcome, insights_of, risk_of
from tests.factories import FRIDAY, NOW, STAFF, a_request, make_restaurant, make_table
from tests.guests.people import make_guest

CAME, MISSED, LATE = Outcome.CAME, Outcome.NO_SHOW, Outcome.CANCELLED_LATE


def visit(week: int, **fields: Any) -> Booking:
    """A Friday at 19:30, two at the window, booked two days ahead."""
    usual: dict[str, Any] = {
        "on": FRIDAY + timedelta(weeks=week),
        "minute": 19 * 60 + 30,
        "party_size": 2,
        "outcome": CAME,
        "area": 7,
        "lead_hours": 48.0,
    }
    return Booking(**{**usual, **fields})


def ended(*outcomes: Outcome) -> list[Booking]:
    return [visit(week, outcome=outcome) for week, outcome in enumerate(outcomes)]


# --- Habits ---------------------------------------------------------------------------------------


def test_two_visits_are_too_few_to_say_anything() -> None:
    found = insights_of([visit(0), visit(1)])
    assert not found.is_enough
    assert (found.visits, found.party, found.risk, found.suggestion) == (2, None, None, None)


def test_each_habit_says_how_often_it_was_seen() -> None:
    found = insights_of(
        [
            visit(0),
            visit(1, minute=19 * 60, area=7),
            visit(2, party_size=4, on=FRIDAY + timedelta(days=16), area=8),
            visit(4, minute=13 * 60, area=None, lead_hours=None),
        ]
    )
    assert found.party == Habit(2, 3, 4)
    assert found.weekday == Habit(4, 3, 4)
    assert found.time == Habit(19 * 60 + 30, 3, 4)
    assert found.area == Habit(7, 2, 3)
    assert found.lead == Habit(48, 3, 3)
    assert found.rhythm == Habit(9, 3, 3)


def test_what_was_never_twice_the_same_is_no_habit() -> None:
    days = (FRIDAY, FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2))
    found = insights_of(
        [
            visit(0, on=day, party_size=size, area=size, minute=size * 300)
            for size, day in enumerate(days, start=1)
        ]
    )
    assert (found.party, found.weekday, found.time, found.area) == (None, None, None, None)
    assert found.suggestion is None


def test_of_equal_habits_the_later_one_counts() -> None:
    sizes = [2, 2, 4, 4]
    found = insights_of([visit(week, party_size=size) for week, size in enumerate(sizes)])
    assert found.party == Habit(4, 2, 4)


def test_other_houses_say_nothing_about_habits_here_but_about_the_risk() -> None:
    away = [visit(week, is_here=False, outcome=MISSED) for week in range(2)]
    found = insights_of([*away, visit(3), visit(4)])
    assert found.visits == 2
    assert found.risk is not None
    assert (found.risk.no_shows, found.risk.bookings) == (2, 4)


def test_spend_is_the_middle_of_the_bills_and_none_without_three() -> None:
    bills = [visit(week, bill_minor=bill) for week, bill in enumerate([4000, 9000, 5000])]
    assert insights_of([*bills, visit(5)]).spend == Habit(5000, 3, 3)
    assert insights_of([*bills[:2], visit(5)]).spend is None


# --- The next visit -------------------------------------------------------------------------------


def test_the_next_visit_is_such_as_they_like_it_on_their_day_of_the_week() -> None:
    found = insights_of([visit(0), visit(2), visit(4), visit(6, on=FRIDAY + timedelta(days=40))])
    assert found.suggestion is not None
    assert found.suggestion.party_size == 2
    assert found.suggestion.minute == 19 * 60 + 30
    assert found.suggestion.area == 7
    assert found.suggestion.weekday == 4
    assert found.suggestion.around == FRIDAY + timedelta(days=56)


def test_a_habit_of_few_visits_is_not_suggested() -> None:
    areas = [1, 1, 2, 3, 4, 5, 6, 8]
    found = insights_of([visit(week, area=area) for week, area in enumerate(areas)])
    assert found.area == Habit(1, 2, 8)
    assert found.suggestion is not None
    assert found.suggestion.area is None


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Booking,
            on=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
            minute=st.integers(0, 1700),
            party_size=st.integers(1, 12),
            outcome=st.sampled_from(Outcome),
            area=st.none() | st.integers(1, 4),
            is_here=st.booleans(),
            lead_hours=st.none() | st.floats(0, 2000),
            bill_minor=st.none() | st.integers(0, 10**6),
        ),
        max_size=12,
    )
)
def test_nothing_is_said_that_was_not_seen(bookings: list[Booking]) -> None:
    found = insights_of(bookings)
    came = [one for one in bookings if one.outcome is CAME and one.is_here]
    assert found.visits == len(came)
    assert found.is_enough == (len(came) >= 3)
    seen: dict[str, set[Any]] = {
        "party": {one.party_size for one in came},
        "weekday": {one.on.weekday() for one in came},
        "time": {one.minute for one in came},
        "area": {one.area for one in came},
    }
    for name, values in seen.items():
        habit = getattr(found, name)
        assert habit is None or (habit.value in values and 2 <= habit.times <= habit.of)
    if found.suggestion is not None and found.suggestion.around is not None:
        assert found.suggestion.weekday in (None, found.suggestion.around.weekday())


# --- The risk -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "level"),
    [
        ([CAME, CAME, CAME], Level.LOW),
        ([MISSED, CAME, CAME], Level.RAISED),
        ([MISSED, CAME, LATE], Level.HIGH),
        ([MISSED, MISSED, *[CAME] * 6], Level.HIGH),
        ([MISSED, MISSED, *[CAME] * 7], Level.RAISED),
        ([MISSED, *[CAME] * 9], Level.RAISED),
        ([MISSED, *[CAME] * 10], Level.LOW),
        ([*[CAME] * 10, MISSED], Level.RAISED),
    ],
)
def test_the_risk_follows_from_what_was_missed(outcomes: list[Outcome], level: Level) -> None:
    risk = risk_of(ended(*outcomes))
    assert risk is not None
    assert risk.level is level


def test_the_risk_gives_its_reasons() -> None:
    risk = risk_of(ended(CAME, MISSED, LATE, Outcome.CANCELLED, CAME, CAME))
    assert risk is not None
    assert (risk.no_shows, risk.cancelled_late, risk.bookings) == (1, 1, 5)
    assert risk.came_since == 2
    assert risk.last_missed_on == FRIDAY + timedelta(weeks=2)


def test_bookings_cancelled_in_time_are_no_risk_and_no_ground_to_judge() -> None:
    assert risk_of(ended(CAME, CAME, *[Outcome.CANCELLED] * 5)) is None


# --- From the book --------------------------------------------------------------------------------


def test_the_book_tells_how_each_booking_ended(django_assert_num_queries: Any, db: None) -> None:
    place = make_restaurant(tables=())
    terrace = place.areas.create(name="Terrace")
    make_table(place, number="T1", seats=4, area=terrace)
    other = make_restaurant(organisation=place.organisation)
    guest = make_guest(place.organisation, name="Anna", email="anna@example.com")
    merged = make_guest(place.organisation, email="a@example.com", merged_into=guest)

    def ended_as(house: Any, day: int, status: str, **fields: Any) -> Reservation:
        wish = a_request(house, guest_email="anna@example.com", date=FRIDAY + timedelta(days=day))
        row = reservation_create(request=wish, actor=STAFF, now=NOW).reservation
        Reservation.objects.filter(pk=row.pk).update(status=status, **fields)
        return row

    sat = ended_as(place, 0, "completed", bill_minor=8000, special_occasion="birthday")
    ended_as(other, 1, "no_show", guest=merged)
    ended_as(place, 2, "cancelled_by_guest", is_cancelled_in_time=False)
    ended_as(place, 3, "cancelled_by_guest", is_cancelled_in_time=True)
    ended_as(place, 4, "cancelled_by_restaurant")
    ended_as(place, 5, "confirmed")
    with django_assert_num_queries(1):
        found = {one.on: one for one in bookings_of(guest, restaurant=place)}
    assert [one.outcome.value for one in found.values()] == [
        "cancelled",
        "cancelled_late",
        "no_show",
        "came",
    ]
    first = found[FRIDAY]
    assert (first.minute, first.area, first.bill_minor) == (19 * 60, terrace.pk, 8000)
    assert first.is_here
    assert first.lead_hours == (sat.starts_at - NOW).total_seconds() / 3600
    assert not found[FRIDAY + timedelta(days=1)].is_here
    assert birthday_visit_of(guest) == FRIDAY
    assert birthday_visit_of(make_guest(place.organisation)) is None
    assert Occupancy.objects.filter(reservation=sat).exists()
