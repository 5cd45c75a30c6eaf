"""Two windows, one restaurant: what happens in one is seen in the other, also after a while
offline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from bookings.services import reservation_arrive, reservation_create, reservation_seat
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.asgi import serving
from tests.factories import GUEST, NOW, STAFF, a_request, make_member, make_restaurant
from tests.staff.test_socket import SEVEN, tables

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday_at_seven(transactional_db: Any) -> Iterator[None]:
    with clock.freeze(SEVEN):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4))


@pytest.fixture
def open_floor(chromium: Browser, restaurant: Restaurant) -> Iterator[Callable[[], Page]]:
    with serving() as address:
        contexts = []

        def opened() -> Page:
            client = Client()
            client.force_login(make_member(restaurant))
            context = chromium.new_context(base_url=address)
            contexts.append(context)
            context.add_cookies(
                [
                    {
                        "name": "sessionid",
                        "value": client.cookies["sessionid"].value,
                        "url": address,
                    }
                ]
            )
            page = context.new_page()
            page.goto(f"/staff/{restaurant.slug}/")
            expect(page.locator("html")).to_have_attribute("data-connection", "live")
            return page

        yield opened
        for context in contexts:
            context.close()


def colour(page: Page, table_id: int) -> bytes:
    """The drawn pixels of a table."""
    return page.locator(f'[data-floor] [data-table="{table_id}"]').screenshot()


def test_a_change_recolours_every_window_and_catches_up_after_a_while_offline(
    open_floor: Callable[[], Page], restaurant: Restaurant
) -> None:
    visit = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    step: dict[str, Any] = {"reservation_id": visit.pk, "actor": STAFF, "now": SEVEN}
    [first, _second] = tables(restaurant)
    one, other = open_floor(), open_floor()
    before = [colour(page, first) for page in (one, other)]
    table = f'[data-floor] [data-table="{first}"]'
    reservation_arrive(**step)
    for page in (one, other):
        expect(page.locator(table)).to_have_attribute("data-state", "arrived", timeout=2000)
    assert all(colour(page, first) != was for page, was in zip((one, other), before, strict=True))

    other.context.set_offline(True)
    expect(other.locator("html")).to_have_attribute("data-connection", "offline", timeout=2000)
    reservation_seat(**step)
    expect(one.locator(table)).to_have_attribute("data-state", "seated", timeout=2000)
    expect(other.locator(table)).to_have_attribute("data-state", "arrived")
    time.sleep(3)
    assert ":" in other.locator("[data-live-badge]").inner_text()
    other.context.set_offline(False)
    expect(other.locator(table)).to_have_attribute("data-state", "seated", timeout=2000)
    expect(other.locator("html")).to_have_attribute("data-connection", "live")
