"""How smooth dragging is: sixty tables in the editor of floor plans, processor slowed four times.

    python -m bench.dragging --base http://127.0.0.1:8000       # a running demo

Opens the plan of a demo restaurant, adds tables up to sixty (in the draft only, discarded at the
end), and drags one table, then ten together, for six seconds each. Printed: the time between frames
as the browser's own animation clock has it. The aim is p95 <= 26 ms.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.conftest import chromium

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
SLOWER = 4
SECONDS = 6
WANTED = 60

WATCH = """() => { window.frames_ = []; let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now;
    if (window.frames_.length < 5000) requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""


def log_in(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", "owner@example.com")
    page.fill("input[name=password]", "reservehub-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def open_editor(page: Page, base: str, slug: str) -> None:
    """The editor of a draft with at least sixty tables; the draft is not published."""
    page.goto(f"{base}/staff/{slug}/plans/")
    page.click("a.btn:has-text('Edit')")
    page.wait_for_selector("[data-editor][data-ready]")
    if page.locator("[data-editor][data-has-draft=true]").count():
        discard(page)
        page.wait_for_selector("[data-editor][data-ready]")
    page.click("summary:has-text('Size of the plan')")
    for side, length in (("width", 1800), ("height", 1300)):
        page.fill(f"#c-{side}", str(length))
        page.press(f"#c-{side}", "Tab")
    while page.locator("[data-key]").count() < WANTED:
        page.click("[data-do=add]")
    page.click("[data-zoom=fit]")


def drag(page: Page, count: int) -> list[float]:
    """Milliseconds between frames while `count` tables go round in circles."""
    page.keyboard.press("Escape")
    tables = page.locator("[data-key] .t-top")
    for number in range(max(count, 1)):
        tables.nth(number).click(modifiers=["Shift"] if number else [])
    box = tables.first.bounding_box()
    assert box is not None  # noqa: S101
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if count:
        page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=2)
    page.evaluate(WATCH)
    started, step = time.monotonic(), 0
    while time.monotonic() < started + SECONDS:
        angle, step = step / 15, step + 1
        page.mouse.move(x + 120 + 100 * math.sin(angle), y + 120 - 100 * math.cos(angle))
    if count:
        page.mouse.up()
        page.click("[data-tool=undo]")
    frames: list[float] = page.evaluate("window.frames_")
    return frames[2:]


def discard(page: Page) -> None:
    """Leave the plan as it was."""
    page.wait_for_selector("[data-saved][data-state=saved]")
    page.click(".needs-draft button")
    page.wait_for_selector("[data-saved][data-state=published]")


def report(name: str, frames: list[float]) -> str:
    cuts = statistics.quantiles(frames, n=100)
    row = (len(frames), cuts[49], cuts[94], cuts[98], max(frames))
    return "{:<28} {:>5} frames  p50 {:5.1f}  p95 {:5.1f}  p99 {:5.1f}  worst {:5.1f} ms".format(
        name, *row
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--slug", default="bella-vista")
    options: Any = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        log_in(page, options.base)
        open_editor(page, options.base, options.slug)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        print(f"{page.locator('[data-key]').count()} tables, processor {SLOWER} times slower")
        for name, count in (("the pointer alone", 0), ("one table", 1), ("ten together", 10)):
            print(report(name, drag(page, count)))
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        discard(page)
        browser.close()


if __name__ == "__main__":
    main()
