"""A host's tablet: a logged-in browser before the floor of a restaurant, on a real server with its
sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from accounts.models import User
from restaurants.models import Restaurant
from tests.asgi import serving
from tests.factories import make_member

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 780}
EXPECTED = (
    "the server responded with a status of 4",
    # The badge of a conversation whose panel was closed while the answer was on its way.
    "htmx:oobErrorNoTarget, #talk-new-",
    "ERR_INTERNET_DISCONNECTED",
    "WebSocket",
    "htmx:afterRequest",
    "htmx:sendError",
    "undefined",  # htmx says so of a request that never left
)

OpenFloor = Callable[..., Page]


@contextmanager
def floors(browser: Browser, restaurant: Restaurant) -> Iterator[OpenFloor]:
    """Opens tablets; fails when one of their consoles complains."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            complaints.append(message.text)

    with serving() as address:
        contexts = []

        def opened(
            query: str = "",
            *,
            size: dict[str, int] | None = None,
            who: User | None = None,
            dark: bool = False,
            lang: str = "en",
            touch: bool = False,
        ) -> Page:
            client = Client()
            client.force_login(who or make_member(restaurant))
            context = browser.new_context(
                base_url=address,
                viewport=size or DESK,  # type: ignore[arg-type]
                color_scheme="dark" if dark else "light",
                locale=lang,
                has_touch=touch,
            )
            context.set_default_timeout(20_000)
            contexts.append(context)
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
            page = context.new_page()
            page.on("console", note)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"/staff/{restaurant.slug}/{query}")
            expect(page.locator("html")).to_have_attribute("data-connection", "live")
            return page

        yield opened
        for context in contexts:
            context.close()
    assert complaints == [], complaints


def table(page: Page, number: str) -> str:
    """The selector of a table by its number."""
    assert page
    return f'[data-plan] .table[data-number="{number}"]'


def state(page: Page, number: str, wanted: str) -> None:
    """Wait until a table is in a state."""
    found = page.locator(table(page, number))
    expect(found).to_have_attribute("data-state", wanted, timeout=15_000)
