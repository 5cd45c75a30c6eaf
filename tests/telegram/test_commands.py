"""What staff ask the bot (requirement I4): one message per answer, edited in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services import reservation_approve, reservation_seat
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Membership, Restaurant, SpecialDay
from restaurants.permissions import Capability
from telegram_bot.models import AdminChat, StaffChat
from telegram_bot.presenters.book import today_screen
from telegram_bot.selectors.people import post_of
from telegram_bot.tasks import send_digests
from tests.factories import FRIDAY, NOW, STAFF, make_table
from tests.telegram.people import House, make_house
from tests.telegram.server import TelegramServer
from tests.telegram.world import Shown, User, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = datetime(2026, 6, 5, 17, 5, tzinfo=UTC)
"""Friday, 19:05 in Amsterdam: five minutes after the bookings of the tests."""


@pytest.fixture
def house(bot: TelegramServer) -> House:
    return make_house(bot)


@pytest.fixture(autouse=True)
def _evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


def booked(house: House, **fields: object) -> Reservation:
    with clock.freeze(NOW):
        reservation = house.request_unsent(**fields)
        return reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)


def status_of(reservation: Reservation) -> str:
    return Reservation.objects.values_list("status", flat=True).get(pk=reservation.pk)


def test_today_lists_who_comes_with_counts(house: House) -> None:
    maria = house.add_staff("Maria")
    booked(house)
    maria.sends("/today")
    shown = maria.wait_for("Friday 5 June")
    assert "2 covers · 1 party" in shown.text
    assert "✅ 19:00 · Anna de Vries · 2 guests · 🪑 1" in shown.text
    assert "19:00 Anna de Vries" in shown.labels


def test_today_works_in_the_group_for_members_only(house: House) -> None:
    maria, eve = house.add_staff("Maria"), house.telegram.add_user("Eve")
    maria.sends("/today@reservehub_test_bot", chat=house.group)
    house.group.wait_for("Friday 5 June")
    eve.sends("/today", chat=house.group)
    house.group.wait_for("not linked")


def test_guests_do_not_reach_the_commands_of_staff(house: House) -> None:
    booked(house)
    eve = house.telegram.add_user("Eve")
    eve.sends("/today")
    eve.sends("/floor")
    eve.sends("/lang")
    eve.wait_for("Which language")
    assert not [m for m in eve.chat.from_bot if "Anna" in m.text or house.restaurant.name in m.text]


def test_a_visit_from_arrival_to_departure(house: House) -> None:
    maria = house.add_staff("Maria")
    reservation = booked(house)
    maria.sends("/today")
    shown = maria.wait_for("Anna de Vries")
    steps = (
        ("19:00 Anna", "Confirmed by Maria"),
        ("Arrived", "Arrived (Maria), 19:05"),
        ("Seated", "Seated (Maria), 19:05"),
        ("Finished", "Completed (Maria), 19:05"),
        ("Undo", "Seated (Maria)"),
    )
    for label, said in steps:
        assert maria.taps(shown, label).answer() == ""
        maria.wait_for(said)
    assert status_of(reservation) == "seated"
    assert len(maria.chat.from_bot) == 1
    entry = AuditEntry.objects.get(action="reservation.completed")
    assert (entry.actor_label, entry.channel) == ("Maria", "telegram")


def test_a_no_show(house: House) -> None:
    maria = house.add_staff("Maria")
    reservation = booked(house)
    shown = _open(maria)
    maria.taps(shown, "No-show").answer()
    wait_until(lambda: "No-show (Maria)" in shown.text, lambda: shown.text)
    assert status_of(reservation) == "no_show"


def test_a_step_that_somebody_else_took_is_not_lost(house: House) -> None:
    maria = house.add_staff("Maria")
    reservation = booked(house)
    shown = _open(maria)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=EVENING)
    tap = maria.taps(shown, "No-show")
    assert "Somebody else has changed this" in tap.answer()
    assert tap.is_alert
    wait_until(lambda: "Finished" in str(shown.labels), "it does not show how things are")
    assert status_of(reservation) == "seated"


def test_viewers_see_no_steps_and_no_phone(house: House) -> None:
    viewer = house.add_staff("Vic", "viewer")
    reservation = booked(house)
    shown = _open(viewer)
    assert "+316" not in shown.text
    assert shown.labels == ["⬅️ Today", "↗️ Open"]
    forged = f"s:do:{house.restaurant.pk}:{reservation.pk}:{reservation.version}:no-show"
    assert "may not" in viewer.sends_callback(shown, forged).answer()
    assert status_of(reservation) == "confirmed"


@pytest.mark.parametrize(
    "data",
    ["s:", "s:today", "s:today:x", "s:r:{r}:x", "s:r:{r}", "s:what:{r}", "s:do:{r}:1", "s:w:{r}:x"],
)
def test_forged_buttons_are_answered(house: House, data: str) -> None:
    maria = house.add_staff("Maria")
    booked(house)
    shown = _open(maria)
    assert maria.sends_callback(shown, data.replace("{r}", str(house.restaurant.pk))).answer()


def test_no_reservation_of_another_restaurant_is_reached(house: House) -> None:
    maria = house.add_staff("Maria")
    booked(house)
    other = make_house(house.telegram)
    foreign = booked(other)
    shown = _open(maria)
    own, theirs = house.restaurant.pk, other.restaurant.pk
    for data in (f"s:r:{own}:{foreign.pk}", f"s:r:{theirs}:{foreign.pk}", f"s:today:{theirs}:0"):
        assert maria.sends_callback(shown, data).answer()
    assert other.restaurant.name not in shown.text


def test_who_was_dismissed_sees_nothing_any_more(house: House) -> None:
    maria = house.add_staff("Maria")
    booked(house)
    shown = _open(maria)
    Membership.objects.all().delete()
    assert "may not" in maria.taps(shown, "Arrived").answer()
    maria.sends("/today")
    maria.wait_for("may not")


def test_the_floor_as_text(house: House) -> None:
    maria = house.add_staff("Maria")
    booked(house)
    make_table(house.restaurant, number="3", seats=6)
    maria.sends("/floor")
    shown = maria.wait_for("19:05")
    assert "⚠️ 1 late · Anna de Vries · 2" in shown.text
    assert "🟢 2 free" in shown.text


def test_find_by_name_phone_and_reference(house: House) -> None:
    maria = house.add_staff("Maria")
    reservation = booked(house)
    for words in ("vries", "345678", reservation.reference[-6:]):
        maria.sends(f"/find {words}")
        assert "Anna de Vries" in maria.wait_for(f"🔎 {words}").text
    maria.sends("/find Zorro")
    maria.wait_for("Nothing found")
    maria.sends("/find")
    maria.wait_for("/find Anna")


def test_a_walk_in_sits_after_two_taps(house: House) -> None:
    maria = house.add_staff("Maria")
    maria.sends("/walkin")
    shown = maria.wait_for("How many guests")
    maria.taps(shown, "2").answer()
    wait_until(lambda: "Where shall they sit" in shown.text, lambda: shown.text)
    assert "Table 1 (2)" in shown.labels
    maria.taps(shown, "Best table").answer()
    wait_until(lambda: "Seated" in shown.text, lambda: shown.text)
    reservation = Reservation.objects.get(source="walk_in")
    assert (reservation.status, reservation.party_size) == ("seated", 2)
    assert len(maria.chat.from_bot) == 1
    maria.taps(shown, "Undo").answer()
    wait_until(lambda: status_of(reservation) == "cancelled_by_restaurant", "not undone")


def test_two_hosts_cannot_seat_at_one_table(house: House) -> None:
    maria, olga = house.add_staff("Maria"), house.add_staff("Olga")
    screens = {}
    for person in (maria, olga):
        person.sends("/walkin 2")
        screens[person.name] = person.wait_for("Where shall they sit")
    maria.taps(screens["Maria"], "Table 1").answer()
    maria.wait_for("Seated")
    tap = olga.taps(screens["Olga"], "Table 1")
    assert "still sits" in tap.answer()
    wait_until(lambda: "Table 1 (2)" not in screens["Olga"].labels, "the table is still offered")
    assert Reservation.objects.filter(source="walk_in").count() == 1


def test_bookings_are_paused_and_taken_again(house: House) -> None:
    owner = house.add_staff("Olga", "owner")
    owner.sends("/pause 90")
    shown = owner.wait_for("paused until")
    assert "20:35" in shown.text
    assert _paused(house) == EVENING + timedelta(minutes=90)
    owner.taps(shown, "Take bookings again").answer()
    wait_until(lambda: "bookings are on" in shown.text, lambda: shown.text)
    assert _paused(house) is None
    owner.sends("/pause 21:30")
    owner.wait_for("21:30")
    owner.sends("/pause later")
    owner.wait_for("Write minutes or a time")


def test_hosts_may_not_pause(house: House) -> None:
    maria = house.add_staff("Maria")
    maria.sends("/pause 90")
    maria.wait_for("may not")
    assert _paused(house) is None


def test_a_person_with_two_restaurants_chooses(house: House) -> None:
    maria = house.add_staff("Maria")
    other = make_house(house.telegram, organisation=house.restaurant.organisation)
    account = StaffChat.objects.get(telegram_id=maria.id).user
    Membership.objects.create(
        user=account,
        organisation=other.restaurant.organisation,
        restaurant=other.restaurant,
        role="host",
    )
    maria.sends("/today")
    shown = maria.wait_for(house.restaurant.name)
    maria.taps(shown, "Other restaurant").answer()
    wait_until(lambda: "Which restaurant" in shown.text, lambda: shown.text)
    maria.taps(shown, other.restaurant.name).answer()
    wait_until(lambda: other.restaurant.name in shown.text, lambda: shown.text)
    maria.sends("/floor")
    maria.wait_for(f"🗺 {other.restaurant.name}")


def test_a_group_has_its_own_language(house: House) -> None:
    maria = house.add_staff("Maria")
    maria.sends("/lang", chat=house.group)
    question = house.group.wait_for("Which language")
    maria.taps(question, "Русский").answer()
    wait_until(lambda: AdminChat.objects.get().language == "ru", "not chosen")


def test_staff_are_helped_in_their_own_words(house: House) -> None:
    maria = house.add_staff("Maria")
    maria.sends("/help")
    assert "/walkin" in maria.wait_for("What I can do").text


def test_the_day_is_told_once_at_opening(telegram: TelegramServer) -> None:
    house = make_house(telegram)
    booked(house)
    for at, count in ((time(14), 0), (time(15, 5), 1), (time(15, 10), 1)):
        with clock.freeze(datetime.combine(FRIDAY, at, UTC)):
            assert send_digests() == (1 if at == time(15, 5) else 0)
        assert len(house.group.from_bot) == count
    assert "Anna de Vries" in house.group.last.text


def test_no_overview_on_a_closed_day_and_a_second_try_after_a_refusal(
    telegram: TelegramServer,
) -> None:
    house = make_house(telegram)
    with clock.freeze(datetime.combine(FRIDAY, time(15, 5), UTC)):
        telegram.fail_next("sendMessage", code=429, description="slow", retry_after=5)
        assert send_digests() == 0
        assert send_digests() == 1
    saturday = FRIDAY + timedelta(days=1)
    SpecialDay.objects.create(
        restaurant=house.restaurant, name="Closed", date_from=saturday, date_to=saturday
    )
    with clock.freeze(datetime.combine(saturday, time(15, 5), UTC)):
        assert send_digests() == 0


def test_today_costs_the_same_whatever_the_size_of_the_book(telegram: TelegramServer) -> None:
    house = make_house(telegram, tables=(2,) * 12)
    maria = house.add_staff("Maria")
    booked(house)
    few = _queries(maria, house)
    for number in range(10):
        booked(house, guest_phone=f"+3161234568{number}")
    assert _queries(maria, house) == few <= 12


def _queries(person: User, house: House) -> int:
    post_of(telegram_id=person.id, chat_id=person.id)  # what is kept is warm
    today_screen(
        post_of(telegram_id=person.id, chat_id=person.id, capability=Capability.VIEW_BOOK),
        now=EVENING,
    )
    with CaptureQueriesContext(connection) as queries:
        post = post_of(telegram_id=person.id, chat_id=person.id)
        assert "Anna" in today_screen(post, now=EVENING).text
    return len(queries)


def _open(person: User) -> Shown:
    """The card of the only reservation of today."""
    person.sends("/today")
    shown = person.wait_for("Anna de Vries")
    person.taps(shown, "19:00 Anna").answer()
    wait_until(lambda: "Today" in str(shown.labels) and "first visit" in shown.text, "not opened")
    return shown


def _paused(house: House) -> datetime | None:
    return Restaurant.objects.get(pk=house.restaurant.pk).paused_until
