"""axe-core on every guest page, in both languages and schemes; sizes of targets; no overflow."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from bookings.selectors import manage_path
from bookings.services import reservation_create
from restaurants.models import Restaurant
from tests.browser.conftest import AXE, LOOKS, OpenPage
from tests.factories import GUEST, NOW, a_request, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
  'best-practice']}).then(r => r.violations.flatMap(v => v.nodes.map(n =>
    `${v.id} (${v.impact}): ${n.html.slice(0, 160)} [${n.any[0]?.message}]`)))"""

CONTRAST = RUN.replace(
    RUN[RUN.index("{runOnly") : RUN.index("}).then")],
    "{runOnly: {type: 'rule', values: ['color-contrast']}",
)

SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: false}))
  .map(e => [e, (e.closest('label, li.relative') || e).getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && r.height > 1 && !e.closest('p, .prose-links')
      && (r.width < 44 || r.height < 44))
  .map(([e, r]) => `${e.outerHTML.slice(0, 120)} ${Math.round(r.width)}x${Math.round(r.height)}`)"""

WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def check(page: Page, where: str, problems: list[str]) -> None:
    """Everything in the light; in the dark only the colours differ."""
    page.evaluate(AXE.read_text())
    if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        problems += [f"{where} in the dark: {found}" for found in page.evaluate(CONTRAST)]
        return
    problems += [f"{where}: {found}" for found in page.evaluate(RUN)]
    problems += [f"{where}: small target {found}" for found in page.evaluate(SMALL)]
    if page.evaluate(WIDER) > 0:
        problems.append(f"{where}: wider than the screen")


def log_in(page: Page, url: str) -> None:
    client = Client()
    client.force_login(make_user("mila@example.com"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def panel_pages(page: Page, problems: list[str]) -> None:
    page.goto("/r/bistro-anna/?date=2026-06-05")
    check(page, "restaurant", problems)
    page.locator('.slot[value="2026-06-05T19:00"]').click()
    page.wait_for_selector("#booking")
    page.locator("#details summary").click()
    check(page, "panel", problems)
    page.locator("button[data-main]").click()
    page.wait_for_selector("#error-summary")
    check(page, "error", problems)


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_every_page_is_accessible(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any, lang: str, dark: bool
) -> None:
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    link = manage_path(booked.reservation)
    problems: list[str] = []
    page = open_page("/", lang=lang, dark=dark)
    check(page, "home", problems)
    panel_pages(page, problems)
    for path in (
        link,
        f"{link}change/?slot=2026-06-06T19:00&guests=2",
        f"{link}cancel/",
        "/find/",
        "/r/bistro-anna/?guests=9",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/no/such/page/",
    ):
        page.goto(path)
        check(page, path.replace(link, "manage "), problems)
    log_in(page, live_server.url)
    for path in ("/account/", "/accounts/email/", "/accounts/password/change/"):
        page.goto(path)
        check(page, path, problems)
    assert not problems, "\n".join(problems)


def test_right_to_left_does_not_break_the_layout(
    open_page: OpenPage, restaurant: Restaurant
) -> None:
    page = open_page("/r/bistro-anna/?slot=2026-06-05T19:00")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(WIDER) == 0
    first, last = (page.locator(f"#guests-{n}").bounding_box() for n in (1, 4))
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]
