"""A guest sees what is stored and is forgotten: on a phone, by keyboard, in light and dark."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bookings.selectors import manage_token_of
from guests.models import Guest
from notifications.models import Message
from notifications.services import sending_begin
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.guests.persons import LATER, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def keep_picture(page: Page, name: str) -> None:
    """For a look at it: RESERVEHUB_PICTURES names a folder."""
    folder = os.environ.get("RESERVEHUB_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_a_guest_sees_what_is_stored_and_is_forgotten(
    restaurant: Restaurant, open_page: OpenPage, settings: Any, lang: str, *, dark: bool
) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True
    person = make_person(restaurant)
    problems: list[str] = []
    with clock.freeze(LATER):
        page = open_page(f"/b/{manage_token_of(person.visit)}/privacy/", dark=dark, lang=lang)
        check(page, "asking for the link", problems)
        keep_picture(page, f"ask-{lang}")
        page.locator("main form button").click()
        expect(page.locator("main [role=status]")).to_be_visible()

        message = Message.objects.get(kind="privacy_link")
        begun = sending_begin(message_id=message.pk, now=LATER)
        assert begun is not None
        link = re.search(r"/me/[\w-]{43}/", begun.envelope.content.text)
        assert link is not None
        page.goto(link[0])
        page.locator("details summary").first.click()
        expect(page.get_by_text("Zelda de Vries").first).to_be_visible()
        check(page, "what is stored", problems)
        keep_picture(page, f"stored-{lang}")

        page.goto(f"{link[0]}erase/")
        check(page, "erasing", problems)
        keep_picture(page, f"erase-{lang}")
        page.locator("main button.btn-danger").click()
        expect(page.locator("main [role=status]")).to_be_visible()
    assert problems == []
    assert Guest.objects.get(pk=person.guest.pk).anonymised_at == LATER
