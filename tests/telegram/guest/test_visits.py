"""My bookings: change, cancel, be late, come all the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bookings.deposits import Kind
from bookings.models import Reservation
from bookings.services import reservation_deposit_ask, reservation_modify
from bookings.services.requests import Changes
from reservehub.core import clock
from reservehub.core.money import Money
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap, encode, start_of
from tests.bookings.deposits.people import make_till
from tests.factories import FRIDAY, GUEST, NOW, STAFF
from tests.telegram.guest.phone import Phone
from tests.telegram.guest.visiting import booked_by, booked_by_a_stranger

STARTS = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
"""Friday 19:00 in Amsterdam."""


def test_nobody_has_bookings_at_first(anna: Phone) -> None:
    anna.says("/start").go("My bookings")
    assert anna.text == "You have no bookings ahead."
    anna.go("Book")
    assert "Bistro Anna · Amsterdam" in anna.labels


def test_the_list_leads_to_each_booking(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings")
    assert anna.labels == ["Fri 5 Jun, 19:00 · Bistro Anna · 2 guests", "‹ Back"]
    anna.go("Fri 5 Jun")
    assert reservation.reference in anna.text
    assert "Friday 5 June, 19:00" in anna.text
    assert anna.labels == [
        "✏️ Change",
        "✖️ Cancel booking",
        "📅 Calendar",
        "📅 Google",
        "🔗 Web page",
        "ℹ️ Contacts and hours",
        "‹ Back",
    ]
    assert anna.url("🔗").startswith("https://book.example.com/b/")
    assert anna.url("📅 Calendar").endswith("/calendar.ics")


def test_two_taps_cancel(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun")
    anna.taps = 0
    anna.go("✖️ Cancel booking")
    assert "Cancel this booking?" in anna.text
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"
    question, code = anna.screen, anna.code("Yes, cancel it")
    anna.go("Yes, cancel it")
    assert anna.taps == 2
    assert "The booking is cancelled" in anna.text
    reservation.refresh_from_db()
    assert reservation.status == "cancelled_by_guest"
    anna.press(question, code)
    assert "The booking is cancelled" in anna.text
    anna.go("Book again")
    assert "How many guests?" in anna.text


def test_keeping_it_changes_nothing(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✖️", "Keep the booking")
    assert "Your table is booked" in anna.text
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"


def test_the_time_is_changed(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✏️ Change")
    assert "Booked now: Friday 5 June, 19:00 · 2 guests" in anna.text
    anna.go("Time", "20:15", "✅ Move the booking")
    reservation.refresh_from_db()
    assert (reservation.service_date, reservation.local_time) == (FRIDAY, time(20, 15))
    assert "Friday 5 June, 20:15" in anna.text
    assert len(anna.messages) == 1


def test_the_day_is_changed(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✏️", "Day", "Sat 6 Jun", "19:00", "✅")
    reservation.refresh_from_db()
    assert reservation.service_date == date(2026, 6, 6)


def test_the_party_grows_at_the_same_time(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✏️", "Number of guests")
    assert "·2·" in anna.labels
    anna.go("4", "Fri 5 Jun", "19:00", "✅")
    reservation.refresh_from_db()
    assert (reservation.party_size, reservation.local_time) == (4, time(19))


def test_two_taps_on_the_card_of_a_change_move_once(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✏️", "Time", "20:15")
    card, code = anna.screen, anna.code("✅")
    anna.press(card, code)
    anna.press(card, code)
    reservation.refresh_from_db()
    assert reservation.version == 2
    assert "Friday 5 June, 20:15" in anna.text


def test_a_change_that_lost_the_race_keeps_the_table(anna: Phone, restaurant: Restaurant) -> None:
    restaurant.tables.filter(seats=4).delete()
    reservation = booked_by(anna, restaurant, time=time(18))
    anna.says("/bookings").go("Fri 5 Jun", "✏️", "Time", "20:00")
    booked_by_a_stranger(restaurant, time=time(20))
    anna.go("✅")
    assert "20:00 is not free any more." in anna.text
    reservation.refresh_from_db()
    assert reservation.local_time == time(18)
    anna.go("18:30")
    reservation.refresh_from_db()
    assert reservation.local_time == time(18, 30)


def test_what_the_restaurant_changed_meanwhile_is_shown_first(
    anna: Phone, restaurant: Restaurant
) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun", "✏️", "Time", "20:15")
    reservation_modify(
        reservation_id=reservation.pk, changes=Changes(time=time(21)), actor=GUEST, now=NOW
    )
    anna.go("✅")
    assert "changed in the meantime" in anna.text
    assert "Friday 5 June, 21:00" in anna.text


def test_after_the_deadline_the_telephone_helps(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    anna.says("/bookings").go("Fri 5 Jun")
    shown, change, cancel = anna.screen, anna.code("✏️"), anna.code("✖️")
    anna.go("✖️")
    sure = anna.code("Yes, cancel it")
    with clock.freeze(STARTS - timedelta(minutes=90)):
        for code in (change, cancel, sure):
            tap = anna.press(shown, code)
            assert tap.text == "This list is old – refreshed."
            assert "too late to change or cancel online" in anna.text
            assert "+31 20 123 4567" in anna.text
            assert not {"✏️ Change", "✖️ Cancel booking"} & set(anna.labels)
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("confirmed", 1)


def test_a_late_guest_says_so(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    with clock.freeze(STARTS - timedelta(minutes=30)):
        anna.says("/bookings").go("Fri 5 Jun", "🕒 20 min late")
        assert "you arrive at about 19:20" in anna.text
    reservation.refresh_from_db()
    assert reservation.late_eta_at == STARTS + timedelta(minutes=20)


def test_a_guest_confirms_once_more(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    with clock.freeze(STARTS - timedelta(hours=24)):
        anna.says("/bookings").go("Fri 5 Jun")
        tap = anna.tap("👍 Yes, we are coming")
        assert "Thank you!" in tap.text
    reservation.refresh_from_db()
    assert reservation.reconfirmed_at is not None


def test_a_strangers_booking_cannot_be_reached(anna: Phone, restaurant: Restaurant) -> None:
    booked_by(anna, restaurant)
    hers = booked_by_a_stranger(restaurant, guest_name="Olga", time=time(18))
    steps = set(Step) - {Step.HOME, Step.PLACES, Step.CITIES, Step.VISITS, Step.LABEL}
    anna.says("/bookings")
    for step in sorted(steps):
        forged = Tap(
            step=step,
            reservation_id=hers.pk,
            party=2,
            day=FRIDAY,
            start=start_of(time(20), 0),
            page=10,
            version=1,
            nonce="abcdefgh",
        )
        tap = anna.press(anna.screen, encode(forged))
        assert tap.text == "This list is old – refreshed.", step
        assert "Olga" not in anna.text, step
        assert hers.reference not in anna.text, step
        assert anna.labels[0].startswith("Fri 5 Jun, 19:00"), step
    untouched = Reservation.objects.get(pk=hers.pk)
    assert (untouched.version, untouched.status) == (1, "confirmed")


def test_the_next_booking_stands_first(anna: Phone, restaurant: Restaurant) -> None:
    booked_by(anna, restaurant, time=time(21))
    booked_by(anna, restaurant, time=time(18), date=date(2026, 6, 4))
    anna.says("/bookings")
    assert [label[:10] for label in anna.labels[:2]] == ["Thu 4 Jun,", "Fri 5 Jun,"]


def test_what_staff_ask_for_later_leads_to_where_one_pays(
    anna: Phone, restaurant: Restaurant
) -> None:
    make_till(restaurant)
    reservation = booked_by(anna, restaurant)
    reservation_deposit_ask(
        reservation_id=reservation.pk,
        kind=Kind.DEPOSIT,
        amount=Money(2000, "EUR"),
        release_unpaid=False,
        actor=STAFF,
        now=NOW,
    )
    anna.says("/bookings").go("Fri 5 Jun")
    assert "deposit €20" in anna.text
    assert anna.url("💳 Pay now").endswith("/pay/")
