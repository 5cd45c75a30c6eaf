"""The office in a real browser: from sign-up to a guest's booking, passkeys, tablets, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services import pin_set
from bookings.models import Reservation
from bookings.services import reservation_create
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from restaurants.models import Restaurant, Role, ServicePeriod, SlotOverride
from restaurants.services import invitation_create
from restaurants.services.invitations import invitation_token
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import check
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_combination, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "secret-enough-1"
DESK = "/staff/bistro-anna/"


@pytest.fixture(autouse=True)
def _without_sockets(open_page: OpenPage, complaints: list[str]) -> Iterator[None]:
    """The server of these tests has no sockets; the pages cope, Chromium complains."""
    yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


def member(restaurant: Restaurant, role: Role, name: str) -> User:
    user = make_member(
        restaurant, role, name=name, email=f"{name.split(maxsplit=1)[0].lower()}@example.com"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def enter(page: Page, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def tap_chip(page: Page, text: str) -> None:
    page.locator("label.chip", has_text=text).first.click()


def test_from_sign_up_to_a_confirmed_guest_booking(open_page: OpenPage, db_ready: Any) -> None:
    page = open_page("/staff/start/")
    page.get_by_role("link", name=re.compile("sign up", re.IGNORECASE)).first.click()
    page.get_by_label("Email").fill("anna@example.com")
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Sign Up", re.IGNORECASE)).click()
    page.wait_for_url(re.compile("confirm-email"))
    link = re.search(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    page.goto(link.group(1))
    page.get_by_role("button", name=re.compile("Confirm", re.IGNORECASE)).click()
    page.wait_for_load_state()
    if "/accounts/login" in page.url:
        page.locator("#id_login").fill("anna@example.com")
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign In", exact=True).click()
        page.wait_for_load_state()

    page.goto("/staff/start/")
    page.get_by_label("What is your restaurant called?").fill("Zwarte Raaf")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Where is it?")
    page.locator("#id_timezone").select_option("Europe/Amsterdam")
    page.get_by_label("Town").fill("Delft")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("When can guests come?")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your tables").fill("4x2, 3x4 terrace")
    expect(page.locator("#tables-preview")).to_contain_text("This makes")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".slot").first).to_be_visible()
    page.get_by_role("link", name="One step back").click()
    expect(page.locator("#have-title")).to_be_visible()
    page.goto("/staff/start/")
    page.get_by_role("link", name="Zwarte Raaf").click()
    page.get_by_role("button", name="Open for bookings").click()
    address = page.get_by_label("Your booking page").input_value()
    expect(page.locator(".qr svg")).to_be_visible()

    guest = open_page(address.replace("http://testserver", "") + "?date=2026-06-05")
    guest.get_by_role("button", name=re.compile("^19:00")).click()
    guest.get_by_label("Your name").fill("Boris")
    guest.get_by_label("Phone or e-mail").fill("boris@example.com")
    guest.get_by_role("button", name="Book this table").click()
    expect(guest.get_by_text("Your table is booked")).to_be_visible()
    assert Reservation.objects.get().status == "confirmed"


@pytest.fixture
def db_ready(transactional_db: Any) -> None:
    """A database without restaurants."""


def virtual_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_made_and_logs_in_alone(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any
) -> None:
    manager = member(restaurant, Role.MANAGER, "Max Manager")
    page = open_page("/accounts/login/")
    virtual_authenticator(page)
    page.locator("#id_login").fill(manager.email)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_load_state()

    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Confirm")).click()
    page.get_by_label("What you call it").fill("My tablet")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    assert Authenticator.objects.filter(user=manager, type="webauthn").count() == 1

    page.goto("/accounts/logout/")
    page.get_by_role("button", name=re.compile("Sign Out", re.IGNORECASE)).click()
    page.wait_for_load_state()
    page.goto(f"/accounts/login/?next={DESK}settings/")
    page.get_by_role("button", name=re.compile("passkey", re.IGNORECASE)).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.goto(f"{DESK}settings/")
    expect(page.locator("h1")).to_have_text("Settings")

    other = open_page("/accounts/login/")
    other.locator("#id_login").fill(manager.email)
    other.locator("#id_password").fill(PASSWORD)
    other.get_by_role("button", name="Sign In", exact=True).click()
    expect(other.locator("h1")).to_have_text("Is it really you?")


def test_two_people_share_a_tablet(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any
) -> None:
    manager = member(restaurant, Role.MANAGER, "Max Manager")
    host = member(restaurant, Role.HOST, "Hanna Host")
    for user, pin in ((manager, "2580"), (host, "1470")):
        pin_set(user=user, pin=pin, actor=SYSTEM, now=NOW)
    page = open_page("/find/")
    enter(page, manager, live_server.url)
    page.goto(f"{DESK}switch/")
    page.get_by_role("button", name="Make it a shared tablet").click()
    tap_chip(page, "Hanna Host")
    page.get_by_label("Your PIN").fill("9999")
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("#error-summary")).to_contain_text("not right")
    page.get_by_label("Your PIN").fill("1470")
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("header")).to_contain_text("Hanna")
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    page.goto("/admin/")
    assert page.url.endswith(DESK)


def fill_with_data(restaurant: Restaurant) -> None:
    tables = list(restaurant.tables.filter(area__name="Main room"))
    make_combination(restaurant, *tables)
    SlotOverride.objects.create(
        restaurant=restaurant, date=FRIDAY, starts=time(18), ends=time(19), note="wedding"
    )
    reservation_create(request=a_request(restaurant, time=time(19, 30)), actor=GUEST, now=NOW)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_the_office_is_accessible(
    open_page: OpenPage, restaurant: Restaurant, live_server: Any, dark: bool
) -> None:
    owner = member(restaurant, Role.OWNER, "Olga Owner")
    member(restaurant, Role.HOST, "Hanna Host")
    pin_set(user=owner, pin="2580", actor=SYSTEM, now=NOW)
    fill_with_data(restaurant)
    invitation = invitation_create(
        organisation=restaurant.organisation,
        restaurant=restaurant,
        email="maria@example.com",
        role=Role.HOST,
        actor=Actor(kind=ActorKind.STAFF, user_id=owner.pk, label=str(owner)),
        now=NOW,
    )
    problems: list[str] = []
    page = open_page(f"/staff/invitations/{invitation_token(invitation)}/", dark=dark)
    check(page, "invitation", problems)
    enter(page, owner, live_server.url)
    period = ServicePeriod.objects.get()
    for path in (
        *(f"{DESK}team/", f"{DESK}settings/", f"{DESK}switch/"),
        *(f"{DESK}settings/{kind}/" for kind in ("profile", "hours", "policy", "pacing")),
        *(f"{DESK}settings/{kind}/add/" for kind in ("special-days", "closures", "turn-times")),
        *(f"{DESK}settings/{kind}/add/" for kind in ("combinations", "areas")),
        *(f"{DESK}settings/hours/{period.pk}/", f"{DESK}settings/combinations/"),
        f"{DESK}settings/why/?date=2026-06-05&time=18:00&guests=2",
        *("/staff/start/", "/accounts/2fa/"),
        *(f"/staff/start/bistro-anna/{s}/" for s in ("name", "where", "hours", "tables")),
        *(f"/staff/start/bistro-anna/{s}/" for s in ("preview", "share")),
    ):
        page.goto(path)
        check(page, path, problems)
    page.goto(f"{DESK}settings/hours/{period.pk}/")
    page.get_by_label("First seating").fill("20:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 booking would no longer fit")).to_be_visible()
    check(page, "stranded", problems)
    page.get_by_label("Last seating").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#error-summary")).to_be_focused()
    check(page, "error", problems)
    page.goto(f"{DESK}switch/")
    page.get_by_role("button", name="Make it a shared tablet").click()
    check(page, "shared", problems)
    assert not problems, "\n".join(problems)
