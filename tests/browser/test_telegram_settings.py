"""The page on which staff connect Telegram, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings

from restaurants.models import Restaurant, Role
from telegram_bot.models import AdminChat, StaffChat
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import check
from tests.factories import NOW, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _without_sockets(open_page: OpenPage, complaints: list[str]) -> Iterator[None]:
    """The server of these tests has no sockets; the pages cope, Chromium complains."""
    yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


@pytest.fixture
def page_path(restaurant: Restaurant, settings: Settings) -> str:
    settings.TELEGRAM_BOT_TOKEN = "1:token"
    settings.TELEGRAM_BOT_NAME = "reservehub_test_bot"
    return f"/telegram/{restaurant.slug}/"


def entered(open_page: OpenPage, restaurant: Restaurant, path: str, *, dark: bool) -> Page:
    owner = make_member(restaurant, Role.OWNER, name="Olga Owner")
    StaffChat.objects.create(user=owner, telegram_id=7, name="Olga", linked_at=NOW)
    for number, active in ((1, True), (2, False)):
        AdminChat.objects.create(
            restaurant=restaurant,
            chat_id=-number,
            title=f"Team {number}",
            is_active=active,
            disabled_reason="" if active else "Forbidden: bot was kicked",
            linked_at=NOW,
        )
    client = Client()
    client.force_login(owner)
    client.get(path)  # addresses and templates are loaded: a busy machine needs seconds for it
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page = open_page("/healthz", dark=dark)
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])
    page.goto(page.url.replace("/healthz", path))
    return page


@pytest.mark.parametrize("dark", [False, True])
def test_a_link_is_made_and_shown_accessibly(
    open_page: OpenPage,
    restaurant: Restaurant,
    page_path: str,
    dark: bool,
) -> None:
    page = entered(open_page, restaurant, page_path, dark=dark)
    problems: list[str] = []
    check(page, "Telegram", problems)
    page.get_by_role("button", name="Add a group").click()
    link = page.get_by_role("link", name="Open Telegram")
    expect(link).to_be_visible()
    assert "https://t.me/reservehub_test_bot?startgroup=staff-" in str(link.get_attribute("href"))
    check(page, "Telegram with a link", problems)
    assert problems == []
    folder = os.environ.get("TELEGRAM_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"telegram-{dark}.png", full_page=True)
        page.set_viewport_size({"width": 1200, "height": 900})
        page.screenshot(path=Path(folder) / f"telegram-wide-{dark}.png", full_page=True)
