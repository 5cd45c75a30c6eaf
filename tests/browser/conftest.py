"""A real Chromium against a live server with a stopped clock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from reservehub.core import clock
from restaurants.models import Area, Restaurant
from tests.factories import NOW, make_restaurant, make_table

# Playwright keeps an event loop in this thread; Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

expect.set_options(timeout=15_000)  # a busy machine is no failure

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
LOOKS = [
    pytest.param("en", False, id="en-light"),
    pytest.param("ru", True, id="ru-dark"),
]
"""Each language and each theme once: words do not change contrasts, nor colours the structure."""

OpenPage = Callable[..., Page]


class Traffic:
    """The requests that the live server is working on: pages that close still send some."""

    def __init__(self) -> None:
        self.under_way = 0
        self._lock = threading.Lock()
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def _begin(self, **_: Any) -> None:
        with self._lock:
            self.under_way += 1

    def _end(self, **_: Any) -> None:
        with self._lock:
            self.under_way -= 1

    def settle(self) -> None:
        """Wait until nothing has been under way for a moment: emptying the tables beside a request
        would be a deadlock, and what it writes would be the next test's.
        """
        deadline = time.monotonic() + 5
        quiet_since = time.monotonic()
        while (now := time.monotonic()) < deadline and now - quiet_since < 0.15:
            if self.under_way:
                quiet_since = now
            time.sleep(0.01)


@pytest.fixture(scope="session")
def traffic() -> Traffic:
    return Traffic()


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
def open_page(
    chromium: Browser, live_server: Any, traffic: Traffic, complaints: list[str]
) -> Iterator[OpenPage]:
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
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    traffic.settle()
    assert complaints == []
