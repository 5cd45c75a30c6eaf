"""The guest book in a real browser: found while typing, opened, noted, remembered when booking."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from guests.models import GuestTag, LoyaltyProgramme, LoyaltyTier, Tag
from guests.services.loyalty import loyalty_programme_save, points_correct
from restaurants.models import Restaurant, Role
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import enter, member
from tests.factories import NOW, STAFF
from tests.guests.people import make_guest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_a_guest_is_found_noted_and_remembered_when_they_call(
    open_page: OpenPage, live_server: Any, restaurant: Restaurant, lang: str, dark: bool
) -> None:
    organisation = restaurant.organisation
    guest = make_guest(organisation, name="Anna de Vries", phone="+31612345678", is_vip=True)
    make_guest(organisation, name="Bram Jansen")
    tag = Tag.objects.create(organisation=organisation, name="Wine", colour="red", created_at=NOW)
    GuestTag.objects.create(guest=guest, tag=tag, created_at=NOW)
    loyalty_programme_save(
        programme=LoyaltyProgramme(organisation=organisation, is_active=True),
        tiers=[LoyaltyTier(name="Silver", from_points=20)],
        actor=STAFF,
        now=NOW,
    )
    points_correct(guest_id=guest.pk, points=50, note="Welcome", actor=STAFF, now=NOW)
    problems: list[str] = []
    page = open_page("/accounts/login/", lang=lang, dark=dark)
    page.context.route_web_socket("**/ws/**", lambda _socket: None)
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)

    page.goto("/staff/bistro-anna/guests/")
    check(page, "the book", problems)
    expect(page.get_by_role("link", name="Bram Jansen")).to_be_visible()
    page.locator("#q").press_sequentially("5678")
    expect(page.get_by_role("link", name="Bram Jansen")).to_have_count(0)
    page.get_by_role("link", name="Anna de Vries").click()
    for fold in page.locator("details.fold").all():
        fold.locator("summary").click()
    check(page, "the profile", problems)
    page.locator("#id_note-text").fill("Always the corner")
    page.locator("label[for=id_note-is_alert]").click()
    page.locator("#id_note-text").locator("xpath=ancestor::form").get_by_role("button").click()
    expect(page.locator("#alerts-title + ul")).to_contain_text("Always the corner")

    page.goto("/staff/bistro-anna/book/")
    page.locator("#id_phone").fill("06 1234 5678")
    page.locator("#id_email").focus()
    expect(page.locator("#known")).to_contain_text("Always the corner")  # without a reload
    page.goto("/staff/bistro-anna/loyalty/")
    check(page, "the programme", problems)
    assert problems == []
