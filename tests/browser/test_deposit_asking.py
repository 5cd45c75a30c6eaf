"""A deposit asked for by hand in a real browser: the manager asks, the guest pays, or need not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Reservation
from bookings.services import reservation_create
from payments.models import Payment
from restaurants.models import Restaurant, Role
from tests.bookings.deposits.people import make_till
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import enter, member
from tests.browser.test_paying import choose, post_webhooks, status_of
from tests.factories import NOW, STAFF, a_request
from tests.pages.money import page_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARTY_LIST = "/staff/bistro-anna/list/?date=2026-06-05&show="
DEPOSIT = "#panel [data-part=deposit]"


@pytest.fixture(autouse=True)
def _address(settings: Any, live_server: Any) -> None:
    settings.RESERVEHUB_BASE_URL = live_server.url


@pytest.fixture(autouse=True)
def _without_sockets(open_page: OpenPage, complaints: list[str]) -> Iterator[None]:
    """The server of these tests has no sockets; the pages cope, Chromium complains."""
    yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    """By telephone, for two; the restaurant can take money and has no rules."""
    make_till(restaurant)
    wish = a_request(restaurant, source="phone", guest_name="Ada Lovelace")
    return reservation_create(request=wish, actor=STAFF, now=NOW).reservation


def office(page: Page, restaurant: Restaurant, url: str) -> Page:
    page.set_viewport_size({"width": 1280, "height": 900})
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), url)
    return page


def open_panel(page: Page) -> None:
    page.goto(PARTY_LIST)
    page.locator(".party-name", has_text="Ada").click()
    page.locator("#panel details.more > summary").click()


def ask(page: Page, *, amount: str = "12,50", fate: str = "release") -> None:
    """As far as the question."""
    open_panel(page)
    page.locator("#panel [data-step=ask-deposit]").click()
    page.locator("[name=amount]").fill(amount)
    page.locator("label", has=page.locator("[name=is_per_person]")).click()
    page.locator("label", has=page.locator(f"[name=fate][value={fate}]")).click()
    page.locator("main button.btn-primary").click()
    expect(page.locator("#question-title")).to_be_focused()


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_asked_for_and_paid(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    reservation: Reservation,
    *,
    lang: str,
    dark: bool,
) -> None:
    problems: list[str] = []
    page = office(open_page("/healthz", lang=lang, dark=dark), restaurant, live_server.url)
    open_panel(page)
    check(page, "the panel before", problems)
    page.locator("#panel [data-step=ask-deposit]").click()
    page.locator("main button.btn-primary").click()
    page.wait_for_selector("#error-summary")
    check(page, "an amount is missing", problems)
    ask(page)
    expect(page.locator("main")).to_contain_text("25")
    check(page, "the question", problems)
    page.locator("[name=confirmed]").click()
    expect(page.locator(DEPOSIT)).to_contain_text("15:00")  # on the plan of that day
    open_panel(page)
    check(page, "the panel after", problems)
    assert status_of(reservation) == ("pending_payment", "pending")

    guest = open_page(page_of(reservation, ""), lang=lang, dark=dark)
    check(guest, "the guest's page", problems)
    guest.locator("#do-pay").click()
    guest.locator("main form button.btn-primary").first.click()
    expect(guest).to_have_url(re.compile("/dev/payments/"))
    choose(guest)
    expect(guest.locator(".notice-good")).to_be_visible()
    assert status_of(reservation) == ("confirmed", "paid")
    assert post_webhooks() == 1
    assert Payment.objects.get().captured_minor == 2500

    open_panel(page)
    expect(page.locator(f"{DEPOSIT} [data-colour=green]")).to_be_visible()
    expect(page.locator("#panel [data-step=withdraw-deposit]")).to_have_count(0)
    check(page, "the panel when it is paid", problems)
    assert problems == []


@pytest.mark.parametrize("fate", ["release", "keep"])
def test_withdrawn_the_guest_need_not_pay(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    reservation: Reservation,
    *,
    fate: str,
) -> None:
    problems: list[str] = []
    page = office(open_page("/healthz"), restaurant, live_server.url)
    ask(page, fate=fate)
    page.locator("[name=confirmed]").click()
    expect(page.locator(DEPOSIT)).to_contain_text("Deposit asked for")
    guest = open_page(page_of(reservation))
    expect(guest.get_by_role("button", name="Pay €25")).to_be_visible()

    open_panel(page)
    page.locator("#panel [data-step=withdraw-deposit]").click()
    expect(page.locator("#toasts")).to_contain_text("Ada Lovelace is no longer asked for a deposit")
    expect(page.locator(DEPOSIT)).to_contain_text("Deposit request withdrawn")
    check(page, "the panel after", problems)
    assert status_of(reservation) == ("confirmed", "waived")

    guest.reload()
    expect(guest.locator("main")).to_contain_text("There is nothing to pay")
    guest.goto(page_of(reservation, ""))
    expect(guest.locator("#deposit")).to_contain_text("No longer asked for")
    expect(guest.locator("#do-pay")).to_have_count(0)
    check(guest, "the guest's page after", problems)
    assert problems == []


def test_without_scripts_it_can_be_asked_for_as_well(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any, reservation: Reservation
) -> None:
    page = office(open_page("/healthz", scripts=False), restaurant, live_server.url)
    page.goto(f"/staff/bistro-anna/reservations/{reservation.pk}/deposit/")
    page.locator("[name=amount]").fill("25")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Change it").click()
    expect(page.locator("[name=amount]")).to_have_value("25")
    page.locator("[name=hours]").select_option("1")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("main")).to_contain_text("The table is kept until 12:00")
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator("body")).to_contain_text("The link to pay is on its way to Ada Lovelace")
    assert status_of(reservation) == ("pending_payment", "pending")
