"""The whole way of a request: a guest asks on the page, the chat of the restaurant gets a card,
a tap confirms, the floor turns red on an open screen, the guest gets a letter with a calendar file.

Nothing is put in place of ours: a real server with its sockets, our bot polling a Telegram server,
an SMTP server.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import icalendar
import pytest

from bookings.models import Reservation
from notifications.kinds import Kind
from notifications.models import MessageStatus
from reservehub.core import clock
from restaurants.models import Role
from tests.asgi import serving, watching
from tests.factories import make_member
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.world import MAIL, send_due, the
from tests.telegram.conftest import bot, telegram  # noqa: F401 - fixtures
from tests.telegram.people import House, make_house
from tests.telegram.server import TelegramServer

pytestmark = pytest.mark.django_db(transaction=True)

FIVE = datetime(2026, 6, 5, 15, 0, tzinfo=UTC)
"""Friday 17:00 in Amsterdam, two hours before the guest wants to come."""


@pytest.fixture(autouse=True)
def _friday_afternoon() -> Iterator[None]:
    with clock.freeze(FIVE):
        yield


@pytest.fixture
def house(bot: TelegramServer) -> House:  # noqa: F811
    return make_house(bot, slug="bistro-anna", email="bistro@example.com")


def asks_for_a_table(address: str) -> httpx.Response:
    """The panel of the page, filled in and sent."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as browser:
        page = "/r/bistro-anna/?date=2026-06-05&guests=2"
        browser.get(page)
        fields = {
            "slot": "2026-06-05T19:00",
            "guests": "2",
            "area": "",
            "name": "Anna de Vries",
            "contact": MAIL,
            "nonce": "nonce-1",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        return browser.post("/r/bistro-anna/book/", data=fields, headers={"Referer": address})


def test_from_the_page_over_telegram_to_the_floor_and_the_mailbox(
    house: House, smtp: SmtpStandIn, settings: Any
) -> None:
    maria = house.add_staff("Maria")
    host = make_member(house.restaurant, Role.HOST)
    with serving() as address, watching(address, house.restaurant.pk, host) as screen:
        screen.next(timeout=20)
        settings.RESERVEHUB_BASE_URL = address
        answer = asks_for_a_table(address)
        assert answer.status_code == 200
        table = Reservation.objects.get().occupancies.get().table_id
        pending = screen.table(table, "pending", timeout=20)
        assert pending["colour"] == "yellow"

        house.deliver()
        send_due(FIVE)
        assert {letter["To"] for letter in smtp.letters} == {MAIL, "bistro@example.com"}
        assert "Anna de Vries" in house.card.text

        assert maria.taps(house.card, "Confirm").answer() == "Confirmed."
        confirmed = screen.table(table, "confirmed", timeout=20)
        assert confirmed["colour"] == "red"
        house.group.wait_for("Confirmed by Maria")

    house.deliver()
    send_due(FIVE)
    assert the(Kind.CONFIRMED).status == MessageStatus.SENT
    letter = smtp.letters[-1]
    (calendar,) = [
        part.get_content() for part in letter.walk() if part.get_content_type() == "text/calendar"
    ]
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    assert event["STATUS"] == "CONFIRMED"
    assert event.decoded("DTSTART") == datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
    # The card and the mailbox heard of it once each.
    assert len(house.group.from_bot) == 1
    assert sum(one["To"] == MAIL for one in smtp.letters) == 2
