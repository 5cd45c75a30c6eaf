"""The floor of a full house: time of the page, and frames while a party is dragged.

    python -m bench floor

Sixty tables, 250 parties, Friday 19:40. The page is asked for over HTTP by one client, its parts
as the browser asks for them; then one party is dragged in circles over the plan for six seconds
with the processor slowed four times. The aims: p95 below 250 ms a page, p95 <= 26 ms a frame.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping

import django

django.setup()

import httpx  # noqa: E402 - after Django
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from reservehub.core import clock  # noqa: E402
from tests.asgi import serving  # noqa: E402
from tests.browser.conftest import ARGS  # noqa: E402
from tests.conftest import chromium  # noqa: E402
from tests.factories import make_member  # noqa: E402
from tests.staff.evening import EVENING, fill, make_house  # noqa: E402

SLOWER = 4
SECONDS = 6
ROUNDS = 45

WATCH = """() => { const mine = window.frames_ = []; let last = performance.now();
  const tick = (now) => {
    mine.push(now - last); last = now;
    if (window.frames_ === mine) requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""


def quantiles(name: str, found: list[float]) -> str:
    cuts = statistics.quantiles(found, n=100)
    row = (len(found), cuts[49], cuts[94], cuts[98], max(found))
    return "{:<34} {:>4}  p50 {:6.1f}  p95 {:6.1f}  p99 {:6.1f}  worst {:6.1f} ms".format(
        name, *row
    )


def pages(address: str, slug: str, table_id: int, cookie: Mapping[str, str]) -> None:
    """How long the server takes; kept connections, as browsers do."""
    session = httpx.Client(timeout=30)
    session.cookies.update(dict(cookie))
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "page, live": ("", {}),
        "page, another time": ("?time=21:00", {}),
        "page, whole day": ("?mode=day", {}),
        "numbers alone": ("", {"HX-Request": "true", "HX-Target": "floor-summary"}),
        "panel of a table": (f"tables/{table_id}/panel/", {"HX-Request": "true"}),
        "timeline": ("timeline/", {}),
        "timeline as a table": ("timeline/?show=table", {}),
        "list": ("list/", {}),
        "heat map": ("heat/", {}),
        "alerts": ("alerts/", {}),
    }
    for name, (query, headers) in asked.items():
        times = []
        for _round in range(ROUNDS):
            started = time.perf_counter()
            answer = session.get(f"{address}/staff/{slug}/{query}", headers=headers)
            times.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
        print(quantiles(name, times[5:]), f"  {len(answer.content) / 1024:.0f} KB")


def frames(page: Page, move: Callable[[float], None]) -> list[float]:
    """Milliseconds between frames, by the browser's own animation clock, while `move` runs."""
    page.evaluate(WATCH)
    started = page.evaluate("performance.now()")
    for step in range(SECONDS * 60):
        move(step / 15)
        if page.evaluate("performance.now()") - started > SECONDS * 1000:
            break
    found: list[float] = page.evaluate("window.frames_")
    return found[2:]


def lift(page: Page) -> None:
    """Press on a seated party and pull until it hangs on the pointer."""
    seated = page.locator('[data-plan] .table[data-state="seated"] .t-top')
    for number in range(5):
        box = seated.nth(number).bounding_box()
        if box is None:
            continue
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] + 40, box["y"] + 60, steps=6)
        page.wait_for_timeout(1500)
        if page.locator(".ghost").count() and page.locator(".is-moving").count():
            return
        page.mouse.up()
    raise RuntimeError("no party could be lifted")


def drag(page: Page) -> None:
    """A party lifted from its table and led over the others."""
    stage = page.locator("[data-stage]").bounding_box()
    if stage is None:
        raise RuntimeError("there is no plan to be seen")
    middle_x, middle_y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2

    def circle(angle: float) -> None:
        page.mouse.move(middle_x + 260 * math.sin(angle), middle_y - 150 * math.cos(angle))

    print(quantiles("frames at rest", frames(page, lambda _angle: page.wait_for_timeout(16))))
    lift(page)
    page.wait_for_timeout(500)
    print(quantiles("frames while dragging", frames(page, circle)))
    page.keyboard.press("Escape")
    page.mouse.up()


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    house = make_house()
    fill(house)
    client = Client()
    client.force_login(make_member(house))
    cookie = {"sessionid": client.cookies["sessionid"].value}
    with clock.freeze(EVENING), serving() as address, sync_playwright() as playwright:
        pages(address, house.slug, house.tables.all()[0].pk, cookie)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=address)
        context.add_cookies([{"name": "sessionid", "url": address, "value": cookie["sessionid"]}])
        page = context.new_page()
        page.goto(f"/staff/{house.slug}/")
        page.wait_for_selector('html[data-connection="live"]')
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        print(f"{page.locator('[data-plan] .table').count()} tables, processor {SLOWER} x slower")
        drag(page)
        browser.close()


if __name__ == "__main__":
    main()
