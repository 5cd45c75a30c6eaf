"""A real Chromium against a live server with a stopped clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from reservehub.core import clock
from restaurants.models import Area, Restaurant
from tests.factories import NOW, make_restaurant, make_table

# Playwright keeps an event loop in this thread; Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PHONE = {"width": 360, "height": 740}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _at_monday_morning() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant(transactional_db: Any) -> Restaurant:
    """Two tables inside, one on the terrace."""
    restaurant = make_restaurant(name="Bistro Anna", slug="bistro-anna", city="Amsterdam")
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace", is_outdoor=True)
    make_table(restaurant, number="T1", seats=4, min_party=3, area=terrace)
    return restaurant


@pytest.fixture
def complaints() -> list[str]:
    """What pages wrote to the console as errors: broken scripts, refused by the policy."""
    return []


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens a page in a fresh session; fails the test when the console complains."""
    contexts: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        # A refused form (409, 422) is a failed load for Chromium, a request overtaken by a newer
        # one an error for htmx: both are meant.
        expected = (
            "the server responded with a status of 4",
            "htmx:afterRequest",
            "htmx:sendAbort",
            "WebSocket connection to",  # this server speaks none; sockets have tests of their own
        )
        if message.type == "error" and not any(text in message.text for text in expected):
            complaints.append(message.text)

    def opened(path: str, *, scripts: bool = True, dark: bool = False, lang: str = "en") -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale=lang,
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
