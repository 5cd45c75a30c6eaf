"""The list and the booking by phone, as a host uses them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from playwright.sync_api import expect

from bookings.availability import Channel
from bookings.models import Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.conftest import OpenPage
from tests.browser.stand import stand
from tests.browser.test_accessibility import check
from tests.factories import STAFF, a_request, make_restaurant
from tests.staff.evening import EVENING, fill, make_house

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATH = "/staff/bistro-anna/list/"


@pytest.fixture(autouse=True)
def _in_the_evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house(transactional_db: Any) -> Restaurant:
    return make_restaurant(tables=(4, 4), slug="bistro-anna", name="Bistro Anna")


def book(house: Restaurant, name: str, at: time, phone: str = "+31612345678") -> Reservation:
    request = a_request(
        house, guest_name=name, time=at, guest_phone=phone, channel=Channel.IN_HOUSE
    )
    return reservation_create(request=request, actor=STAFF, now=clock.now()).reservation


def test_a_party_is_received_seated_and_finished_by_one_tap_each(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    anna = book(house, "Anna", time(19, 45))
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    for label, status in (("Arrived", "arrived"), ("Seat", "seated"), ("Finish", "completed")):
        page.get_by_role("button", name=f"{label}: Anna").click()
        expect(page.locator(f'.party[data-state="{status}"]')).to_contain_text("Anna")
        anna.refresh_from_db()
        assert anna.status == status
    expect(page.locator('[data-group="done"]')).to_contain_text("Anna")
    expect(page.locator("#toasts")).to_contain_text("Anna")
    page.keyboard.press("Control+z")
    expect(page.locator('[data-group="seated"]')).to_contain_text("Anna")


def test_the_search_finds_while_typing_and_keeps_the_focus(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    book(house, "Anna", time(20))
    book(house, "Bram", time(20), "+31687654321")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    page.locator("#q").press_sequentially("5678")
    expect(page.locator(".party")).to_have_count(1)
    expect(page.locator(".party")).to_contain_text("Anna")
    expect(page.locator("#q")).to_be_focused()
    assert "q=5678" in page.url


def test_a_booking_by_phone_keeps_what_was_typed_until_it_fits(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    page = stand(open_page, live_server.url, house)
    page.goto("/staff/bistro-anna/book/")
    with page.expect_response("**/book/?**"):
        page.locator("[data-size='4']").click()
    page.locator("#times label", has_text="20:30").click()
    expect(page.locator("#id_table")).to_be_visible()
    page.locator("#id_name").fill("Carla")
    page.locator("[data-main]").click()
    expect(page.locator("#error-summary")).to_contain_text("phone number or an e-mail")
    assert page.locator("#id_name").input_value() == "Carla"
    page.locator("#id_phone").fill("06 12345678")
    page.locator("[data-main]").click()
    expect(page.locator(".notice-good")).to_contain_text("Carla, 4")
    row = Reservation.objects.get()
    assert (row.source, row.party_size, str(row.guest_phone)) == ("phone", 4, "+31612345678")


def test_a_full_time_says_why_and_offers_others(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    book(house, "Anna", time(20))
    book(house, "Bram", time(20), "+31687654321")
    page = stand(open_page, live_server.url, house)
    page.goto("/staff/bistro-anna/book/?slot=2026-06-05T20:00")
    expect(page.locator("#times")).to_contain_text("No table of this size is free.")
    page.locator("#id_name").fill("Carla")
    page.locator("#id_phone").fill("06 12345679")
    page.locator("[data-main]").click()
    instead = page.locator("button[name=instead]")
    expect(instead.first).to_be_visible()
    instead.first.click()
    expect(page.locator(".notice-good")).to_contain_text("Carla, 2")


@pytest.mark.parametrize(
    "look",
    [
        {"width": 1280},
        {"width": 360, "dark": True, "lang": "ru"},
    ],
)
def test_the_list_and_the_form_are_accessible(
    open_page: OpenPage, transactional_db: Any, live_server: Any, look: dict[str, Any]
) -> None:
    house = make_house(9)
    rows = fill(house, 40)
    page = stand(open_page, live_server.url, house, **look)
    problems: list[str] = []
    coming = next(row for row in rows if row.status == "confirmed")
    for path in (
        PATH,
        "/staff/bistro-anna/book/?guests=4&slot=2026-06-05T20:30",
        f"/staff/bistro-anna/reservations/{coming.pk}/edit/",
    ):
        page.goto(path)
        if path == PATH:
            page.wait_for_selector("#alerts .alert")
            page.wait_for_selector("#heat svg")
        check(page, path, problems)
    assert not problems, "\n".join(problems)
