"""Past midnight, and in the two nights when the clocks are changed (rules 4-7, 106)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from icalendar import Calendar

from notifications.kinds import Kind
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import NOW
from tests.notifications.rendering.support import Page, bella, book, rendered

pytestmark = pytest.mark.django_db


def night_owl(**fields: Any) -> Restaurant:
    """Open from eight in the evening until five."""
    period = {"first_seating": time(20), "last_seating": time(4), "closes": time(5)}
    return bella(period=period, **fields)


def test_past_midnight_is_told_with_the_date_the_guest_will_read() -> None:
    """00:30 of Saturday's service is early on Sunday."""
    with clock.freeze(NOW):
        reservation = book(night_owl(), date=date(2026, 6, 6), time=time(0, 30))
        content = rendered(reservation)
    assert reservation.service_date == date(2026, 6, 6)
    for shape in (content.text, Page(content.html).text):
        assert "Sunday 7 June, 00:30" in shape
        assert "Saturday 6 June, 00:30" not in shape
    assert "Sun 7 Jun, 00:30" in content.short


def test_staff_are_led_to_the_evening_it_belongs_to() -> None:
    with clock.freeze(NOW):
        reservation = book(night_owl(), date=date(2026, 6, 6), time=time(0, 30))
        content = rendered(reservation, Kind.STAFF_REQUEST)
    assert "date=2026-06-06" in content.actions[0].url
    assert "Sun 7 Jun, 00:30" in content.subject


@pytest.mark.parametrize(("fold", "offset"), [(0, "UTC+02:00"), (1, "UTC+01:00")])
def test_the_repeated_hour_says_which_of_the_two(fold: int, offset: str) -> None:
    """25 October 2026: 02:30 comes twice in Amsterdam."""
    now = datetime(2026, 10, 20, 9, tzinfo=UTC)
    with clock.freeze(now):
        reservation = book(
            night_owl(), now=now, date=date(2026, 10, 24), time=time(2, 30), fold=fold
        )
        content = rendered(reservation)
    for shape in (content.text, Page(content.html).text, content.short):
        assert f"02:30 ({offset})" in shape
    assert "Sunday 25 October" in content.text
    event = Calendar.from_ical(content.attachments[0].content).walk("VEVENT")[0]
    assert event.decoded("DTSTART") == datetime(2026, 10, 25, fold, 30, tzinfo=UTC)
    assert f"2026-10-25T02:30:00{offset[3:]}" in content.html


def test_after_the_night_of_spring_the_zone_is_the_new_one() -> None:
    """29 March 2026: 02:00 to 03:00 is left out."""
    now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    with clock.freeze(now):
        before = rendered(book(night_owl(), now=now, date=date(2026, 3, 28), time=time(1, 30)))
        after = rendered(book(night_owl(), now=now, date=date(2026, 3, 28), time=time(3, 0)))
    assert "CET, UTC+01:00" in before.text
    assert "Sunday 29 March, 03:00" in after.text
    assert "CEST, UTC+02:00" in after.text


def test_a_reminder_says_tomorrow_on_the_calendar_of_the_restaurant() -> None:
    """23:30 on Thursday in Amsterdam is still Thursday there, whatever UTC says."""
    with clock.freeze(NOW):
        reservation = book(bella())
    with clock.freeze(datetime(2026, 6, 4, 21, 30, tzinfo=UTC)):
        assert "see you tomorrow at 19:00" in rendered(reservation, Kind.REMINDER_DAY).subject
    with clock.freeze(datetime(2026, 6, 4, 22, 30, tzinfo=UTC)):
        assert "see you today at 19:00" in rendered(reservation, Kind.REMINDER_DAY).subject


def test_the_old_time_of_a_change_is_on_the_wall_clock() -> None:
    now = datetime(2026, 10, 20, 9, tzinfo=UTC)
    with clock.freeze(now):
        reservation = book(night_owl(), now=now, date=date(2026, 10, 25), time=time(20))
        content = rendered(reservation, Kind.CHANGED, old_starts_at="2026-10-24T18:00:00+00:00")
    assert "Before it was: Sat 24 Oct, 20:00." in content.text
