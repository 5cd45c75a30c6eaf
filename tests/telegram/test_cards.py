"""A request becomes a card in the chat of the restaurant, and stays true (requirements I1, I2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bookings.models import Reservation
from bookings.services import (
    reservation_approve,
    reservation_cancel,
    reservation_decline,
    reservation_expire,
)
from notifications.models import Message
from notifications.tasks import send_message
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from restaurants.models import Membership
from telegram_bot.models import AdminChat, Card, CardState
from telegram_bot.outbox import cards_in_the_outbox
from telegram_bot.services.cards import card_settle, cards_sweep
from telegram_bot.tasks import sweep_cards, sync_card
from tests.factories import GUEST, NOW
from tests.telegram.conftest import polling_bot
from tests.telegram.people import House, make_house, staff_actor
from tests.telegram.server import TelegramServer
from tests.telegram.world import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house(telegram: TelegramServer) -> House:
    return make_house(telegram)


@pytest.fixture
def open_house(bot: TelegramServer) -> House:
    """With the bot listening."""
    return make_house(bot)


def status_of(reservation: Reservation) -> str:
    return Reservation.objects.values_list("status", flat=True).get(pk=reservation.pk)


def test_a_request_becomes_a_card(house: House) -> None:
    house.request(party_size=2, special_requests="By the window", guest_name="Anna <b>& Co")
    text = house.card.text
    for said in ("New request", "Anna <b>& Co", "Friday 5 June", "19:00", "2 guests"):
        assert said in text
    assert "+31612345678" in text
    assert "first visit" in text
    assert "table 1" in text
    assert "By the window" not in text  # only flagged in groups
    assert house.card.labels == ["✅ Confirm", "❌ Discard", "🕑 Other time"]
    assert "/edit/" in house.card.button("Other time")["url"]


def test_instant_confirmations_make_no_card(telegram: TelegramServer) -> None:
    house = make_house(telegram)
    house.restaurant.policy.confirmation_mode = "instant"
    house.restaurant.policy.save()
    house.request()
    assert house.group.from_bot == []


def test_a_tap_confirms_and_the_card_says_who(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    assert maria.taps(open_house.card, "Confirm").answer() == "Confirmed."
    assert status_of(reservation) == "confirmed"
    shown = open_house.group.wait_for("Confirmed by Maria, 11:00, table 1")
    assert shown.labels == ["↩️ Undo", "↗️ Open"]
    entry = AuditEntry.objects.get(action="reservation.confirmed")
    assert (entry.actor_label, entry.channel) == ("Maria", "telegram")
    open_house.deliver()
    assert len(open_house.group.from_bot) == 1, "one message, edited in place"
    assert shown.edits == 1, "the event finds nothing left to do"


def test_discarding_asks_why_and_tells_the_guest_in_their_language(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request(guest_language="en")
    card = open_house.card
    maria.taps(card, "Discard").answer()
    wait_until(lambda: "Why?" in card.text, "no question")
    maria.taps(card, "Back").answer()
    wait_until(lambda: "Why?" not in card.text, "the question stays")
    maria.taps(card, "Discard").answer()
    wait_until(lambda: "Why?" in card.text, "no question")
    assert maria.taps(card, "fully booked").answer() == "Declined."
    open_house.group.wait_for("Declined by Maria, 11:00, We are fully booked at that time.")
    reservation.refresh_from_db()
    assert (reservation.status, reservation.cancellation_reason) == (
        "declined",
        "We are fully booked at that time.",
    )


def test_a_second_tap_says_who_was_quicker(open_house: House) -> None:
    maria, olga = open_house.add_staff("Maria"), open_house.add_staff("Olga")
    reservation = open_house.request()
    data = open_house.card.button("Confirm")["callback_data"]
    maria.sends_callback(open_house.card, data).answer()
    tap = olga.sends_callback(open_house.card, data)
    assert "Maria, 11:00" in tap.answer()
    assert tap.is_alert
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("confirmed", 2)


def test_a_stranger_is_refused(open_house: House) -> None:
    reservation = open_house.request()
    stranger = open_house.telegram.add_user("Eve")
    tap = stranger.taps(open_house.card, "Confirm")
    assert "not linked" in tap.answer()
    assert tap.is_alert
    assert status_of(reservation) == "pending"


def test_staff_of_another_restaurant_are_refused(open_house: House) -> None:
    reservation = open_house.request()
    other = make_house(open_house.telegram).add_staff("Eve", "owner")
    assert "may not" in other.taps(open_house.card, "Confirm").answer()
    assert status_of(reservation) == "pending"


def test_who_was_dismissed_is_refused_at_once(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    Membership.objects.all().delete()
    assert "may not" in maria.taps(open_house.card, "Confirm").answer()
    assert status_of(reservation) == "pending"


def test_viewers_may_look_only(open_house: House) -> None:
    viewer = open_house.add_staff("Vic", "viewer")
    reservation = open_house.request()
    assert "may not" in viewer.taps(open_house.card, "Confirm").answer()
    assert status_of(reservation) == "pending"


def test_a_card_is_answered_in_its_own_chat_only(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    elsewhere = open_house.telegram.add_group("Elsewhere")
    copy = maria.sends("/help", chat=elsewhere)
    data = open_house.card.button("Confirm")["callback_data"]
    assert "old" in maria.sends_callback(copy, data).answer()
    assert status_of(reservation) == "pending"


@pytest.mark.parametrize("data", ["c:ok:1", "c:ok:x:1", "c:ok:99999999999:1", "c::::", "c:"])
def test_forged_taps_are_answered(open_house: House, data: str) -> None:
    maria = open_house.add_staff("Maria")
    open_house.request()
    assert "old" in maria.sends_callback(open_house.card, data).answer()


def test_a_replayed_tap_changes_nothing(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    maria.taps(open_house.card, "Confirm").answer()
    open_house.group.wait_for("Confirmed by Maria")
    open_house.telegram.replay()
    maria.sends("/help", chat=open_house.group)
    reservation.refresh_from_db()
    assert reservation.version == 2


def test_an_old_message_still_works_after_a_restart(house: House) -> None:
    maria = house.add_staff("Maria")
    reservation = house.request()
    with polling_bot():
        maria.taps(house.card, "Confirm").answer()
    assert status_of(reservation) == "confirmed"


def test_undo_makes_it_a_request_again(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    maria.taps(open_house.card, "Confirm").answer()
    shown = open_house.group.wait_for("Confirmed by Maria")
    assert "Taken back" in maria.taps(shown, "Undo").answer()
    open_house.group.wait_for("answer taken back by Maria")
    assert status_of(reservation) == "pending"
    assert shown.labels[:2] == ["✅ Confirm", "❌ Discard"]


def test_the_undo_button_goes_after_a_minute(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    reservation = open_house.request()
    maria.taps(open_house.card, "Confirm").answer()
    shown = open_house.group.wait_for("Confirmed by Maria")
    undo = shown.button("Undo")["callback_data"]
    wait_until(lambda: Card.objects.filter(undo_until__isnull=False).exists(), "no end of undo")
    with clock.freeze(NOW + timedelta(seconds=61)):
        assert sweep_cards() == 1
        assert shown.labels == ["↗️ Open"]
        assert "one minute" in maria.sends_callback(shown, undo).answer()
    assert status_of(reservation) == "confirmed"


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (reservation_approve, "Confirmed by Olga"),
        (reservation_decline, "Declined by Olga"),
    ],
)
def test_what_is_answered_elsewhere_edits_the_card(house: House, deed: object, said: str) -> None:
    reservation = house.request()
    deed(reservation_id=reservation.pk, actor=staff_actor(), now=NOW)  # type: ignore[operator]
    house.deliver()
    assert said in house.card.text
    assert len(house.group.from_bot) == 1


def test_the_guest_cancels_or_nobody_answers(house: House) -> None:
    first, second = house.request(), house.request(party_size=4, guest_phone="+31612345679")
    reservation_cancel(reservation_id=first.pk, actor=GUEST, now=NOW)
    assert second.expires_at is not None
    reservation_expire(reservation_id=second.pk, actor=SYSTEM, now=second.expires_at)
    with clock.freeze(second.expires_at):
        house.deliver()
    texts = [message.text for message in house.group.from_bot]
    assert "Cancelled by the guest" in texts[0]
    assert "Nobody answered in time" in texts[1]


def test_every_chat_of_the_restaurant_gets_its_card(house: House) -> None:
    person = house.telegram.add_user("Olga")
    AdminChat.objects.create(
        restaurant=house.restaurant, chat_id=person.id, language="ru", linked_at=NOW
    )
    house.request(special_requests="By the window")
    assert "By the window" in person.last.text
    assert len(house.group.from_bot) == 1
    assert AdminChat.objects.count() == Card.objects.filter(state=CardState.SHOWN).count() == 2


def test_telegram_down_costs_nothing_but_time(house: House) -> None:
    house.telegram.down()
    reservation = house.request()
    card = Card.objects.get()
    assert (card.state, card.message_id) == (CardState.WAITING, None)
    assert card.due_at is not None
    house.telegram.up()
    with clock.freeze(card.due_at + timedelta(seconds=1)):
        assert sweep_cards() == 1
    assert "New request" in house.card.text
    assert status_of(reservation) == "pending"


def test_a_request_decided_while_telegram_was_down_needs_no_card(house: House) -> None:
    house.telegram.down()
    reservation = house.request()
    reservation_approve(reservation_id=reservation.pk, actor=staff_actor(), now=NOW)
    house.telegram.up()
    with clock.freeze(NOW + timedelta(minutes=5)):
        house.deliver()
    assert house.group.from_bot == []
    assert Card.objects.get().state == CardState.DROPPED


def test_flood_control_is_obeyed(house: House) -> None:
    house.telegram.fail_next("sendMessage", code=429, description="Too Many", retry_after=30)
    house.request()
    card = Card.objects.get()
    assert card.due_at is not None
    assert card.due_at >= NOW + timedelta(seconds=30)
    with clock.freeze(card.due_at):
        sweep_cards()
    assert len(house.group.from_bot) == 1


def test_a_chat_that_threw_the_bot_out_is_switched_off(house: House) -> None:
    house.group.refuses = "Forbidden: bot was kicked from the supergroup chat"
    house.request()
    house.chat.refresh_from_db()
    assert not house.chat.is_active
    assert "kicked" in house.chat.disabled_reason
    assert Card.objects.get().state == CardState.FAILED
    assert AuditEntry.objects.filter(action="telegram.chat_disabled").exists()


def test_a_group_that_became_a_supergroup_is_followed(house: House) -> None:
    moved = house.telegram.add_group("Admins, moved")
    house.telegram.fail_next(
        "sendMessage", code=400, description="Bad Request: upgraded", migrate_to_chat_id=moved.id
    )
    house.request()
    with clock.freeze(NOW + timedelta(minutes=1)):
        sweep_cards()
    assert "New request" in moved.last.text


def test_a_sending_that_nobody_knows_of_is_never_repeated(house: House) -> None:
    house.telegram.lose_answer_next("sendMessage")
    house.request()
    card = Card.objects.get()
    assert card.state == CardState.UNCERTAIN
    with clock.freeze(NOW + timedelta(hours=1)):
        assert sweep_cards() == 0
    assert len(house.group.from_bot) == 1


def test_a_tap_on_an_uncertain_card_settles_it(open_house: House) -> None:
    maria = open_house.add_staff("Maria")
    open_house.telegram.lose_answer_next("sendMessage")
    open_house.request()
    maria.taps(open_house.card, "Confirm").answer()
    open_house.group.wait_for("Confirmed by Maria")
    wait_until(lambda: Card.objects.get().state == CardState.SHOWN, "still uncertain")


def test_a_crash_while_sending_leaves_the_card_uncertain(house: House) -> None:
    house.request_unsent()
    house.telegram.down()
    house.deliver()
    Card.objects.update(state=CardState.SENDING, claimed_at=NOW, due_at=NOW)
    house.telegram.up()
    assert cards_sweep(now=NOW + timedelta(minutes=1)) == []
    assert cards_sweep(now=NOW + timedelta(minutes=3)) == []
    assert Card.objects.get().state == CardState.UNCERTAIN
    card_settle(card_id=Card.objects.get().pk, arrived=False, now=NOW)
    assert sync_card(Card.objects.get().pk)
    assert len(house.group.from_bot) == 1


def test_a_crash_while_editing_is_made_good(house: House) -> None:
    reservation = house.request()
    reservation_approve(reservation_id=reservation.pk, actor=staff_actor(), now=NOW)
    Card.objects.update(claimed_at=NOW, due_at=NOW)
    with clock.freeze(NOW + timedelta(minutes=3)):
        assert sweep_cards() == 1
    assert "Confirmed by Olga" in house.card.text


def test_a_card_in_a_topic_is_sent_there(house: House) -> None:
    AdminChat.objects.update(thread_id=5)
    house.request()
    assert house.card.thread_id == 5


def test_cards_are_seen_in_the_outbox_of_development(house: House) -> None:
    house.request(guest_name="Anna de Vries")
    (item,) = cards_in_the_outbox()
    assert "Anna de Vries" in item.text
    assert (item.to, item.status_label) == ("Admins", "Shown")
    assert [button.label for button in item.buttons][:1] == ["✅ Confirm"]


def test_chats_of_staff_hear_of_cancellations_and_late_parties(house: House) -> None:
    house.restaurant.policy.confirmation_mode = "instant"
    house.restaurant.policy.save()
    reservation = house.request()
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    run_deliveries()
    message = Message.objects.get(kind="staff_cancelled")
    assert (message.channels, message.context) == (
        ["telegram"],
        {"chat": str(house.group.id)},
    )
    assert send_message(message.pk)
    assert "Anna" in house.group.last.text
