"""Two records of one guest in a real browser: compared, merged after a look at what will happen,
and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from guests.models import Guest, LoyaltyEntry, MergeCandidate
from restaurants.models import Restaurant, Role
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import enter, member
from tests.factories import NOW
from tests.guests.people import make_guest, note

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DUPLICATES = "/staff/bistro-anna/duplicates/"


@pytest.fixture(autouse=True)
def _without_sockets(open_page: OpenPage, complaints: list[str]) -> Iterator[None]:
    """The server of these tests has no sockets; the pages cope, Chromium complains."""
    yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


@pytest.fixture
def pair(restaurant: Restaurant) -> tuple[Guest, Guest]:
    """The second is a VIP, with a note and points."""
    house = restaurant.organisation
    one = make_guest(house, name="Anna de Vries", phone="+31612345678", visits=4)
    two = make_guest(house, name="A. de Vries", is_vip=True, visits=1)
    note(two)
    LoyaltyEntry.objects.create(guest=two, points=20, reason="correction", created_at=NOW)
    MergeCandidate.objects.create(
        guest=one, other=two, name=two.name, reason="email", score=0.9, created_at=NOW
    )
    return one, two


def merged_into(guest: Guest) -> Guest | None:
    return Guest.objects.get(pk=guest.pk).merged_into


def compare(page: Page) -> None:
    page.goto(DUPLICATES)
    page.locator("a.btn-primary", has_text="Anna de Vries").click()


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_merged_after_a_look_and_taken_back(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    pair: tuple[Guest, Guest],
    *,
    lang: str,
    dark: bool,
    size: str,
) -> None:
    one, two = pair
    problems: list[str] = []
    page = open_page("/healthz", lang=lang, dark=dark)
    if size == "desktop":
        page.set_viewport_size({"width": 1280, "height": 900})
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)
    page.goto(DUPLICATES)
    check(page, "the list", problems)
    compare(page)
    expect(page.locator("[aria-labelledby=kept-title]")).to_contain_text("Anna de Vries")
    expect(page.locator("[aria-labelledby=then-title]")).to_contain_text("Anna de Vries")
    check(page, "the comparison", problems)
    assert merged_into(two) is None, "looking changes nothing"

    page.locator("[aria-labelledby=then-title] button.btn-primary").click()
    expect(page.locator("[aria-labelledby=merges-title]")).to_contain_text("A. de Vries")
    check(page, "merged", problems)
    assert merged_into(two) == one
    page.goto(f"/staff/bistro-anna/guests/{one.pk}/")
    expect(page.locator("main")).to_contain_text("Likes tea")

    page.goto(DUPLICATES)
    page.locator("[aria-labelledby=merges-title] button").click()
    expect(page.locator("[aria-labelledby=merges-title]")).to_have_count(0)
    check(page, "taken back", problems)
    assert merged_into(two) is None
    page.goto(f"/staff/bistro-anna/guests/{one.pk}/")
    expect(page.locator("main")).not_to_contain_text("Likes tea")
    assert problems == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_other_record_can_be_the_one_that_stays(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    pair: tuple[Guest, Guest],
    *,
    scripts: bool,
) -> None:
    one, two = pair
    page = open_page("/healthz", scripts=scripts)
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)
    compare(page)
    expect(page.locator("main")).to_contain_text(
        "These go over to Anna de Vries: 1 note, 1 line of points."
    )
    expect(page.locator("main")).to_contain_text("The guest is a VIP, as the other record says.")
    page.get_by_role("link", name="Keep this one instead").click()
    expect(page.locator("[aria-labelledby=kept-title]")).to_contain_text("A. de Vries")
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("body")).to_contain_text("A. de Vries is one record now.")
    assert merged_into(one) == two
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("body")).to_contain_text(
        "A. de Vries and Anna de Vries are two records again."
    )
    assert merged_into(one) is None


def test_two_people_are_not_proposed_again(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any, pair: tuple[Guest, Guest]
) -> None:
    page = open_page("/healthz")
    enter(page, member(restaurant, Role.MANAGER, "Maria Visser"), live_server.url)
    page.goto(DUPLICATES)
    page.get_by_role("button", name="Two people").click()
    expect(page.locator("main")).to_contain_text("No two records look like one person.")
    assert merged_into(pair[1]) is None
