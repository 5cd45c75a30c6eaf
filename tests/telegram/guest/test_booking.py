"""From a restaurant to a booked table in four taps."""

from __future__ import annotations

from datetime import date, time

import pytest

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_create
from notifications.models import ContactPoint
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from telegram_bot.guest.acts.taps import tap_answer
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.profiles import Visitor
from tests.bookings.deposits.people import make_rule, make_till
from tests.concurrency.racing import race
from tests.factories import FRIDAY, GUEST, NOW, a_request
from tests.telegram.guest.phone import Phone, struck
from tests.telegram.world import wait_until

FOUR_TAPS = ("2", "Fri 5 Jun", "19:00", "✅")


def test_four_taps_lead_from_the_restaurant_to_the_table(anna: Phone) -> None:
    anna.says("/start r-bistro-anna")
    assert "Bistro Anna" in anna.text
    anna.go(*FOUR_TAPS)

    reservation = Reservation.objects.get()
    assert anna.taps == 4
    assert anna.messages == [anna.text]
    assert "Your table is booked" in anna.text
    assert reservation.reference in anna.text
    assert (reservation.service_date, reservation.local_time) == (FRIDAY, time(19))
    assert (reservation.party_size, reservation.source) == (2, "telegram")
    assert (reservation.guest_name, str(reservation.guest_phone)) == (
        "Anna de Vries",
        "+31612345678",
    )
    assert reservation.guest_language == "en"
    point = ContactPoint.objects.get(guest=reservation.guest)
    assert (point.channel, point.address) == ("telegram", str(anna.user.id))
    entry = AuditEntry.objects.get(action="reservation.created")
    assert (entry.actor_kind, entry.channel) == ("guest", "telegram")


def test_a_table_that_costs_money_says_so_and_leads_to_where_one_pays(
    anna: Phone, restaurant: Restaurant
) -> None:
    make_till(restaurant)
    make_rule(restaurant, amount_minor=1000, sources=["telegram"])
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    assert "You pay a deposit of €20" in anna.text
    anna.go("✅ Book and pay €20")

    reservation = Reservation.objects.get()
    assert reservation.status == "pending_payment"
    assert "Waiting for your payment" in anna.text
    assert "deposit €10 per person" in anna.text
    assert anna.url("💳 Pay now").endswith(f"/b/{manage_token_of(reservation)}/pay/")


def test_a_newcomer_needs_four_taps_too(newcomer: Phone) -> None:
    newcomer.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    asked = newcomer.user.wait_for("Share your phone number")
    assert asked.reply_keyboard[0][0]["request_contact"] is True
    newcomer.user.shares_contact("31612345678")
    newcomer.waits_for("Your table is booked")

    wait_until(lambda: len(newcomer.user.messages) == 2, "the contact is not tidied away")
    assert newcomer.messages == [newcomer.text]
    assert Reservation.objects.get().guest_phone == "+31612345678"
    newcomer.says("/start r-bistro-anna").go("2", "Sat 6 Jun", "19:00")
    assert "Anna de Vries · +31612345678" in newcomer.text
    assert len(newcomer.messages) == 1


def test_somebody_elses_contact_is_refused(newcomer: Phone) -> None:
    newcomer.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    newcomer.user.wait_for("Share your phone number")
    boris = newcomer.user.world.add_user("Boris")
    newcomer.user.shares_contact("+31687654321", of=boris)
    newcomer.user.wait_for("somebody else’s number")

    assert not Reservation.objects.exists()
    assert GuestProfile.objects.get().phone == ""
    newcomer.user.shares_contact("+31612345678")
    newcomer.waits_for("Your table is booked")
    assert Reservation.objects.get().guest_phone == "+31612345678"


def test_a_typed_number_is_no_proof(newcomer: Phone) -> None:
    newcomer.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    newcomer.user.wait_for("Share your phone number")
    newcomer.user.sends("+31 6 8765 4321")
    newcomer.user.wait_for("Please use the button")
    assert not Reservation.objects.exists()


def test_going_back_takes_the_question_for_the_number_away(newcomer: Phone) -> None:
    newcomer.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    newcomer.user.wait_for("Share your phone number")
    newcomer.go("‹ Back")
    assert newcomer.messages == [newcomer.text]
    newcomer.user.shares_contact("+31612345678")
    newcomer.waits_for("your number is saved")
    assert not Reservation.objects.exists()


def test_two_taps_on_one_card_book_once(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    card, code = anna.screen, anna.code("✅")
    first = anna.user.sends_callback(card, code)
    second = anna.user.sends_callback(card, code)
    first.answer()
    second.answer()
    assert Reservation.objects.count() == 1
    assert "Your table is booked" in anna.text


def test_one_tap_in_two_processes_books_once(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    code = anna.code("✅")
    visitor = Visitor(anna.user.id, anna.user.id, anna.user.name)

    def answer() -> str:
        screen = tap_answer(visitor=visitor, code=code, now=NOW).reply.screen
        return screen.text if screen else ""

    outcomes = race(answer, answer, answer)
    assert all("Your table is booked" in str(outcome) for outcome in outcomes)
    assert Reservation.objects.count() == 1


def test_the_loser_of_a_race_is_offered_other_times(anna: Phone, restaurant: Restaurant) -> None:
    restaurant.tables.filter(seats=4).delete()
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    assert "last table" in anna.text
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    anna.go("✅")

    assert "19:00 was just taken" in anna.text
    assert anna.labels[:3] == ["20:30", "20:45", "21:00"]
    anna.go("20:30")
    assert "Your table is booked" in anna.text
    mine = Reservation.objects.get(source="telegram")
    assert mine.local_time == time(20, 30)
    assert len(anna.messages) == 1


def test_a_booking_that_waits_for_the_restaurant_says_so(
    anna: Phone, restaurant: Restaurant
) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    assert "The restaurant will confirm your request." in anna.text
    anna.go("✅ Ask for this table")
    assert "Your request is with the restaurant" in anna.text
    assert Reservation.objects.get().status == "pending"


def test_the_card_names_the_terms(anna: Phone, restaurant: Restaurant) -> None:
    restaurant.policy.cancellation_policy = "Please <call> us."
    restaurant.policy.save()
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    assert "Friday 5 June, 19:00" in anna.text
    assert "Free to cancel until Friday 5 June, 17:00." in anna.text
    assert "Please <call> us." in anna.text
    assert "Amsterdam time (CEST, UTC+02:00)" in anna.text


def test_a_second_booking_close_by_is_refused_with_the_way_to_the_first(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go(*FOUR_TAPS)
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:30", "✅")
    assert "You already have a booking around this time" in anna.text
    assert "My bookings" in anna.labels
    assert Reservation.objects.count() == 1


def test_a_blocked_guest_is_not_accused(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go(*FOUR_TAPS)
    guest = Reservation.objects.get().guest
    assert guest is not None
    guest.is_blocked = True
    guest.save()
    anna.says("/start r-bistro-anna").go("2", "Sat 6 Jun", "19:00", "✅")
    assert "no online availability" in anna.text
    assert "+31 20 123 4567" in anna.text


@pytest.mark.parametrize("language", ["ru", "ru-RU"])
def test_russian_speakers_book_in_russian(
    anna: Phone, restaurant: Restaurant, language: str
) -> None:
    anna.user.language = language
    anna.says("/start")
    assert anna.labels == ["Забронировать", "Мои брони"]
    anna.says("/start r-bistro-anna").go("2", "Пт, 5", "19:00")
    assert "5 июня, 19:00" in anna.text
    anna.go("✅ Забронировать столик")
    assert "Столик забронирован" in anna.text
    assert Reservation.objects.get().guest_language == "ru"


def test_more_guests_than_eight_are_sent_to_the_telephone(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go("more")
    assert "More than 12 guests?" in anna.text
    assert "+31 20 123 4567" in anna.text
    assert anna.labels == ["9", "10", "11", "12", "‹ Back"]


def test_a_full_day_leads_to_other_times(anna: Phone, restaurant: Restaurant) -> None:
    restaurant.tables.filter(seats=4).delete()
    for at in (time(18), time(19, 30), time(21), time(22)):
        table = restaurant.tables.get()
        request = a_request(restaurant, time=at, table_ids=(table.pk,), overrides=frozenset())
        if at < time(22):
            reservation_create(request=request, actor=GUEST, now=NOW)
    anna.says("/start r-bistro-anna").go("2")
    assert "Fri 5 Jun · full" in anna.labels
    anna.go("Fri 5 Jun · full")
    assert "Every time on this day is taken." in anna.text
    assert struck("19:00") in anna.labels
    assert "Sat 6 Jun, 19:00" in anna.labels
    why = anna.tap(struck("19:00"))
    assert why.text == "19:00: No table of this size is free then."
    assert why.is_alert
    anna.go("Sat 6 Jun, 19:00", "✅")
    assert Reservation.objects.get(source="telegram").service_date == date(2026, 6, 6)


def test_a_closed_day_says_why(anna: Phone, restaurant: Restaurant) -> None:
    restaurant.service_periods.update(weekdays=[0, 1, 2, 3, 4, 5])
    anna.says("/start r-bistro-anna").go("2")
    assert "Sun 7 Jun · closed" in anna.labels
    before = anna.text
    why = anna.tap("Sun 7 Jun · closed")
    assert why.is_alert
    assert "The restaurant" in why.text
    assert anna.text == before


def test_later_weeks_are_on_further_pages(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go("2")
    assert anna.labels[0] == "Today"
    anna.go("Later ›")
    assert anna.labels[0] == "Mon 8 Jun"
    anna.go("Mon 8 Jun", "‹ Back")
    assert anna.labels[0] == "Mon 8 Jun"
    anna.go("‹ Earlier")
    assert anna.labels[0] == "Today"
