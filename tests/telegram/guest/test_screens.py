"""Every screen, walked through without a network."""

from __future__ import annotations

from collections import deque
from datetime import time

import pytest

from notifications.services import contact_point_add
from restaurants.models import Restaurant
from telegram_bot.guest.acts.messages import start_answer
from telegram_bot.guest.acts.taps import tap_answer
from telegram_bot.guest.codes import Step, Tap, decode, encode
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.profiles import Visitor
from telegram_bot.screen import Screen
from tests.factories import FRIDAY, NOW, make_restaurant
from tests.telegram.guest.phone import STRIKE
from tests.telegram.guest.visiting import booked_by_a_stranger
from tests.waitlist.evenings import offered

pytestmark = pytest.mark.django_db

ANNA = Visitor(user_id=7, chat_id=7, name="Anna")


@pytest.fixture
def restaurant(db: None) -> Restaurant:
    return make_restaurant(
        name="Bistro <Anna> & Co", slug="bistro-anna", city="Amsterdam", tables=(2,)
    )


def kind_of(tap: Tap) -> tuple[Step, bool]:
    return tap.step, bool(tap.reservation_id)


def walk(first: Screen) -> dict[tuple[Step, bool], Screen]:
    """Tap one button of each kind that any screen shows; what each led to."""
    found: dict[tuple[Step, bool], Screen] = {}
    waiting = deque([first])
    while waiting:
        for code in codes_of(waiting.popleft()):
            tap = decode(code)
            assert tap is not None, code
            if kind_of(tap) in found:
                continue
            reply = tap_answer(visitor=ANNA, code=code, now=NOW).reply
            found[kind_of(tap)] = reply.screen or Screen("")
            assert reply.screen or reply.notice or tap.step is Step.LABEL, code
            if reply.screen is not None:
                waiting.append(reply.screen)
    return found


def codes_of(screen: Screen) -> list[str]:
    return [button.data for row in screen.rows for button in row if button.data]


def test_every_screen_leads_on_and_names_are_harmless(restaurant: Restaurant) -> None:
    GuestProfile.objects.create(
        user_id=7, chat_id=7, name="Anna", phone="+31612345678", created_at=NOW, updated_at=NOW
    )
    mine = booked_by_a_stranger(restaurant, date=NOW.date(), time=time(20))
    assert mine.guest_id is not None
    booked_by_a_stranger(restaurant, date=NOW.date(), time=time(18))
    waits = offered(restaurant)
    assert waits.guest_id is not None
    for guest_id in (mine.guest_id, waits.guest_id):
        contact_point_add(guest_id=guest_id, channel="telegram", address="7", keys={}, now=NOW)
    home = start_answer(visitor=ANNA, payload="", now=NOW).reply.screen
    assert home is not None

    found = walk(home)

    seen = {step for step, _is_change in found}
    elsewhere = {Step.CITIES, Step.LABEL, Step.LATE, Step.RECONFIRM, Step.CLOSED_DAY}
    assert set(Step) - seen <= elsewhere | {Step.WAIT_RESUME, Step.WAIT_LEAVE_NOW}
    for kind, screen in found.items():
        assert "<Anna>" not in screen.text, kind
        if screen.text and kind[0] is not Step.HOME:
            labels = [button.label for row in screen.rows for button in row]
            ways = {"‹ Back", "Keep the booking", "No, I stay", "My bookings"}
            assert ways & set(labels), (kind, labels)


def test_keyboards_stay_within_what_telegram_takes(restaurant: Restaurant) -> None:
    restaurant.service_periods.update(
        first_seating=time(0), last_seating=time(23, 45), closes=time(0)
    )
    restaurant.refresh_from_db()
    booked_by_a_stranger(restaurant, time=time(12))
    tap = Tap(step=Step.TIMES, restaurant_id=restaurant.pk, party=2, day=FRIDAY)
    reply = tap_answer(visitor=ANNA, code=encode(tap), now=NOW).reply
    assert reply.screen is not None
    assert 80 < sum(map(len, reply.screen.rows)) <= 100
    assert STRIKE not in "".join(button.label for row in reply.screen.rows for button in row)
