"""The queue at the door on two screens and on the guest's phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.asgi import serving
from tests.browser.conftest import LOOKS, PHONE, OpenPage
from tests.browser.stand import stand
from tests.browser.test_accessibility import check
from tests.factories import STAFF, make_member, make_restaurant
from tests.waitlist.queue.evening import EVENING, fill_house, sit, wait_at_door
from waitlist.models import QueueEntry, QueueStatus
from waitlist.selectors.queue import queue_token_of
from waitlist.services.queue import queue_ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Screens = Callable[[str], Page]


@pytest.fixture(autouse=True)
def _friday_evening(transactional_db: Any) -> Iterator[None]:
    cache.clear()
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2, 4), slug="bistro-anna", name="Bistro Anna")


@pytest.fixture
def screens(chromium: Browser, house: Restaurant) -> Iterator[Screens]:
    """Opens pages against a server that speaks WebSocket: as a host, or as a guest by link."""
    contexts: list[BrowserContext] = []
    with serving() as address:

        def opened(path: str) -> Page:
            is_staff = path.startswith("/staff/")
            size = {"width": 1280, "height": 800} if is_staff else PHONE
            context = chromium.new_context(base_url=address, viewport=size)  # type: ignore[arg-type]
            contexts.append(context)
            if is_staff:
                client = Client()
                client.force_login(make_member(house, Role.HOST))
                cookie = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
            page = context.new_page()
            page.goto(path)
            if is_staff:
                expect(page.locator("html")).to_have_attribute("data-connection", "live")
            return page

        yield opened
        for context in contexts:
            context.close()


def test_two_hosts_and_the_guest_see_the_same_queue(screens: Screens, house: Restaurant) -> None:
    sit(house, 4)
    door, bar = screens("/staff/bistro-anna/queue/"), screens("/staff/bistro-anna/queue/")

    # Two taps: how many, and add.
    door.locator(".chip", has_text="2").first.click()
    door.get_by_role("button", name="Add to the queue").click()
    expect(bar.locator('.party[data-state="arrived"]')).to_contain_text("Party of 2")
    entry = QueueEntry.objects.get()
    guest = screens(f"/q/{queue_token_of(entry)}/")
    expect(guest.locator("#visit")).to_contain_text("You are in the queue")

    bar.get_by_role("button", name="Table 1 ready: Party of 2").click()
    expect(door.locator('.party[data-state="confirmed"]')).to_contain_text("kept 10 min more")
    expect(guest.locator("#visit")).to_contain_text("Your table is ready")
    guest.get_by_role("button", name="We are coming").click()
    for page in (door, bar):
        expect(page.locator(".party")).to_contain_text("is coming")

    door.get_by_role("button", name="Seat: Party of 2").first.click()
    expect(bar.locator(".group-empty")).to_contain_text("Nobody waits.")
    expect(guest.locator("#visit")).to_contain_text("You have your table")
    entry.refresh_from_db()
    assert entry.status == QueueStatus.SEATED

    door.keyboard.press("Control+z")
    expect(bar.locator('.party[data-state="arrived"]')).to_contain_text("Party of 2")


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_the_queue_is_for_everybody(
    open_page: OpenPage, house: Restaurant, live_server: Any, lang: str, dark: bool
) -> None:
    fill_house(house)
    wait_at_door(house, 2, name="Anna", phone="+31612345678", note="Pram")
    called = wait_at_door(house, 2, name="Bo", phone="+31612345679")
    queue_ready_somewhere(house, called)
    problems: list[str] = []
    page = stand(open_page, live_server.url, house, width=1280, dark=dark, lang=lang)
    page.goto("/staff/bistro-anna/queue/")
    page.locator("#add-more summary").click()
    page.locator(".queue-more summary").first.click()
    check(page, "queue", problems)
    page.set_viewport_size({"width": 360, "height": 740})
    check(page, "queue on a phone", problems)
    page.goto(f"/q/{queue_token_of(called)}/")
    check(page, "the page of a party", problems)

    assert problems == []


def queue_ready_somewhere(house: Restaurant, entry: QueueEntry) -> None:
    """A third table is set up and given to the party, whoever is ahead."""
    table = house.tables.create(number="3", seats=2, max_party=2, area=house.areas.get())
    house.refresh_from_db()
    order = frozenset({"order"})
    queue_ready(entry_id=entry.pk, table_ids=[table.pk], overrides=order, actor=STAFF, now=EVENING)
