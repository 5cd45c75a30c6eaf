"""A guest writes, every open screen knows; one of them answers, without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bookings.models import Reservation
from bookings.services import reservation_arrive
from notifications.channels.base import Inbound
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Message, MessageStatus
from notifications.services import inbound_record
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.browser.conftest import LOOKS
from tests.browser.floor import PHONE, OpenFloor, floors
from tests.browser.test_accessibility import check
from tests.factories import STAFF, make_member
from tests.notifications.world import PHONE as NUMBER
from tests.notifications.world import book, make_house
from tests.staff.test_socket import SEVEN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday_at_seven(transactional_db: Any) -> Iterator[None]:
    with clock.freeze(SEVEN):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_house(slug="bistro-anna")


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return book(house)


@pytest.fixture
def open_floor(chromium: Browser, house: Restaurant) -> Iterator[OpenFloor]:
    with floors(chromium, house) as opened:
        yield opened


def says(text: str, number: str) -> None:
    inbound = Inbound(provider_id=number, sender=NUMBER, text=text)
    inbound_record(provider="twilio", channel="sms", inbound=inbound, now=SEVEN)


def test_a_guest_writes_every_screen_knows_and_a_keyboard_answers(
    open_floor: OpenFloor, party: Reservation
) -> None:
    one, other = open_floor(), open_floor()
    for page in (one, other):
        expect(page.locator("#alert-badge .alert-badge")).to_have_count(0)
    says("Could we have a high chair?", "SMin1")
    for page in (one, other):
        expect(page.locator("#alert-badge .badge-count")).to_have_text("1")
        expect(page.locator("#alerts")).to_contain_text(
            "Anna de Vries wrote: Could we have a high chair?"
        )

    one.locator(f"#alert-wrote-{party.pk}").focus()
    one.keyboard.press("Enter")
    talk = one.locator(f"#panel #talk-{party.pk}")
    expect(talk.locator('.talk-line[data-manner="in"]')).to_contain_text("high chair")
    # Opening it is reading it, on all screens.
    for page in (one, other):
        expect(page.locator("#alert-badge .alert-badge")).to_have_count(0)

    field = talk.locator("textarea")
    field.focus()
    one.keyboard.type("Of course, it")
    says("And a cake!", "SMin2")
    expect(talk).to_contain_text("And a cake!", timeout=10_000)
    expect(field).to_be_focused()
    expect(field).to_have_value("Of course, it")
    expect(other.locator("#alert-badge .badge-count")).to_have_text("1")
    # The panel is drawn again, by somebody else's step and by one of our own: the text stays.
    reservation_arrive(reservation_id=party.pk, actor=STAFF, now=SEVEN)
    expect(one.locator("#panel .visit")).to_have_attribute("data-status", "arrived")
    expect(field).to_be_focused()
    expect(field).to_have_value("Of course, it")
    one.locator('#panel [data-step="seat"]').click()
    expect(one.locator("#panel .visit")).to_have_attribute("data-status", "seated")
    expect(field).to_have_value("Of course, it")
    field.focus()
    one.keyboard.press("Escape")
    expect(field).to_have_value("Of course, it")
    field.focus()
    one.keyboard.press("End")
    one.keyboard.type(" stands ready.")
    one.keyboard.press("Control+Enter")
    expect(talk.locator('.talk-line[data-manner="out"]')).to_contain_text(
        "Of course, it stands ready."
    )
    expect(one.locator("#toasts")).to_contain_text("Your answer to Anna de Vries is on its way")
    expect(talk.locator("textarea")).to_have_value("")
    expect(talk.locator("textarea")).to_be_focused()
    answer = Message.objects.get(kind=Kind.REPLY)
    assert answer.channels[0] == "sms"
    assert not ConversationEntry.objects.filter(seen_at=None).exists()


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_the_messages_and_their_settings_are_accessible(
    open_floor: OpenFloor, house: Restaurant, party: Reservation, lang: str, dark: bool
) -> None:
    says("Could we have a high chair?", "SMin1")
    Message.objects.filter(reservation=party).update(
        status=MessageStatus.FAILED, finished_at=SEVEN, reason="30003"
    )
    problems: list[str] = []
    who = make_member(house, Role.MANAGER)
    page = open_floor("list/", who=who, size=PHONE, lang=lang, dark=dark)
    expect(page.locator("#alerts .alert")).not_to_have_count(0)
    check(page, "alerts", problems)
    page.locator(f"#alert-undelivered-{party.pk}").click()
    expect(page.locator("#panel .talk-ways button").first).to_be_visible()
    page.locator(".talk-form button").click()
    expect(page.locator("#talk-problem")).to_be_visible()
    check(page, "panel", problems)
    base = f"/staff/{house.slug}/"
    for path in (
        f"reservations/{party.pk}/messages/",
        "settings/messages/",
        "settings/messages/confirmed/en/",
    ):
        page.goto(f"{base}{path}")
        check(page, path, problems)
    assert not problems, "\n".join(problems)


def test_the_preview_follows_typing(open_floor: OpenFloor, house: Restaurant) -> None:
    page = open_floor("settings/messages/confirmed/en/", who=make_member(house, Role.MANAGER))
    page.locator("#id_subject").fill("Hello {first_name}!")
    expect(page.locator("#words-preview")).to_contain_text("Hello Anna!")
    page.locator("#id_subject").fill("Hello {nmae}!")
    expect(page.locator("#words-preview .field-error")).to_contain_text("There is no {nmae}.")
