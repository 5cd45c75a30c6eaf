"""/start, links into the bot, and what it does not listen to."""

from __future__ import annotations

import pytest

from bookings.models import Reservation
from notifications.models import ContactPoint
from notifications.services import contact_link_create
from restaurants.models import Restaurant
from tests.factories import NOW
from tests.telegram.guest.phone import Phone
from tests.telegram.guest.visiting import booked_by, booked_by_a_stranger
from tests.telegram.server import TelegramServer
from tests.telegram.world import wait_until


def test_the_first_word_is_one_line_with_two_buttons(anna: Phone) -> None:
    anna.says("/start")
    assert "\n" not in anna.text
    assert anna.labels == ["Book", "My bookings"]


def test_starting_again_leaves_one_message(anna: Phone) -> None:
    anna.says("/start").says("/start").says("/bookings")
    assert len(anna.messages) == 1


@pytest.mark.parametrize("by_number", [False, True])
def test_a_link_leads_straight_into_the_restaurant(
    anna: Phone, restaurant: Restaurant, by_number: bool
) -> None:
    key = restaurant.pk if by_number else restaurant.slug
    anna.says(f"/start r-{key}")
    assert "How many guests?" in anna.text
    assert anna.labels[:8] == list("12345678")


def test_a_link_to_a_hidden_restaurant_shows_the_others(
    anna: Phone, restaurant: Restaurant
) -> None:
    Restaurant.objects.create(
        organisation=restaurant.organisation,
        name="Secret",
        slug="secret",
        country="NL",
        timezone="Europe/Amsterdam",
        is_public=False,
    )
    anna.says("/start r-secret")
    assert "cannot be booked here" in anna.text
    assert [label for label in anna.labels if "Secret" in label] == []


def test_a_one_time_link_connects_the_chat(newcomer: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by_a_stranger(restaurant)
    token = contact_link_create(reservation_id=reservation.pk, channel="telegram", now=NOW)
    newcomer.says(f"/start {token}")
    assert "Connected" in newcomer.text
    assert reservation.reference in newcomer.text
    point = ContactPoint.objects.get(guest=reservation.guest)
    assert point.address == str(newcomer.user.id)
    newcomer.says("/bookings")
    assert newcomer.labels[0].startswith("Fri 5 Jun, 19:00")


def test_a_one_time_link_works_once(
    bot: TelegramServer, newcomer: Phone, restaurant: Restaurant
) -> None:
    reservation = booked_by_a_stranger(restaurant)
    token = contact_link_create(reservation_id=reservation.pk, channel="telegram", now=NOW)
    newcomer.says(f"/start {token}")
    boris = Phone(bot.add_user("Boris"))
    boris.says(f"/start {token}")
    assert "used before or is too old" in boris.text
    assert boris.labels == ["Book", "My bookings"]
    assert ContactPoint.objects.count() == 1


def test_the_chosen_language_is_spoken(anna: Phone) -> None:
    anna.user.sends("/lang")
    anna.user.taps(anna.user.wait_for("Which language"), "Русский").answer()
    anna.user.sends("/start")
    wait_until(
        lambda: any("Мои брони" in shown.labels for shown in anna.user.chat.from_bot),
        "it is not Russian",
    )


def test_groups_are_not_spoken_to(bot: TelegramServer, anna: Phone) -> None:
    group = bot.add_group("Friends")
    anna.user.sends("/start", chat=group)
    anna.user.sends("/bookings", chat=group)
    anna.says("/start")
    assert group.from_bot == []


def test_an_old_keyboard_is_refreshed(anna: Phone, restaurant: Restaurant) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun")
    shown, gone = anna.screen, anna.code("19:00")
    restaurant.tables.filter(seats=4).delete()
    booked_by_a_stranger(restaurant)
    tap = anna.press(shown, gone)
    assert tap.text == "This list is old – refreshed."
    assert "19:00 is not free any more." in anna.text
    assert "21:00" in anna.labels


def test_a_code_of_no_release_begins_anew(anna: Phone) -> None:
    anna.says("/start r-bistro-anna")
    for code in ("g:zz.1", "g:", "g:cd.zzzzzzzzzzzzzz", "g:ts" + ".1" * 9):
        tap = anna.press(anna.screen, code)
        assert tap.text == "This list is old – refreshed."
        assert anna.labels == ["Book", "My bookings"]


def test_a_forged_restaurant_leads_to_the_list(anna: Phone) -> None:
    anna.says("/start")
    for code in ("g:gp.zzzz", "g:cd.zzzz..2.75e.1", "g:ok.zzzz..2.75e.1...abc"):
        tap = anna.press(anna.screen, code)
        assert tap.text == "This list is old – refreshed."
        assert "Bistro Anna · Amsterdam" in anna.labels


def test_a_forged_card_without_a_free_time_books_nothing(
    anna: Phone, restaurant: Restaurant
) -> None:
    anna.says("/start r-bistro-anna").go("2", "Fri 5 Jun", "19:00")
    forged = anna.code("✅").split(".")
    forged[3] = "50"  # 180 guests
    anna.press(anna.screen, ".".join(forged))
    assert not Reservation.objects.exists()


def test_who_blocks_the_bot_is_not_written_to(anna: Phone, restaurant: Restaurant) -> None:
    reservation = booked_by(anna, restaurant)
    _member(anna, "kicked")
    point = ContactPoint.objects.filter(guest=reservation.guest)
    wait_until(lambda: point.get().disabled_at is not None, "the chat is not disabled")
    assert point.get().disabled_reason == "blocked"
    _member(anna, "member")
    anna.says("/start r-bistro-anna").go("2", "Sat 6 Jun", "19:00", "✅")
    assert ContactPoint.objects.filter(disabled_at=None).count() == 1


def _member(phone: Phone, status: str) -> None:
    bot = phone.user.world.bot_json()
    was, now = ("kicked", status) if status == "member" else ("member", status)
    until = {"until_date": 0}
    phone.user.world.happens(
        "my_chat_member",
        {
            "chat": phone.user.chat.as_json(),
            "from": phone.user.as_json(),
            "date": int(NOW.timestamp()),
            "old_chat_member": {"user": bot, "status": was} | (until if was == "kicked" else {}),
            "new_chat_member": {"user": bot, "status": now} | (until if now == "kicked" else {}),
        },
    )


def test_every_tap_is_answered_once(bot: TelegramServer, anna: Phone) -> None:
    anna.says("/start").go("Book", "‹ Back", "My bookings").says("/start")
    assert len(bot.calls_of("answerCallbackQuery")) == 3


def test_a_screen_that_the_guest_deleted_comes_anew(anna: Phone) -> None:
    anna.says("/start")
    shown, code = anna.screen, anna.code("Book")
    anna.user.chat.messages.remove(shown)
    anna.press(shown, code)
    assert "Where would you like to eat?" in anna.text
    assert len(anna.messages) == 1


def test_the_tapped_message_is_the_one_that_stays(anna: Phone) -> None:
    anna.says("/start")
    first = anna.screen
    world = anna.user.world
    world.fail_next("deleteMessage", code=400, description="Bad Request: message can't be deleted")
    anna.user.sends("/bookings")
    anna.user.wait_for("You have no bookings ahead.")
    assert len(anna.messages) == 2
    anna.press(first, "g:rl")
    assert anna.messages == [first.text]
    assert "Where would you like to eat?" in first.text


def test_a_picture_is_not_taken_for_words(anna: Phone) -> None:
    anna.says("/start")
    sticker = {
        "file_id": "1",
        "file_unique_id": "1",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    world = anna.user.world
    message = world.message_json(anna.screen) | {"from": anna.user.as_json(), "sticker": sticker}
    message["message_id"] = world.next_message_id()
    del message["text"], message["reply_markup"]
    world.happens("message", message)
    anna.waits_for("Only words can be passed on")
    wait_until(lambda: len(anna.messages) == 1, "the old screen stays")
