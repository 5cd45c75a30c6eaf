"""The timeline by mouse, by finger and by keys alone; the same as a table; nothing inaccessible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Occupancy, Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.conftest import OpenPage
from tests.browser.stand import stand
from tests.browser.test_accessibility import check
from tests.factories import STAFF, a_request, make_restaurant
from tests.staff.evening import EVENING, fill, make_house

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATH = "/staff/bistro-anna/timeline/"


@pytest.fixture(autouse=True)
def _in_the_evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house(transactional_db: Any) -> Restaurant:
    """Tables 1 to 3 for four each."""
    return make_restaurant(tables=(4, 4, 4), slug="bistro-anna", name="Bistro Anna")


def book(house: Restaurant, name: str, at: time, table: str) -> Reservation:
    request = a_request(
        house,
        guest_name=name,
        time=at,
        party_size=4,
        table_ids=(house.tables.get(number=table).pk,),
    )
    return reservation_create(request=request, actor=STAFF, now=clock.now()).reservation


def seat_of(row: Reservation) -> tuple[str, str]:
    row.refresh_from_db()
    numbers = Occupancy.objects.filter(reservation=row).values_list("table__number", flat=True)
    return "+".join(numbers), f"{row.local_time:%H:%M}"


def bar(page: Page, name: str) -> Any:
    return page.locator(f'.tl-bar[data-name="4 {name}"]').first


def drag(page: Page, name: str, *, right: int = 0, down: int = 0, handle: bool = False) -> None:
    box = bar(page, name).locator("[data-handle]" if handle else ".tl-ground").bounding_box()
    assert box is not None
    x, y = box["x"] + (6 if handle else 40), box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2 + 5, y + down / 2)
    page.mouse.move(x + right, y + down, steps=4)
    page.wait_for_timeout(60)
    page.mouse.up()


def test_a_party_is_dragged_to_another_table_and_time_and_back(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    anna = book(house, "Anna", time(20, 30), "1")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    drag(page, "Anna", right=60, down=48)
    expect(page.locator("#toasts")).to_contain_text("21:00–22:45, table 2")
    assert seat_of(anna) == ("2", "21:00")
    expect(bar(page, "Anna")).to_have_attribute("data-version", "2")
    page.keyboard.press("Control+z")
    expect(bar(page, "Anna")).to_have_attribute("data-version", "3")
    assert seat_of(anna) == ("1", "20:30")


def test_a_pull_at_the_end_changes_the_length(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    anna = book(house, "Anna", time(20, 30), "1")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    drag(page, "Anna", right=90, handle=True)
    expect(page.locator("#toasts")).to_contain_text("20:30–23:00")
    anna.refresh_from_db()
    assert (anna.ends_at - anna.starts_at).total_seconds() == 150 * 60


def test_a_refused_drop_goes_back_and_offers_what_is_possible(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    anna = book(house, "Anna", time(20, 30), "1")
    book(house, "Bram", time(20, 30), "2")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    drag(page, "Anna", down=48)
    refusal = page.locator("[data-refusal-box]")
    expect(refusal).to_contain_text("The table is taken")
    expect(refusal).to_be_focused()
    assert bar(page, "Anna").get_attribute("transform") is None
    refusal.get_by_role("button", name="Table 3").click()
    expect(page.locator("#toasts")).to_contain_text("table 3")
    expect(refusal).to_have_count(0)
    assert seat_of(anna)[0] == "3"


def test_everything_is_done_by_keys_alone(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    anna = book(house, "Anna", time(20, 30), "1")
    bram = book(house, "Bram", time(20, 30), "2")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    bar(page, "Anna").focus()
    page.keyboard.press("ArrowDown")
    expect(bar(page, "Bram")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    expect(page.locator("#live")).to_contain_text("4 Anna taken")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    expect(page.locator("#live")).to_contain_text("Table 3, 20:45, 120 minutes")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("20:45–22:45, table 3")
    assert seat_of(anna) == ("3", "20:45")
    expect(bar(page, "Anna")).to_be_attached()
    bar(page, "Bram").focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(page.locator("#live")).to_contain_text("Put back")
    assert seat_of(bram) == ("2", "20:30")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("Bram")


def test_a_change_elsewhere_shows_without_losing_the_place(
    open_page: OpenPage, house: Restaurant, live_server: Any
) -> None:
    book(house, "Anna", time(20, 30), "1")
    page = stand(open_page, live_server.url, house)
    page.goto(PATH)
    bar(page, "Anna").focus()
    book(house, "Bram", time(21), "2")
    page.evaluate("document.dispatchEvent(new CustomEvent('rh:reservation', {detail: {}}))")
    expect(bar(page, "Bram")).to_be_attached()
    expect(bar(page, "Anna")).to_be_focused()


@pytest.mark.parametrize("look", [{"width": 1280, "dark": True}, {"width": 360, "lang": "ru"}])
def test_the_timeline_is_accessible(
    open_page: OpenPage, transactional_db: Any, live_server: Any, look: dict[str, Any]
) -> None:
    house = make_house(9)
    fill(house, 40)
    page = stand(open_page, live_server.url, house, **look)
    problems: list[str] = []
    for path in (PATH, f"{PATH}?show=table"):
        page.goto(path)
        page.wait_for_selector("#heat svg")
        check(page, path, problems)
    assert not problems, "\n".join(problems)
