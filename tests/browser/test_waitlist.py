"""From a full evening to a booking, through a real browser."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Reservation
from restaurants.models import Restaurant
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_guest_live import Open, open_guest
from tests.factories import make_restaurant
from tests.waitlist.evenings import cancel, fill, join
from waitlist.models import WaitlistEntry, WaitlistSettings

__all__ = ["open_guest"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: Any) -> Restaurant:
    return make_restaurant(
        name="Bistro Anna",
        tables=(2,),
        period={"first_seating": time(19), "last_seating": time(20)},
    )


def patient(page: Page) -> None:
    """The first page of a process takes long on a busy machine."""
    page.set_default_timeout(30_000)


def test_another_guest_cancels_and_the_offer_arrives_on_the_open_page(
    open_guest: Open, house: Restaurant
) -> None:
    (booked,) = fill(house, time(19, 30))
    page = open_guest(f"/r/{house.slug}/?guests=2&date=2026-06-05", prepare=patient)
    page.get_by_role("link", name=re.compile("19:30.*join the waitlist")).click()
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.get_by_label("From")).to_have_value("19:30")
    page.get_by_label("Your name").fill("Bo Jansen")
    page.get_by_label("Phone or e-mail").fill("bo@example.com")
    with page.expect_websocket() as socket:
        page.locator("#panel").get_by_role("button", name="Join the waitlist").click()
    socket.value.wait_for_event("framereceived")
    expect(page.locator("#visit")).to_contain_text("You are on the waitlist")

    cancel(booked)

    expect(page.locator("#visit")).to_contain_text("A table is free for you")
    expect(page.locator("#live")).to_contain_text("It is kept for you until")
    problems: list[str] = []
    check(page, "offer", problems)
    assert problems == []
    page.get_by_role("button", name="Take the table").click()
    expect(page.locator("#visit")).to_contain_text("Your table is booked")
    entry = WaitlistEntry.objects.get()
    assert Reservation.objects.get(waitlist_entries=entry).status == "confirmed"


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_without_scripts_a_guest_joins_changes_and_leaves(
    open_page: OpenPage, house: Restaurant, lang: str, dark: bool
) -> None:
    fill(house, time(19, 30))
    WaitlistSettings.objects.create(restaurant=house, is_broadcast=True)
    ahead = join(house, from_time=time(19, 30))
    page = open_page(
        f"/r/{house.slug}/?guests=2&date=2026-06-05", scripts=False, lang=lang, dark=dark
    )
    page.locator("a.slot-wait").nth(1).click()
    page.locator("#id_name").fill("Bo Jansen")
    page.locator("#id_contact").fill("bo@example.com")
    page.locator("#id_flexibility").select_option("30")
    page.locator("#waitlist button").click()
    entry = WaitlistEntry.objects.exclude(pk=ahead.pk).get()
    assert entry.flexibility_minutes == 30
    page.locator("#do-change").click()
    page.locator("#id_until_time").fill("20:00")
    page.locator("main form button[type=submit]").click()
    page.locator("#do-leave").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#do-again")).to_be_visible()
    entry.refresh_from_db()
    assert (entry.until_time, entry.status) == (time(20), "left")
