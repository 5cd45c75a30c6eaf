"""The guest's open page follows the booking by itself; notifications in the browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from datetime import time as clock_time
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from bookings.models import Reservation
from bookings.selectors import manage_path, view_token_of
from bookings.services import (
    Changes,
    reservation_approve,
    reservation_arrive,
    reservation_cancel,
    reservation_create,
    reservation_modify,
    reservation_table_ready,
)
from notifications.channels.webpush.keys import make_pair
from notifications.models import ContactPoint, GuestPreference
from notifications.presenters.guest import digest_of
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.asgi import serving
from tests.browser.conftest import LOOKS, PHONE
from tests.browser.test_accessibility import check
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEVEN = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
EXPECTED = (
    "Response Status Error Code 404",
    "status of 4",
    "htmx:sendError",
    "ERR_INTERNET_DISCONNECTED",
    "WebSocket connection to",
)

Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def _afresh(transactional_db: Any) -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(name="Bistro Anna", policy={"confirmation_mode": "approval"})


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    request = a_request(restaurant, guest_email="anna@example.com", guest_phone="+31612345678")
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


@pytest.fixture
def push(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True
    settings.VAPID_PRIVATE_KEY, _public = make_pair()
    settings.VAPID_SUBJECT = "mailto:anna@example.com"
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "1:token", "bistro_bot"


@pytest.fixture
def open_guest(chromium: Browser) -> Iterator[Open]:
    """Opens pages of guests against a server that speaks WebSocket; scripts must not complain."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def note(text: str) -> None:
        if not any(one in text for one in EXPECTED):
            complaints.append(text)

    with serving() as address:

        def opened(
            path: str,
            *,
            beside: Page | None = None,
            prepare: Callable[[Page], None] | None = None,
            scripts: bool = True,
            dark: bool = False,
            lang: str = "en",
        ) -> Page:
            if beside is None:
                context = chromium.new_context(
                    base_url=address,
                    viewport=PHONE,  # type: ignore[arg-type]
                    java_script_enabled=scripts,
                    color_scheme="dark" if dark else "light",
                    locale=lang,
                )
                context.set_default_timeout(8_000)
                contexts.append(context)
            else:
                context = beside.context
            page = context.new_page()
            page.on("console", lambda m: note(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: note(str(error)))
            if prepare is not None:
                prepare(page)
                page.goto(path)
            elif not scripts:
                page.goto(path)
            else:
                with page.expect_websocket() as socket:
                    page.goto(path)
                socket.value.wait_for_event("framereceived")
            return page

        yield opened
        for context in contexts:
            context.close()
    assert complaints == []


def state(page: Page) -> Any:
    return page.locator("#visit [data-version] p").first


def to_messages(page: Page) -> None:
    """They are loaded when somebody comes near."""
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#messages form").first).to_be_attached()


def approve(reservation: Reservation) -> None:
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)


def test_the_open_page_says_that_the_booking_is_confirmed(
    open_guest: Open, reservation: Reservation
) -> None:
    page = open_guest(manage_path(reservation))
    page.evaluate("window.sameDocument = true")
    expect(state(page)).to_have_text("Your request is with the restaurant")
    approve(reservation)
    expect(state(page)).to_have_text("Your table is booked")
    expect(page.locator("#live")).to_have_text("Your booking is confirmed.")
    expect(page).to_have_title("Your table is booked · Bistro Anna")
    assert page.evaluate("window.sameDocument")


def test_a_change_by_the_restaurant_shows_the_new_time(
    open_guest: Open, reservation: Reservation
) -> None:
    approve(reservation)
    page = open_guest(manage_path(reservation))
    reservation_modify(
        reservation_id=reservation.pk,
        changes=Changes(time=clock_time(20, 30)),
        actor=STAFF,
        now=NOW,
    )
    expect(page.locator("#visit")).to_contain_text("20:30")
    expect(page.locator("#live")).to_have_text(
        "Your booking is for Friday 5 June, 20:30 · 2 guests."
    )


def test_a_ready_table_is_announced_in_every_tab_and_to_those_who_may_look(
    open_guest: Open, reservation: Reservation
) -> None:
    approve(reservation)
    with clock.freeze(SEVEN):
        first = open_guest(manage_path(reservation))
        second = open_guest(manage_path(reservation), beside=first)
        friend = open_guest(f"/v/{view_token_of(reservation)}/")
        step: dict[str, Any] = {"reservation_id": reservation.pk, "actor": STAFF, "now": SEVEN}
        reservation_arrive(**step)
        expect(state(friend)).to_have_text("Welcome")
        reservation_table_ready(**step)
        for page in (second, friend):
            expect(state(page)).to_have_text("Your table is ready")
            expect(page.locator("#live")).to_contain_text("Your table is ready.")
        first.bring_to_front()
        expect(state(first)).to_have_text("Your table is ready")


def test_focus_and_what_is_typed_stay(
    open_guest: Open, reservation: Reservation, push: None
) -> None:
    page = open_guest(manage_path(reservation))
    to_messages(page)
    page.get_by_label("A reminder the day before").uncheck()
    page.locator("#do-change").focus()
    approve(reservation)
    expect(state(page)).to_have_text("Your table is booked")
    expect(page.locator("#do-change")).to_be_focused()
    expect(page.get_by_label("A reminder the day before")).not_to_be_checked()
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    expect(state(page)).to_have_text("The restaurant has cancelled this booking")
    expect(page.locator("#visit-title")).to_be_focused()


def test_after_a_while_offline_the_page_is_right_again(
    open_guest: Open, reservation: Reservation
) -> None:
    page = open_guest(manage_path(reservation))
    asked: list[str] = []
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    approve(reservation)
    time.sleep(1.5)
    expect(state(page)).to_have_text("Your request is with the restaurant")
    assert asked == [], "nobody is asked while the network is gone"
    page.context.set_offline(False)
    expect(state(page)).to_have_text("Your table is booked")
    expect(page.locator("#live")).to_have_text("Your booking is confirmed.")


def test_a_lost_socket_comes_back_and_a_lost_message_with_it(
    open_guest: Open, reservation: Reservation
) -> None:
    lines: list[WebSocketRoute] = []

    def connect(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    page = open_guest(
        manage_path(reservation), prepare=lambda page: page.route_web_socket("**/ws/**", connect)
    )
    page.wait_for_timeout(500)
    Reservation.objects.filter(pk=reservation.pk).update(version=2, status="confirmed")
    [line] = lines  # nobody said that anything changed
    line.close(code=1012)
    expect(state(page)).to_have_text("Your table is booked", timeout=15_000)
    assert len(lines) == 2


def test_without_a_socket_the_page_looks_by_itself(
    open_guest: Open, reservation: Reservation
) -> None:
    tries: list[int] = []

    def refuse(line: WebSocketRoute) -> None:
        tries.append(1)
        line.close(code=1013)

    def prepare(page: Page) -> None:
        page.route_web_socket("**/ws/**", refuse)
        page.clock.install(time=NOW)

    page = open_guest(manage_path(reservation), prepare=prepare)
    approve(reservation)
    for _second in range(40):  # lines are refused in real time, between the steps of the clock
        page.clock.run_for(1_000)
        time.sleep(0.05)
    expect(state(page)).to_have_text("Your table is booked")
    assert 1 < len(tries) < 10, "it tries again, less and less often"


def test_nothing_is_replaced_when_nothing_has_changed(
    open_guest: Open, reservation: Reservation
) -> None:
    page = open_guest(manage_path(reservation))
    page.evaluate("document.getElementById('do-change').mark = true")
    with page.expect_response(
        lambda response: response.request.headers.get("hx-target") == "visit"
    ):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(200)
    assert page.evaluate("document.getElementById('do-change').mark")


def test_a_revoked_link_shows_nothing_any_more(open_guest: Open, reservation: Reservation) -> None:
    page = open_guest(manage_path(reservation))
    Reservation.objects.filter(pk=reservation.pk).update(manage_token_hash="revoked")
    approve(reservation)
    expect(page.locator("h1")).to_have_text("Nothing is here")


def test_everything_works_without_scripts(
    open_guest: Open, reservation: Reservation, push: None
) -> None:
    page = open_guest(manage_path(reservation), scripts=False)
    approve(reservation)
    page.reload()
    expect(state(page)).to_have_text("Your table is booked")
    page.get_by_role("link", name="How we reach you").click()
    page.get_by_label("A reminder the day before").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice-good")).to_have_text("Saved.")
    assert GuestPreference.objects.get().off_kinds == ["reminder_day"]
    page.get_by_role("button", name="Get updates in Telegram").click()
    expect(page.get_by_role("link", name="Open Telegram")).to_have_attribute(
        "href", re.compile(r"^https://t\.me/bistro_bot\?start=")
    )
    expect(page.get_by_role("button", name="Notify me in this browser")).to_be_hidden()
    page.get_by_role("link", name="Back to the booking").click()
    expect(state(page)).to_have_text("Your table is booked")


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_the_new_states_are_accessible(
    open_guest: Open, reservation: Reservation, push: None, lang: str, dark: bool
) -> None:
    approve(reservation)
    problems: list[str] = []
    with clock.freeze(SEVEN):
        page = open_guest(manage_path(reservation), lang=lang, dark=dark)
        step: dict[str, Any] = {"reservation_id": reservation.pk, "actor": STAFF, "now": SEVEN}
        reservation_arrive(**step)
        reservation_table_ready(**step)
        expect(page.locator("#visit [data-version]")).to_have_attribute("data-version", "4")
        to_messages(page)
        check(page, "table ready", problems)
        page.locator("#messages form button.btn-primary").click()
        expect(page.locator("#messages [role=status]")).to_be_focused()
        check(page, "saved", problems)
        page.goto(f"{manage_path(reservation)}messages/")
        check(page, "messages", problems)
    assert not problems, "\n".join(problems)


# --- Notifications --------------------------------------------------------------------------------

STAND_IN = """
  PushManager.prototype.subscribe = async () => ({toJSON: () => window.subscription});
  PushManager.prototype.getSubscription = async () => window.subscription;
  window.subscription = {endpoint: "https://fcm.googleapis.com/fcm/send/abc",
    keys: {p256dh: "BGtr" + "a2tr".repeat(20) + "a2s",
           auth: "YWFhYWFhYWFhYWFhYWFhYQ"}};
"""
"""No push service can be reached from a test: the browser's own part of subscribing is replaced."""


def test_this_browser_is_connected_and_let_go(
    open_guest: Open, reservation: Reservation, push: None
) -> None:
    page = open_guest(manage_path(reservation))
    page.context.grant_permissions(["notifications"])
    page.add_init_script(STAND_IN)
    page.reload()
    to_messages(page)
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.locator("#messages [role=status]")).to_have_text("This browser will notify you.")
    point = ContactPoint.objects.get()
    assert point.address == "https://fcm.googleapis.com/fcm/send/abc"
    expect(page.locator(f'[data-known="{digest_of(point.address)}"]')).to_be_attached()
    page.get_by_role("button", name="Stop notifying me in this browser").click()
    expect(page.locator("#messages [role=status]")).to_contain_text("will not notify you")
    expect(page.get_by_role("button", name="Notify me in this browser")).to_be_visible()
    point.refresh_from_db()
    assert point.disabled_at is not None


def test_the_worker_shows_what_a_push_service_delivers(
    open_guest: Open, reservation: Reservation, push: None
) -> None:
    path = manage_path(reservation)
    page = open_guest(path)
    origin = page.url.removesuffix(path)
    page.context.grant_permissions(["notifications"])
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
    )
    devtools = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda about: found.extend(about["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    for _turn in range(100):
        if found:
            break
        page.wait_for_timeout(100)
    message = {
        "title": "Your table is ready",
        "body": "Bistro Anna expects you.",
        "tag": "m1",
        "url": f"{origin}{path}",
        "actions": [{"action": "open-1", "title": "My booking", "url": f"{origin}{path}"}],
    }
    shown: list[dict[str, Any]] = []
    deadline = time.monotonic() + 40
    while not shown and time.monotonic() < deadline:
        # A worker that Chromium is just stopping or starting misses what devtools deliver, which a
        # push service would deliver again; the tag keeps a second one from being shown beside it.
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": origin,
                "registrationId": found[-1]["registrationId"],
                "data": json.dumps(message),
            },
        )
        page.wait_for_timeout(1_000)
        shown = page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
              .map(({title, body, tag, data}) => ({title, body, tag, data}))"""
        )
    [notification] = shown
    assert (notification["title"], notification["body"]) == (message["title"], message["body"])
    assert notification["tag"] == "m1"
    assert notification["data"]["url"] == f"{origin}{path}"
