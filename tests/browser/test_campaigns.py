"""A campaign in a real browser: written, started, watched to its end, and left by its link."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from guests.models import Guest, Segment
from notifications.models import CampaignRecipient, Message
from notifications.services.campaigns import campaigns_let_through
from notifications.unsubscribe import news_url
from restaurants.models import Restaurant, Role
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import enter, member
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_campaign_from_the_first_word_to_the_last_letter(
    open_page: OpenPage, live_server: Any, restaurant: Restaurant
) -> None:
    organisation = restaurant.organisation
    Segment.objects.create(organisation=organisation, name="Regulars", created_at=NOW)
    guest = Guest.objects.create(
        organisation=organisation,
        name="Anna de Vries",
        email="anna@example.com",
        has_marketing_consent=True,
        created_at=NOW,
    )
    problems: list[str] = []
    page = open_page("/accounts/login/")
    page.context.route_web_socket("**/ws/**", lambda _socket: None)
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)
    page.goto("/staff/bistro-anna/campaigns/add/")
    page.get_by_label("Name").fill("Asparagus")
    page.get_by_label("Guests").select_option("Regulars")
    page.locator("#id_subject_en").fill("Asparagus is here")
    page.locator("#id_text_en").fill("Dear {name}, six dishes until June.")
    check(page, "writing", problems)
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_text("1 guest gets it")).to_be_visible()
    expect(page.get_by_text("Dear Anna de Vries, six").first).to_be_visible()
    check(page, "draft", problems)
    page.get_by_role("link", name="Send …").click()
    page.get_by_role("button", name="Send to 1 guest now").click()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    check(page, "on its way", problems)

    campaigns_let_through(organisation_id=organisation.pk, now=NOW)
    Message.objects.update(status="sent", sent_at=NOW)
    campaigns_let_through(organisation_id=organisation.pk, now=NOW)
    expect(page.get_by_text("1 of 1")).to_be_visible()  # without a reload
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)

    reader = open_page(news_url(CampaignRecipient.objects.get()).replace("http://testserver", ""))
    check(reader, "the way out", problems)
    reader.get_by_role("button", name="No more offers and news").click()
    expect(reader.get_by_text("will send you no more")).to_be_visible()
    guest.refresh_from_db()
    assert not guest.has_marketing_consent
    assert problems == []
