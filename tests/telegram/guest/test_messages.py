"""Answers to messages of the channel, and free words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Reservation
from notifications.models import ConversationEntry, Message, MessageAttempt, OptOut
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import NOW
from tests.telegram.guest.phone import Phone
from tests.telegram.guest.visiting import booked_by, booked_by_a_stranger
from tests.telegram.world import Shown, wait_until

STARTS = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)


@pytest.fixture
def reservation(anna: Phone, restaurant: Restaurant) -> Reservation:
    return booked_by(anna, restaurant)


@pytest.fixture
def reminder(anna: Phone, reservation: Reservation) -> Shown:
    return sent_to(anna, reservation)


def sent_to(phone: Phone, reservation: Reservation) -> Shown:
    """A message as the channel sends it, with its row."""
    world = phone.user.world
    keyboard: list[list[dict[str, str]]] = [
        [{"text": word, "callback_data": f"m:{word}"} for word in ANSWERS],
        [{"text": "Your booking", "url": "https://book.example.com/b/1/"}],
    ]
    shown = Shown(
        chat=phone.user.chat, message_id=world.next_message_id(), text="Reminder", keyboard=keyboard
    )
    phone.user.chat.messages.append(shown)
    message = Message.objects.create(
        dedupe_key=f"test:{reservation.pk}",
        kind="reconfirm",
        restaurant=reservation.restaurant,
        reservation=reservation,
        guest=reservation.guest,
        status="sent",
        due_at=NOW,
        expires_at=NOW + timedelta(days=2),
        created_at=NOW,
    )
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel="telegram",
        provider="telegram",
        provider_id=f"{phone.user.id}:{shown.message_id}",
        address=str(phone.user.id),
        outcome="taken",
        started_at=NOW,
    )
    return shown


ANSWERS = ("confirm", "cancel", "late")


def test_a_reply_button_confirms_and_the_buttons_go(
    anna: Phone, reservation: Reservation, reminder: Shown
) -> None:
    tap = anna.user.taps(reminder, "confirm")
    assert "Thank you!" in tap.answer()
    assert reminder.labels == ["Your booking"]
    assert reminder.text == "Reminder"
    reservation.refresh_from_db()
    assert reservation.reconfirmed_at == NOW
    assert ConversationEntry.objects.get().understood_as == "confirm"


def test_a_reply_button_cancels(anna: Phone, reservation: Reservation, reminder: Shown) -> None:
    code = "m:cancel"
    assert anna.user.sends_callback(reminder, code).answer() == "The booking is cancelled"
    assert anna.user.sends_callback(reminder, code).answer() == "The booking is cancelled"
    reservation.refresh_from_db()
    assert reservation.status == "cancelled_by_guest"
    assert reminder.labels == ["Your booking"]


def test_a_reply_button_after_the_deadline_names_the_telephone(
    anna: Phone, reservation: Reservation, reminder: Shown
) -> None:
    with clock.freeze(STARTS - timedelta(minutes=90)):
        tap = anna.user.taps(reminder, "cancel")
        assert "+31 20 123 4567" in tap.answer()
        assert tap.is_alert
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"


def test_the_button_for_late_guests_asks_how_late(
    anna: Phone, reservation: Reservation, reminder: Shown
) -> None:
    with clock.freeze(STARTS - timedelta(minutes=30)):
        anna.user.taps(reminder, "late").answer()
        assert reminder.labels == ["🕒 10 min late", "🕒 20 min late", "Your booking"]
        anna.user.taps(reminder, "🕒 10").answer()
        assert "you arrive at about 19:10" in reminder.text


def test_a_button_under_a_strangers_message_does_nothing(
    anna: Phone, restaurant: Restaurant
) -> None:
    boris = Phone(anna.user.world.add_user("Boris"))
    hers = booked_by_a_stranger(restaurant)
    shown = sent_to(anna, hers)
    copy = Shown(chat=boris.user.chat, message_id=shown.message_id, text="Reminder")
    boris.user.chat.messages.append(copy)
    for code in ("m:cancel", "m:confirm", "m:late"):
        assert "no booking ahead" in boris.press(copy, code).text
    hers.refresh_from_db()
    assert (hers.status, hers.version) == ("confirmed", 1)


def test_free_words_go_to_the_restaurant(anna: Phone, reservation: Reservation) -> None:
    anna.says("/start").says("Do you have a high chair?")
    assert anna.text == "Passed on to Bistro Anna."
    assert len(anna.messages) == 1
    entry = ConversationEntry.objects.get()
    assert (entry.reservation, entry.text) == (reservation, "Do you have a high chair?")
    assert entry.seen_at is None


def test_the_word_yes_confirms(anna: Phone, reservation: Reservation) -> None:
    anna.says("Yes!")
    assert reservation.reference in anna.text
    reservation.refresh_from_db()
    assert reservation.reconfirmed_at == NOW


def test_the_word_cancel_cancels(anna: Phone, reservation: Reservation) -> None:
    anna.says("cancel")
    assert "The booking is cancelled" in anna.text


def test_words_of_somebody_without_a_booking_show_what_can_be_done(anna: Phone) -> None:
    anna.says("Hello?")
    assert anna.labels == ["Book", "My bookings"]
    assert not ConversationEntry.objects.exists()


def test_stop_is_heard(anna: Phone, reservation: Reservation) -> None:
    anna.says("STOP")
    assert "No more messages" in anna.text
    assert OptOut.objects.filter(channel="telegram", address=str(anna.user.id)).exists()
    anna.says("start")
    wait_until(lambda: not OptOut.objects.exists(), "START is not heard")
