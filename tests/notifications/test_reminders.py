"""Messages by the clock: on time, once, never late nonsense, in every zone and on both nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.services import (
    Changes,
    reservation_cancel,
    reservation_complete,
    reservation_modify,
    reservation_reconfirm,
    reservation_running_late,
    reservation_seat,
)
from notifications.kinds import Kind
from notifications.models import Message, MessageSettings, MessageStatus
from notifications.services import messages_by_the_clock, preferences_set
from notifications.services.by_the_clock import reservations_due
from reservehub.core.timezones import zone_info
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, copy_reservation
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.world import book, make_house, on, send_due

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def house() -> Restaurant:
    return make_house()


def told(kind: Kind) -> list[str]:
    return [one.status for one in Message.objects.filter(kind=kind).order_by("pk")]


def clock_strikes(at: datetime) -> None:
    """A run of beat and of a worker."""
    messages_by_the_clock(now=at)
    send_due(at)


def test_a_reminder_comes_a_day_and_two_hours_before(house: Restaurant, smtp: SmtpStandIn) -> None:
    reservation = book(house)
    send_due()
    start = reservation.starts_at
    hours = [*range(-25 * 60, -23 * 60, 5), *range(-23 * 60, -3 * 60, 60)]
    for minutes in (*hours, *range(-3 * 60, 1, 5)):
        clock_strikes(start + minutes * MINUTE)
    day, soon = Message.objects.filter(kind__startswith="reminder").order_by("sent_at")
    assert (day.kind, day.sent_at) == (Kind.REMINDER_DAY, start - 24 * HOUR)
    assert (soon.kind, soon.sent_at) == (Kind.REMINDER_SOON, start - 2 * HOUR)
    reservation.refresh_from_db()
    assert reservation.reminder_sent_at == start - 2 * HOUR
    assert len([one for one in smtp.letters if "anna" in one["To"]]) == 3  # and the confirmation


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        # The clocks change in the night between the reminder and the visit at 19:00.
        ("Europe/Amsterdam", date(2026, 3, 29), 18),
        ("Europe/Amsterdam", date(2026, 10, 25), 20),
        ("America/New_York", date(2026, 3, 8), 18),
        ("America/New_York", date(2026, 11, 1), 20),
        ("Asia/Tokyo", date(2026, 6, 5), 19),
    ],
)
def test_a_day_before_means_24_real_hours_also_when_the_clocks_change(
    smtp: SmtpStandIn, zone: str, day: date, hour: int
) -> None:
    house = make_house(zone=zone)
    booked_at = datetime.combine(day - timedelta(days=20), time(12), tzinfo=UTC)
    reservation = book(house, **on(day, 19), now=booked_at)
    due = reservation.starts_at - 24 * HOUR
    assert due.astimezone(zone_info(zone)).time() == time(hour)
    clock_strikes(due - MINUTE)
    assert told(Kind.REMINDER_DAY) == []
    clock_strikes(due)
    assert told(Kind.REMINDER_DAY) == [MessageStatus.SENT]


def test_a_guest_after_midnight_is_reminded_of_the_evening_before(smtp: SmtpStandIn) -> None:
    house = make_house(
        zone="Europe/Berlin",
        period={"first_seating": time(18), "last_seating": time(1), "closes": time(2)},
    )
    reservation = book(house, date=FRIDAY, time=time(0, 30))
    assert reservation.local_date == FRIDAY + timedelta(days=1)
    messages_by_the_clock(now=reservation.starts_at - 24 * HOUR)
    # 00:30 of the night before is quiet: it waits for the morning.
    message = Message.objects.get(kind=Kind.REMINDER_DAY)
    assert message.due_at == datetime(2026, 6, 5, 7, tzinfo=UTC)
    send_due(message.due_at)
    assert told(Kind.REMINDER_DAY) == [MessageStatus.SENT]


def test_a_guest_who_cancelled_is_not_reminded(house: Restaurant, smtp: SmtpStandIn) -> None:
    reservation = book(house)
    messages_by_the_clock(now=reservation.starts_at - 24 * HOUR)
    reservation_cancel(
        reservation_id=reservation.pk, actor=GUEST, now=reservation.starts_at - 24 * HOUR
    )
    send_due(reservation.starts_at - 23 * HOUR)
    (message,) = Message.objects.filter(kind=Kind.REMINDER_DAY)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "state_changed")
    reservation.refresh_from_db()
    assert reservation.reminder_sent_at is None


def test_a_moved_booking_is_reminded_of_the_new_time_only(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    old = reservation.starts_at
    messages_by_the_clock(now=old - 24 * HOUR)
    moved = reservation_modify(
        reservation_id=reservation.pk,
        changes=Changes(date=FRIDAY + timedelta(days=4)),
        actor=GUEST,
        now=old - 24 * HOUR,
    )
    send_due(old - 23 * HOUR)
    (first,) = Message.objects.filter(kind=Kind.REMINDER_DAY)
    assert (first.status, first.reason) == (MessageStatus.DROPPED, "time_changed")
    clock_strikes(moved.starts_at - 24 * HOUR)
    assert told(Kind.REMINDER_DAY) == [MessageStatus.DROPPED, MessageStatus.SENT]


def test_after_an_outage_what_still_makes_sense_is_made_up_for(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    clock_strikes(reservation.starts_at - 23 * HOUR)
    assert told(Kind.REMINDER_DAY) == [MessageStatus.SENT]


def test_after_a_long_outage_no_nonsense_is_sent(house: Restaurant, smtp: SmtpStandIn) -> None:
    reservation = book(house)
    clock_strikes(reservation.starts_at - 20 * MINUTE)
    clock_strikes(reservation.starts_at + 3 * HOUR)
    assert told(Kind.REMINDER_DAY) == told(Kind.REMINDER_SOON) == []
    # A message that was planned, but whose worker slept too long, is dropped at sending.
    other = book(house, date=FRIDAY + timedelta(days=7))
    messages_by_the_clock(now=other.starts_at - 24 * HOUR)
    send_due(other.starts_at - HOUR)
    message = Message.objects.get(kind=Kind.REMINDER_DAY, reservation=other)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "too_late")


def test_a_booking_at_short_notice_needs_no_reminder_of_the_day_before(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    start = book(house, now=datetime(2026, 6, 4, 10, tzinfo=UTC)).starts_at
    clock_strikes(start - 24 * HOUR)
    assert told(Kind.REMINDER_DAY) == []
    clock_strikes(start - 2 * HOUR)
    assert told(Kind.REMINDER_SOON) == [MessageStatus.SENT]


def test_large_parties_are_asked_once_whether_they_still_come(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    small = book(house)
    large = book(house, party_size=5, guest_phone="+31687654321", guest_email="b@example.com")
    for hours in (48, 47, 40, 30):
        clock_strikes(large.starts_at - hours * HOUR)
    (message,) = Message.objects.filter(kind=Kind.RECONFIRM)
    assert (message.reservation_id, message.status) == (large.pk, MessageStatus.SENT)
    assert small.pk != large.pk


def test_whoever_has_said_so_already_is_not_asked(house: Restaurant, smtp: SmtpStandIn) -> None:
    large = book(house, party_size=6)
    messages_by_the_clock(now=large.starts_at - 48 * HOUR)
    reservation_reconfirm(reservation_id=large.pk, actor=GUEST, now=large.starts_at - 48 * HOUR)
    send_due(large.starts_at - 47 * HOUR)
    assert Message.objects.get(kind=Kind.RECONFIRM).reason == "already_answered"


def test_a_late_party_is_asked_and_staff_are_told_when_the_grace_is_over(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    start = book(house).starts_at
    clock_strikes(start + 9 * MINUTE)
    assert told(Kind.ON_YOUR_WAY) == []
    clock_strikes(start + 10 * MINUTE)
    assert told(Kind.ON_YOUR_WAY) == [MessageStatus.SENT]
    assert told(Kind.STAFF_NO_SHOW_DUE) == []
    clock_strikes(start + 15 * MINUTE)
    clock_strikes(start + 20 * MINUTE)
    assert told(Kind.STAFF_NO_SHOW_DUE) == [MessageStatus.SENT]


def test_a_party_that_said_it_is_late_is_left_in_peace(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    start = reservation.starts_at
    reservation_running_late(reservation_id=reservation.pk, minutes=20, actor=GUEST, now=start)
    clock_strikes(start + 16 * MINUTE)
    assert told(Kind.ON_YOUR_WAY) == told(Kind.STAFF_NO_SHOW_DUE) == []
    clock_strikes(start + 21 * MINUTE)
    assert told(Kind.STAFF_NO_SHOW_DUE) == [MessageStatus.SENT]


def test_who_was_there_is_asked_how_it_was_at_a_decent_hour(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    start = reservation.starts_at
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=start)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=start + 2 * HOUR)
    clock_strikes(start + 26 * HOUR)  # 21:00, quiet
    assert told(Kind.REVIEW_REQUEST) == [MessageStatus.WAITING]
    clock_strikes(start + 38 * HOUR)  # 9:00
    assert told(Kind.REVIEW_REQUEST) == [MessageStatus.SENT]


def test_a_restaurant_and_a_guest_can_switch_reminders_off(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    assert reservation.guest is not None
    preferences_set(
        guest_id=reservation.guest.pk,
        preferred_channel="",
        off_channels=[],
        off_kinds=[Kind.REMINDER_DAY, Kind.CONFIRMED],
        actor=GUEST,
        now=NOW,
    )
    clock_strikes(reservation.starts_at - 24 * HOUR)
    (message,) = Message.objects.filter(kind=Kind.REMINDER_DAY)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "switched_off")
    MessageSettings.objects.create(restaurant=house, sends_soon_reminder=False)
    clock_strikes(reservation.starts_at - 2 * HOUR)
    assert told(Kind.REMINDER_SOON) == []


def test_two_beats_at_once_owe_it_once(house: Restaurant, smtp: SmtpStandIn) -> None:
    reservation = book(house)
    at = reservation.starts_at - 24 * HOUR
    for _ in range(3):
        messages_by_the_clock(now=at)
    assert Message.objects.filter(kind=Kind.REMINDER_DAY).count() == 1


# --- A full book ----------------------------------------------------------------------------------


def test_a_hundred_thousand_bookings_are_looked_through_by_an_index(house: Restaurant) -> None:
    template = book(house)
    copy_reservation(template, copies=100_000)
    # A day of it is due, the rest is not.
    at = template.starts_at + timedelta(days=30)
    due = reservations_due(Kind.REMINDER_DAY, now=at)[:500]
    plan = due.explain()
    assert "bookings_confirmed_ahead" in plan, plan
    assert "Seq Scan on bookings_reservation" not in plan, plan
    with CaptureQueriesContext(connection) as queries:
        found = list(due)
    assert (len(found), len(queries)) == (500, 1)
