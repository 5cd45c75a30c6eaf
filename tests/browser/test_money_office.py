"""Deposits and payments in a real browser, for those who run the house: axe, sizes, giving back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from bookings.models import Reservation
from payments.facts import FactKind
from payments.gateways import registry
from payments.models import Instruction
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import book, make_rule, make_till, paid_booking, payment_for
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.factories import NOW, make_member
from tests.payments.till import note
from tests.staff.money.test_payments import disputed, refused

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = "/staff/bistro-anna/"
PICTURES = os.environ.get("RESERVEHUB_MONEY_PICTURES")
"""A folder for photographs of every page, for people to look at."""


@pytest.fixture(autouse=True)
def _without_sockets(open_page: OpenPage, complaints: list[str]) -> Iterator[None]:
    """The server of these tests has no sockets; the pages cope, Chromium complains."""
    yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found


@pytest.fixture
def paid(restaurant: Restaurant, bank: Bank) -> Reservation:
    """A few rules; one who paid and disputes, one whose refund was refused, one who waits."""
    make_till(restaurant)
    make_rule(
        restaurant,
        name="Large parties",
        min_party=4,
        weekdays=[5, 6, 7],
        cutoff_minutes=1440,
        late_cancel_percent=50,
    )
    make_rule(restaurant, name="Everybody else")
    make_rule(restaurant, name="Lunch", kind="exempt", amount_minor=0, is_active=False, min_party=9)
    found = paid_booking(bank, restaurant, guest_name="Maria Jansen")
    note(payment_for(found), FactKind.FEE, 90, at=NOW + timedelta(minutes=1))
    disputed(payment_for(found), opened_at=NOW + timedelta(minutes=3))
    other = paid_booking(bank, restaurant, guest_name="Konstantin Konstantinopolsky", party_size=4)
    refused(payment_for(other), reason="The soup was cold")
    book(restaurant, guest_name="Ben", time=(NOW + timedelta(hours=11)).time())
    return found


def enter(page: Page, restaurant: Restaurant, url: str) -> None:
    client = Client()
    client.force_login(make_member(restaurant, Role.OWNER, name="Olga Owner"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def photograph(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def paths_of(reservation: Reservation) -> dict[str, str]:
    payment = f"{DESK}payments/{payment_for(reservation).pk}/"
    asked = "?date=2026-06-05&time=19%3A00&guests=6&source=web&area="
    rule = reservation.restaurant.deposit_rules.get(name="Large parties")
    return {
        "deposits": f"{DESK}settings/deposits/{asked}",
        "account": f"{DESK}settings/deposits/account/",
        "rule": f"{DESK}settings/deposits/rules/{rule.pk}/",
        "payments": f"{DESK}payments/",
        "numbers": f"{DESK}payments/numbers/",
        "payment": payment,
        "refund": f"{payment}refund/",
        "panel": f"{DESK}list/?date=2026-06-05&show=",
        "book": f"{DESK}book/?date=2026-06-06&guests=4",
    }


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_every_page_is_accessible(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    paid: Reservation,
    *,
    lang: str,
    dark: bool,
    size: str,
) -> None:
    problems: list[str] = []
    page = open_page("/healthz", lang=lang, dark=dark)
    if size == "desktop":
        page.set_viewport_size({"width": 1280, "height": 900})
    enter(page, restaurant, live_server.url)
    look = f"{size}-{lang}-{'dark' if dark else 'light'}"
    with clock.freeze(NOW + timedelta(days=4, hours=10)):
        for name, path in paths_of(paid).items():
            page.goto(path)
            if name == "panel":
                page.locator(".party-name", has_text="Maria").click()
                page.wait_for_selector("[data-part=deposit]")
            if name == "book":
                page.locator("label.chip", has_text="20:00").first.click()
                page.wait_for_selector("[name=asks_payment]")
            photograph(page, f"{name}-{look}")
            check(page, f"{name} ({look})", problems)
        page.goto(paths_of(paid)["refund"])
        page.locator("[name=reason]").fill("The soup was cold")
        page.locator("button.btn-primary").click()
        page.wait_for_selector("#question-title")
        photograph(page, f"question-{look}")
        check(page, f"question ({look})", problems)
    assert problems == []


@pytest.mark.parametrize("scripts", [True, False])
def test_giving_back_takes_a_reason_and_a_second_tap(
    open_page: OpenPage,
    restaurant: Restaurant,
    live_server: Any,
    paid: Reservation,
    scripts: bool,
) -> None:
    page = open_page("/healthz", scripts=scripts)
    enter(page, restaurant, live_server.url)
    page.goto(f"{DESK}payments/")
    page.locator("a.title", has_text="Maria Jansen").click()
    page.get_by_role("link", name="Give money back").click()
    page.locator("label.chip", has_text="A part").click()
    page.locator("[name=amount]").fill("12,50")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#error-summary")).to_contain_text("This field is required")
    expect(page.locator("[name=amount]")).to_have_value("12,50")
    page.locator("[name=reason]").fill("The soup was cold")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("main")).to_contain_text("€12.50 goes back to the guest")
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator("main")).to_contain_text("The refund is on its way.")
    told = Instruction.objects.get(reason="The soup was cold", actor_user__isnull=False)
    assert (told.kind, told.amount_minor) == ("refund", 1250)
