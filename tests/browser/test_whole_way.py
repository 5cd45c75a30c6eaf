"""The whole way of a request: a guest asks on the page, the chat of the restaurant gets a card,
a tap confirms, the floor turns red on an open screen, the guest gets a letter with a calendar file.

Nothing is put in place of ours: a real server with its sockets and a real browser, our bot polling
a Telegram server, an SMTP server.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest
from playwright.sync_api import Browser, expect

from notifications.kinds import Kind
from notifications.models import MessageStatus
from reservehub.core import clock
from tests.browser.floor import floors, state, table
from tests.notifications.conftest import smtp  # noqa: F401 - a fixture
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.world import MAIL, send_due, the
from tests.telegram.conftest import bot, telegram  # noqa: F401 - fixtures
from tests.telegram.people import House, make_house
from tests.telegram.server import TelegramServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIVE = datetime(2026, 6, 5, 15, 0, tzinfo=UTC)
"""Friday 17:00 in Amsterdam, two hours before the guest wants to come."""


@pytest.fixture(autouse=True)
def _friday_afternoon() -> Iterator[None]:
    with clock.freeze(FIVE):
        yield


@pytest.fixture
def house(bot: TelegramServer) -> House:  # noqa: F811
    return make_house(bot, slug="bistro-anna", email="bistro@example.com", name="Bistro Anna")


def ask_for_a_table(address: str) -> None:
    """The panel of the page, filled in and sent."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as browser:
        browser.get("/r/bistro-anna/?date=2026-06-05&guests=2")
        fields = {
            "slot": "2026-06-05T19:00",
            "guests": "2",
            "area": "",
            "name": "Anna de Vries",
            "contact": MAIL,
            "nonce": "nonce-1",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        browser.post("/r/bistro-anna/book/", data=fields).raise_for_status()


def test_from_the_page_over_telegram_to_the_floor_and_the_mailbox(
    chromium: Browser,
    house: House,
    smtp: SmtpStandIn,  # noqa: F811
) -> None:
    maria = house.add_staff("Maria")
    with floors(chromium, house.restaurant) as open_floor:
        screen = open_floor("?time=19:30")
        state(screen, "1", "available")

        ask_for_a_table("http://" + urlsplit(screen.url).netloc)
        state(screen, "1", "pending")
        expect(screen.locator(table(screen, "1"))).to_have_attribute("data-colour", "yellow")

        house.deliver()
        send_due(FIVE)
        assert {letter["To"] for letter in smtp.letters} == {MAIL, "bistro@example.com"}
        assert "Anna de Vries" in house.card.text

        assert maria.taps(house.card, "Confirm").answer() == "Confirmed."
        state(screen, "1", "confirmed")
        expect(screen.locator(table(screen, "1"))).to_have_attribute("data-colour", "red")
        house.group.wait_for("Confirmed by Maria")

        house.deliver()
        send_due(FIVE)
    assert the(Kind.CONFIRMED).status == MessageStatus.SENT
    assert event_of(smtp)["STATUS"] == "CONFIRMED"
    assert event_of(smtp).decoded("DTSTART") == datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
    # The card and the mailbox heard of it once each.
    assert len(house.group.from_bot) == 1
    assert sum(letter["To"] == MAIL for letter in smtp.letters) == 2


def event_of(smtp: SmtpStandIn) -> icalendar.Component:  # noqa: F811
    """The calendar file of the last letter."""
    (calendar,) = [
        part.get_content()
        for part in smtp.letters[-1].walk()
        if part.get_content_type() == "text/calendar"
    ]
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return event
