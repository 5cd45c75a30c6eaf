"""Clocks that jump, services past midnight, and full screens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from bookings.models import Reservation
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap, encode, start_of
from tests.factories import make_restaurant
from tests.telegram.guest.phone import Phone

LATE = {"first_seating": time(18), "last_seating": time(3), "closes": time(4)}
AUTUMN = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
SPRING = datetime(2027, 3, 27, 10, 0, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
"""Sunday 00:30 in Amsterdam: the evening of Saturday."""


@pytest.fixture
def restaurant(transactional_db: None) -> Restaurant:
    return make_restaurant(name="Night bar", slug="night-bar", period=LATE)


@pytest.mark.parametrize("at", [AUTUMN])
def test_the_repeated_hour_is_offered_twice_and_booked_as_meant(anna: Phone) -> None:
    anna.says("/start r-night-bar").go("2", "Today")
    halves = [label for label in anna.labels if label.startswith("02:30")]
    assert halves == ["02:30 UTC+02:00", "02:30 UTC+01:00"]
    anna.go("02:30 UTC+01:00")
    assert "Sunday 25 October, 02:30 (UTC+01:00)" in anna.text
    anna.go("✅")
    reservation = Reservation.objects.get()
    assert reservation.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert reservation.service_date == date(2026, 10, 24)


@pytest.mark.parametrize("at", [SPRING])
def test_the_hour_that_does_not_exist_is_not_offered(anna: Phone) -> None:
    anna.says("/start r-night-bar").go("2", "Today")
    night = [label for label in anna.labels if label < "04:00" and label[0] == "0"]
    assert night[-2:] == ["01:45", "03:00"]
    forged = anna.code("01:45").split(".")
    forged[5] = _start(time(2, 30))
    tap = anna.press(anna.screen, ".".join(forged))
    assert tap.text == "This list is old – refreshed."


def _start(at: time) -> str:
    return encode(Tap(step=Step.CARD, start=start_of(at, 0))).split(".")[5]


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (AUTUMN, ["Today", "Sun 25 Oct", "Mon 26 Oct", "Tue 27 Oct"]),
        (SPRING, ["Today", "Sun 28 Mar", "Mon 29 Mar", "Tue 30 Mar"]),
    ],
)
def test_every_day_stands_once_in_the_strip(anna: Phone, days: list[str]) -> None:
    anna.says("/start r-night-bar").go("2")
    assert anna.labels[:4] == days


@pytest.mark.parametrize("at", [AFTER_MIDNIGHT])
def test_after_midnight_the_evening_still_stands_first(anna: Phone) -> None:
    anna.says("/start r-night-bar").go("2")
    assert anna.labels[:3] == ["Sat 24 Oct", "Today", "Mon 26 Oct"]
    anna.go("Sat 24 Oct")
    assert anna.labels[0].startswith("01:15")


@pytest.mark.parametrize("at", [datetime(2026, 6, 1, 9, 0, tzinfo=UTC)])
def test_half_past_midnight_belongs_to_the_evening_before(anna: Phone) -> None:
    anna.says("/start r-night-bar").go("2", "Sat 6 Jun")
    assert "Saturday 6 June" in anna.text
    assert "After midnight: Sunday 7 June" in anna.text
    anna.go("00:30")
    assert "Sunday 7 June, 00:30" in anna.text
    anna.go("✅")
    reservation = Reservation.objects.get()
    assert (reservation.service_date, reservation.local_date) == (
        date(2026, 6, 6),
        date(2026, 6, 7),
    )
    anna.go("‹ Back")
    assert anna.labels[0].startswith("Sun 7 Jun, 00:30")
