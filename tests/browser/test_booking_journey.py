"""What a guest does with thumbs: book, change, cancel; with scripts and without."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Hold, Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.conftest import OpenPage
from tests.factories import GUEST, NOW, a_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRIDAY_PAGE = "/r/bistro-anna/?date=2026-06-05"


def fill_in(page: Page, name: str = "Anna de Vries", contact: str = "anna@example.com") -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone or e-mail").fill(contact)


def tap_chip(page: Page, radio: str) -> None:
    """Tap the label, as a finger does; it waits until the page has stopped scrolling."""
    page.locator("label", has=page.locator(radio)).click()


def tap_time(page: Page, time: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^{time}")).click()


def take(restaurant: Restaurant, parties: int) -> None:
    for _ in range(parties):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)


def test_two_taps_and_two_fields_book_a_table(open_page: OpenPage, restaurant: Restaurant) -> None:
    page = open_page("/r/bistro-anna/")
    taps = 0
    tap_time(page, "19:00")
    taps += 1
    expect(page.locator("#panel-title")).to_be_focused()
    required = page.locator("#booking [aria-required=true]")
    assert required.count() == 2
    fill_in(page)
    page.get_by_role("button", name="Book this table").click()
    taps += 1
    expect(page.get_by_text("Your table is booked")).to_be_visible()
    assert taps == 2
    assert re.search(r"/b/[\w-]{43}/$", page.url)
    assert Reservation.objects.get().guest_email == "anna@example.com"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_guest_books_changes_and_cancels(
    open_page: OpenPage, restaurant: Restaurant, scripts: bool
) -> None:
    page = open_page("/r/bistro-anna/", scripts=scripts)
    tap_chip(page, "#guests-4")
    tap_chip(page, "#day-2026-06-05")
    if scripts:
        expect(page.locator("#slots-title")).to_have_text("Friday 5 June")
    else:
        page.get_by_role("button", name="Show times").click()
    tap_time(page, "19:30")
    fill_in(page)
    page.get_by_role("button", name="Book this table").click()
    expect(page.get_by_text("Your table is booked")).to_be_visible()
    expect(page.get_by_text("4 guests")).to_be_visible()

    page.get_by_role("link", name="Change date, time or guests").click()
    tap_time(page, "20:15")
    page.get_by_role("button", name="Move the booking").click()
    expect(page.locator("dd").filter(has_text="20:15")).to_be_visible()

    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("The booking is cancelled")).to_be_visible()
    reservation = Reservation.objects.get()
    assert (reservation.status, reservation.party_size) == ("cancelled_by_guest", 4)


def test_choosing_again_keeps_what_was_typed(open_page: OpenPage, restaurant: Restaurant) -> None:
    page = open_page(FRIDAY_PAGE)
    tap_time(page, "19:00")
    fill_in(page)
    tap_time(page, "20:00")
    expect(page.locator("#panel-title")).to_have_text("Friday 5 June, 20:00")
    expect(page.get_by_label("Your name")).to_have_value("Anna de Vries")
    tap_chip(page, "#guests-1")
    expect(page.locator("#panel")).to_be_hidden()
    tap_time(page, "20:30")
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("1 guest")
    expect(page.get_by_label("Your name")).to_have_value("Anna de Vries")


def test_a_mistake_moves_the_focus_and_leads_to_the_field(
    open_page: OpenPage, restaurant: Restaurant
) -> None:
    page = open_page(FRIDAY_PAGE)
    tap_time(page, "19:00")
    fill_in(page, contact="anna@")
    page.get_by_role("button", name="Book this table").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    page.locator("#error-summary a").click()
    expect(page.get_by_label("Phone or e-mail")).to_be_focused()
    expect(page.get_by_label("Phone or e-mail")).to_have_value("anna@")
    page.get_by_label("Phone or e-mail").fill("anna@example.com")
    page.get_by_role("button", name="Book this table").click()
    expect(page.get_by_text("Your table is booked")).to_be_visible()


def test_the_loser_of_the_last_table_books_another_with_one_tap(
    open_page: OpenPage, restaurant: Restaurant
) -> None:
    loser = open_page(FRIDAY_PAGE)
    tap_time(loser, "19:00")
    fill_in(loser, name="Boris Loser")
    take(restaurant, 2)
    loser.get_by_role("button", name="Book this table").click()
    expect(loser.locator("#error-summary")).to_contain_text("19:00 was just taken.")
    expect(loser.get_by_label("Your name")).to_have_value("Boris Loser")
    loser.locator('#booking button[name="instead"]').first.click()
    expect(loser.get_by_text("Your table is booked")).to_be_visible()


def test_the_last_table_is_held_counted_down_and_extended(
    open_page: OpenPage, restaurant: Restaurant
) -> None:
    take(restaurant, 1)
    page = open_page(FRIDAY_PAGE)
    page.clock.install()
    tap_time(page, "19:00")
    expect(page.locator("[data-clock]")).to_be_visible()
    assert Hold.objects.count() == 1
    expect(page.locator("#live")).to_have_text("The last table is kept for you for five minutes.")
    page.clock.run_for(241_000)
    expect(page.locator("[data-clock]")).to_have_text("0:59")
    expect(page.locator("#live")).to_contain_text("One minute left")
    page.clock.run_for(40_000)
    expect(page.locator("#live")).to_contain_text("20 seconds left")
    fill_in(page)
    page.get_by_role("button", name="I need more time").click()
    expect(page.locator("[data-clock]")).to_have_text("5:00")
    expect(page.get_by_label("Your name")).to_have_value("Anna de Vries")
    page.get_by_role("button", name="Book this table").click()
    page.clock.run_for(1000)
    expect(page.get_by_text("Your table is booked")).to_be_visible()


def test_a_hold_survives_a_reload(open_page: OpenPage, restaurant: Restaurant) -> None:
    take(restaurant, 1)
    page = open_page(FRIDAY_PAGE)
    tap_time(page, "19:00")
    expect(page.locator("[data-clock]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-clock]")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Book this table").click()
    expect(page.get_by_text("Your table is booked")).to_be_visible()


def test_an_expired_hold_is_taken_again_silently(
    open_page: OpenPage, restaurant: Restaurant
) -> None:
    take(restaurant, 1)
    page = open_page(FRIDAY_PAGE)
    page.clock.install()
    tap_time(page, "19:00")
    expect(page.locator("[data-clock]")).to_be_visible()
    fill_in(page)
    old = Hold.objects.get().pk
    with clock.freeze(NOW + timedelta(minutes=5, seconds=1)):
        page.clock.run_for(301_000)
        expect(page.locator("[data-clock]")).to_have_text("5:00")
    assert Hold.objects.get().pk != old
    expect(page.get_by_label("Your name")).to_have_value("Anna de Vries")


def test_leaving_the_page_gives_the_table_back(open_page: OpenPage, restaurant: Restaurant) -> None:
    take(restaurant, 1)
    page = open_page(FRIDAY_PAGE)
    tap_time(page, "19:00")
    expect(page.locator("[data-clock]")).to_be_visible()
    page.goto("/")
    for _ in range(20):
        if not Hold.objects.exists():
            break
        page.wait_for_timeout(100)
    assert Hold.objects.count() == 0


def test_the_keyboard_alone_books(open_page: OpenPage, restaurant: Restaurant) -> None:
    page = open_page("/r/bistro-anna/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.locator("#guests-2").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#guests-3")).to_be_checked()
    expect(page.locator("#live")).to_contain_text("for 3 guests")
    slot = page.locator(".slot").first
    slot.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Anna")
    page.keyboard.press("Tab")
    page.keyboard.type("anna@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your table is booked")).to_be_visible()
