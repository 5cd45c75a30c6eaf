"""The bill at the host stand in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings.models import Reservation
from bookings.services import reservation_party_set, reservation_seat
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.floor import OpenFloor, floors, table
from tests.browser.test_floor import FINISH, PANEL, book
from tests.factories import STAFF, make_restaurant
from tests.staff.evening import EVENING

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday_evening(transactional_db: Any) -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(4, 4), name="Bistro Anna", slug="bistro-anna")


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return reservation_seat(reservation_id=book(house, "1").pk, actor=STAFF, now=EVENING)


@pytest.fixture
def page(chromium: Browser, house: Restaurant, party: Reservation) -> Iterator[Page]:
    with floors(chromium, house) as opened:
        yield at_the_bill(opened)


def at_the_bill(open_floor: OpenFloor) -> Page:
    """The field of the bill of the party at table 1."""
    page = open_floor()
    page.locator(table(page, "1")).click()
    page.locator(f"{PANEL} summary", has_text="Enter the bill").click()
    return page


def seen(party: Reservation) -> Reservation:
    return Reservation.objects.get(pk=party.pk)


def test_enter_saves_and_the_way_back_is_offered(page: Page, party: Reservation) -> None:
    page.fill("#step-bill", "82,50")
    page.press("#step-bill", "Enter")
    expect(page.locator(f"{PANEL} [data-part=bill]")).to_contain_text("€82.50")
    assert (seen(party).status, seen(party).bill_minor) == ("seated", 8_250)
    page.locator("#toasts button", has_text="Undo").click()
    expect(page.locator(f"{PANEL} [data-part=bill]")).to_have_count(0)
    assert (seen(party).status, seen(party).bill_minor) == ("seated", None)


def test_what_is_typed_is_not_lost_when_the_party_is_finished(
    page: Page, party: Reservation
) -> None:
    page.fill("#step-bill", "82,505")
    page.locator(FINISH).click()
    expect(page.locator("#panel [role=alert]")).to_contain_text("finer than the smallest coin")
    expect(page.locator("#step-bill")).to_have_value("82,505")
    assert seen(party).status == "seated"
    page.fill("#step-bill", "82,50")
    page.locator(FINISH).click()
    expect(page.locator("#toasts")).to_contain_text("has left")
    assert (seen(party).status, seen(party).bill_minor) == ("completed", 8_250)


def test_what_is_typed_stays_while_somebody_else_changes_the_party(
    page: Page, party: Reservation
) -> None:
    page.fill("#step-bill", "82")
    reservation_party_set(reservation_id=party.pk, actual_party_size=3, actor=STAFF, now=EVENING)
    page.wait_for_timeout(1_500)
    expect(page.locator("#step-bill")).to_have_value("82")
    page.press("#step-bill", "Enter")
    expect(page.locator("#panel [role=alert]")).to_contain_text("Somebody was faster")
    expect(page.locator("#step-bill")).to_have_value("82")
    page.press("#step-bill", "Enter")
    expect(page.locator(f"{PANEL} [data-part=bill]")).to_contain_text("€82.00")
