"""Photographs of the pages of a running demo, for the README: `make screenshots`.

    make run                    # in another terminal
    make screenshots            # all of them, into docs/screenshots/
    make screenshots ARGS="--only panel --base http://127.0.0.1:9000"

A page that complains on the console, or scrolls sideways, fails the run: a picture of a fault is no
use. The booking made for the manage page is cancelled again at the end.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from reservehub.local.demo import DEMO_ADDRESSES, DEMO_PASSWORD
from tests.conftest import chromium

OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--hide-scrollbars"]  # fmt: skip
PHONE = (360, 740)
DESK = (1280, 860)
LIMIT = 300 * 1024


@dataclass(frozen=True)
class Shot:
    """One picture: where to go, logged in as whom, and what to do there first."""

    name: str
    path: str
    size: tuple[int, int] = PHONE
    dark: bool = False
    lang: str = "en"
    login: str = ""
    act: Callable[[Page], None] | None = None


def open_panel(page: Page) -> None:
    """Tap a time in the evening and fill in the two fields."""
    slots = page.locator(".slot")
    slots.nth(slots.count() // 2).click()
    page.wait_for_selector("#booking")
    page.fill("#id_name", "Анна Петрова" if page.url.endswith("ru") else "Anna de Vries")
    page.fill("#id_contact", "anna@example.com")
    page.wait_for_timeout(900)


def provoke_errors(page: Page) -> None:
    """Send the panel with a mistake in each field."""
    open_panel(page)
    page.fill("#id_name", "")
    page.fill("#id_contact", "anna@")
    page.click("button[data-main]")
    page.wait_for_selector("#error-summary")
    page.wait_for_timeout(900)


def book(page: Page) -> None:
    """Book for real; :func:`cancel` undoes it."""
    open_panel(page)
    page.click("button[data-main]")
    page.wait_for_url("**/b/**")


def cancel(page: Page) -> None:
    """Cancel the booking on screen."""
    page.goto(page.url.split("?")[0] + "cancel/")
    page.locator("main form button[type=submit]").click()


def log_in(page: Page, address: str) -> None:
    """As somebody of the demo."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", address)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


def tap_table(page: Page) -> None:
    """Open the panel of a table that somebody has, else of the first."""
    taken = page.locator('g.table:not([data-state="available"])')
    (taken if taken.count() else page.locator("g.table")).first.click()
    page.wait_for_timeout(900)


def open_regular(page: Page) -> None:
    """The profile of the first guest who carries a tag."""
    page.locator("main a:has(.tag), main li:has(.tag) a, main tr:has(.tag) a").first.click()
    page.wait_for_load_state()


def shots(restaurant: str, russian: str) -> list[Shot]:
    """Every picture: the guest pages, then the staff area."""
    return [*guest_shots(restaurant, russian), *staff_shots(restaurant, russian)]


def staff_shots(restaurant: str, russian: str) -> list[Shot]:
    """The host stand at the hour of dinner."""
    desk, there = f"/staff/{restaurant}/", f"/staff/{russian}/"
    evening = "?mode=at&time=20:00"
    owner = DEMO_ADDRESSES[1]
    return [
        Shot("floor", desk + evening, DESK, login=owner, act=tap_table),
        Shot("floor-dark", desk + evening, DESK, dark=True, login=owner),
        Shot("floor-mobile", desk + evening, login=owner),
        Shot("floor-ru", there + evening + "&lang=ru", DESK, lang="ru", login=owner),
        Shot("timeline", f"{desk}timeline/", DESK, login=owner),
        Shot("list", f"{desk}list/", DESK, login=owner),
        Shot("tables", f"{desk}tables/", DESK, login=owner),
        Shot("guests", f"{desk}guests/", DESK, login=owner),
        Shot("guest", f"{desk}guests/", DESK, login=owner, act=open_regular),
        Shot("queue", f"{desk}queue/", DESK, login=owner),
        Shot("settings", f"{desk}settings/", DESK, login=owner),
        Shot("tonight", "/admin/", DESK, login=owner),
    ]


def guest_shots(restaurant: str, russian: str) -> list[Shot]:
    """What guests see."""
    place, there = f"/r/{restaurant}/", f"/r/{russian}/?lang=ru"
    return [
        Shot("home", "/?lang=en", DESK),
        Shot("home-dark", "/?lang=en", DESK, dark=True),
        Shot("restaurant-mobile", place),
        Shot("restaurant-mobile-dark", place, dark=True),
        Shot("restaurant-desktop", place, DESK, act=open_panel),
        Shot("panel-mobile", place, act=open_panel),
        Shot("errors-mobile", place, act=provoke_errors),
        Shot("restaurant-ru", there, lang="ru"),
        Shot("manage-mobile", place, act=book),
    ]


def take(browser: Browser, base: str, shot: Shot, out: Path) -> list[str]:
    """Save one picture; returns what was wrong with the page."""
    complaints: list[str] = []
    width, height = shot.size
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        color_scheme="dark" if shot.dark else "light",
        locale=shot.lang,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"{shot.name}: {error}"))
    if shot.login:
        log_in(page, shot.login)
    page.goto(shot.path)
    page.reload()  # the display type may miss the very first visit, and is there on the next
    if shot.act is not None:
        shot.act(page)
    page.mouse.move(0, 0)
    if shot.size == DESK:
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        complaints.append(f"{shot.name}: wider than the screen")
    size = save(page.screenshot(), out / f"{shot.name}.png")
    if size > LIMIT:
        complaints.append(f"{shot.name}: {size // 1024} KB")
    if shot.act is book:
        cancel(page)
    context.close()
    return complaints


def save(png: bytes, path: Path) -> int:
    """Write an optimised picture with a palette; returns its size in bytes."""
    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
    return path.stat().st_size


def main(arguments: list[str]) -> int:
    """Take the pictures; 1 if a page was at fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--restaurant", default="bella-vista")
    parser.add_argument("--russian", default="kalyannaya-dym")
    parser.add_argument("--only", default="", help="pictures whose name begins so")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    path = chromium()
    if path is None:
        sys.stderr.write("No Chromium here: apt-get install chromium\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        for shot in shots(options.restaurant, options.russian):
            if shot.name.startswith(options.only):
                complaints += take(browser, options.base, shot, options.out)
        browser.close()
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
