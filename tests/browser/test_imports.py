"""A file of guests in a real browser: chosen, mapped, looked at, and followed to its end."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from guests.models import Guest, GuestImport, ImportStatus
from guests.services.importing import import_run
from restaurants.models import Restaurant, Role
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import enter, member
from tests.browser.test_own_page import keep_picture
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOOK = "Имя;Телефон;Цвет\nАнна;020 123 4567;red\nПётр;12;blue\n"


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_a_file_of_guests_from_the_first_click_to_the_last_row(
    open_page: OpenPage, live_server: Any, restaurant: Restaurant, lang: str, *, dark: bool
) -> None:
    problems: list[str] = []
    page = open_page("/accounts/login/", dark=dark, lang=lang)
    page.context.route_web_socket("**/ws/**", lambda _socket: None)
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)
    if dark:
        page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/staff/bistro-anna/imports/")
    check(page, "choosing", problems)
    page.locator("#id_file").set_input_files(
        {"name": "book.csv", "mimeType": "text/csv", "buffer": BOOK.encode()}
    )
    keep_picture(page, f"import-{lang}")
    page.locator("main form button").click()
    expect(page.locator("#id_name")).to_have_value("0")
    expect(page.locator("#id_phone")).to_have_value("1")
    check(page, "the columns", problems)
    keep_picture(page, f"columns-{lang}")
    page.locator("main form button").first.click()
    expect(page.locator("#import-state li")).to_have_count(1)
    check(page, "the look", problems)
    keep_picture(page, f"look-{lang}")

    page.get_by_role("checkbox").check()
    page.locator("#import-state form button").first.click()
    expect(page.locator("progress")).to_be_visible()
    found = GuestImport.objects.get()
    assert found.status == ImportStatus.RUNNING
    import_run(import_id=found.pk, now=NOW)
    expect(page.locator(".notice-good")).to_be_visible()  # without a reload
    check(page, "the end", problems)

    page.goto(f"/staff/bistro-anna/guests/{Guest.objects.get().pk}/privacy/")
    check(page, "asking to be forgotten", problems)
    keep_picture(page, f"staff-privacy-{lang}")
    assert problems == []
