"""A guest pays at the simulator: both sides in a real browser, its webhooks over real HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Reservation
from bookings.services import reservation_create, reservation_expire
from payments.gateways.simulator import sending
from payments.models import Payment, SimulatedEvent, WebhookReceipt
from payments.services import receipt_handle, receipts_due
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.models import Restaurant
from tests.bookings.deposits.people import make_rule, make_till
from tests.browser.conftest import LOOKS, OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_booking_journey import fill_in, tap_time
from tests.factories import GUEST, NOW, a_request
from tests.pages.money import page_of, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRIDAY_PAGE = "/r/bistro-anna/?date=2026-06-05"
OVER = NOW + timedelta(minutes=15, seconds=1)


@pytest.fixture(autouse=True)
def _address(settings: Any, live_server: Any) -> None:
    settings.RESERVEHUB_BASE_URL = live_server.url


@pytest.fixture
def house(restaurant: Restaurant) -> Restaurant:
    """€10 per person, back until a day before, and the simulator to pay it at."""
    make_till(restaurant)
    make_rule(restaurant, amount_minor=1000, cutoff_minutes=24 * 60)
    return restaurant


@pytest.fixture
def reservation(house: Restaurant) -> Reservation:
    return reservation_create(request=a_request(house), actor=GUEST, now=NOW).reservation


@pytest.fixture
def at_bank(open_page: OpenPage, reservation: Reservation) -> Page:
    """The guest has gone on to the page of the provider."""
    page = open_page(page_of(reservation))
    page.get_by_role("button", name="Pay €20").click()
    expect(page).to_have_url(re.compile("/dev/payments/"))
    return page


def choose(page: Page, *, bank: str = "approve", told: str = "at_once") -> None:
    page.locator(f"#bank-{bank}").check()
    page.locator(f"#told-{told}").check()
    page.locator("button[value=pay]").click()


def post_webhooks(at: Any = NOW) -> int:
    """What the simulator's worker and ours do; returns how many messages were taken."""
    with clock.freeze(at):
        taken = sum(sending.event_post(event_pk=pk, now=at) for pk in sending.events_due(now=at))
        for receipt in receipts_due(now=at):
            receipt_handle(receipt_id=receipt, now=at)
        work(at)
    return taken


def status_of(reservation: Reservation) -> tuple[str, str]:
    reservation.refresh_from_db()
    return reservation.status, reservation.deposit_status


def test_from_the_price_on_the_chip_to_a_paid_table(open_page: OpenPage, house: Restaurant) -> None:
    page = open_page(FRIDAY_PAGE)
    expect(page.locator("#slots")).to_contain_text("Deposit €10 per person")
    spoken = re.compile("^19:00.*deposit €10 per person$")
    expect(page.get_by_role("button", name=spoken)).to_be_visible()
    tap_time(page, "19:00")
    expect(page.locator("#price")).to_contain_text("You pay a deposit of €20")
    expect(page.locator("[data-clock]")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Book and pay €20").click()

    expect(page.get_by_role("button", name="Pay €20")).to_be_visible()
    expect(page.locator("#time")).to_contain_text("The table is kept for you until")
    page.get_by_role("button", name="Pay €20").click()

    expect(page.locator("body")).to_contain_text("No real money")
    expect(page.locator("body")).to_contain_text("€20")
    page.locator("button[value=pay]").click()

    expect(page.locator(".notice-good")).to_contain_text("Paid")
    page.get_by_role("link", name="To your booking").click()
    expect(page.get_by_text("Your table is booked")).to_be_visible()
    expect(page.locator("#deposit")).to_contain_text("Paid: €20")
    page.get_by_role("link", name="Receipt").click()
    expect(page.locator("tfoot")).to_contain_text("€20")
    assert Reservation.objects.get().status == "confirmed"
    assert post_webhooks() == 1
    assert Payment.objects.get().captured_minor == 2000, "told twice, counted once"


def test_without_scripts_a_guest_pays_as_well(open_page: OpenPage, house: Restaurant) -> None:
    page = open_page(FRIDAY_PAGE, scripts=False)
    tap_time(page, "19:00")
    fill_in(page)
    page.get_by_role("button", name="Book and pay €20").click()
    page.get_by_role("button", name="I need more time").click()
    page.get_by_role("button", name="Pay €20").click()
    choose(page, bank="challenge", told="late")
    page.get_by_role("button", name="Yes, it is me").click()
    expect(page.locator("main")).to_contain_text("Your payment is being checked")
    with clock.freeze(NOW + timedelta(seconds=20)):
        page.get_by_role("link", name="Look again").click()
        expect(page.locator(".notice-good")).to_contain_text("Paid")


def test_declined_and_then_paid(at_bank: Page, reservation: Reservation) -> None:
    choose(at_bank, bank="decline")
    expect(at_bank.locator(".notice-error")).to_contain_text("The payment did not work")
    expect(at_bank).to_have_title(re.compile("^Error: "))
    assert status_of(reservation) == ("pending_payment", "pending")
    at_bank.get_by_role("link", name="Try again").click()
    at_bank.get_by_role("button", name="Pay €20").click()
    choose(at_bank)
    expect(at_bank.locator(".notice-good")).to_contain_text("Paid")
    assert status_of(reservation) == ("confirmed", "paid")


def test_three_d_secure_is_failed_and_then_passed(at_bank: Page, reservation: Reservation) -> None:
    choose(at_bank, bank="challenge")
    expect(at_bank.locator("h1")).to_have_text("Is it you?")
    at_bank.get_by_role("button", name="Fail the check").click()
    expect(at_bank.locator(".notice-error")).to_contain_text("The payment did not work")
    at_bank.get_by_role("link", name="Try again").click()
    at_bank.get_by_role("button", name="Pay €20").click()
    choose(at_bank, bank="challenge")
    at_bank.get_by_role("button", name="Yes, it is me").click()
    expect(at_bank.locator(".notice-good")).to_contain_text("Paid")
    assert status_of(reservation) == ("confirmed", "paid")


def test_who_leaves_the_bank_is_back_where_they_were(
    at_bank: Page, reservation: Reservation
) -> None:
    at_bank.get_by_role("button", name="Cancel and go back").click()
    expect(at_bank.get_by_role("button", name="Pay €20")).to_be_visible()
    at_bank.get_by_role("button", name="Pay €20").click()
    choose(at_bank)
    expect(at_bank.locator(".notice-good")).to_contain_text("Paid")


def test_the_clock_runs_and_one_tap_gives_more_time(
    open_page: OpenPage, reservation: Reservation
) -> None:
    page = open_page("/")
    page.clock.install()
    page.goto(page_of(reservation))
    expect(page.locator("[data-clock]")).to_have_text("15:00")
    page.clock.run_for(841_000)
    expect(page.locator("[data-clock]")).to_have_text("0:59")
    expect(page.locator("#live")).to_contain_text("One minute left to pay")
    with clock.freeze(NOW + timedelta(seconds=841)):
        page.get_by_role("button", name="I need more time").click()
        expect(page.locator("[data-clock]")).to_have_text("15:00")
        page.reload()
        expect(page.locator("[data-clock]")).to_have_text("15:00")


def test_the_time_ends_while_the_guest_looks_on(
    open_page: OpenPage, reservation: Reservation
) -> None:
    page = open_page("/")
    page.clock.install()
    page.goto(page_of(reservation))
    expect(page.locator("[data-clock]")).to_have_text("15:00")
    with clock.freeze(OVER):
        reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
        page.clock.run_for(901_000)
        expect(page.locator("#pay")).to_contain_text("The time to pay is over")
        expect(page.locator("#live")).to_contain_text("The time to pay is over")
        page.get_by_role("link", name="Book again").click()
        expect(page.locator("#day-2026-06-05")).to_be_checked()
    assert status_of(reservation)[0] == "expired"


def test_the_time_ends_at_the_bank_and_the_table_comes_back(
    at_bank: Page, reservation: Reservation
) -> None:
    with clock.freeze(OVER):
        reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
        choose(at_bank)
        expect(at_bank.locator(".notice-good")).to_contain_text("Your table is booked.")
    assert status_of(reservation) == ("confirmed", "paid")


def test_the_time_ends_at_the_bank_and_the_table_is_gone(
    at_bank: Page, house: Restaurant, reservation: Reservation
) -> None:
    with clock.freeze(OVER):
        reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
        for _other in range(2):
            reservation_create(request=a_request(house), actor=GUEST, now=OVER)
        choose(at_bank)
        expect(at_bank.locator(".notice-error")).to_contain_text("Your payment came too late")
        work(OVER)
    assert status_of(reservation) == ("expired", "refunded")
    assert Payment.objects.get(reference=f"reservation:{reservation.pk}").kept_minor == 0


def test_a_late_bank_is_waited_for(at_bank: Page, reservation: Reservation) -> None:
    choose(at_bank, told="late")
    expect(at_bank.locator("#pay")).to_contain_text("Your payment is being checked")
    assert post_webhooks() == 0
    with clock.freeze(NOW + timedelta(seconds=20)):
        expect(at_bank.locator(".notice-good")).to_contain_text("Paid")
        expect(at_bank.locator("#live")).to_contain_text("Paid. Your table is booked.")
    assert status_of(reservation) == ("confirmed", "paid")


def test_a_late_webhook_confirms_though_the_guest_never_came_back(
    at_bank: Page, open_page: OpenPage, reservation: Reservation
) -> None:
    at_bank.route("**/pay/back/**", lambda route: route.fulfill(body="The tab is closed."))
    choose(at_bank, told="late")
    expect(at_bank.get_by_text("The tab is closed.")).to_be_visible()
    assert status_of(reservation) == ("pending_payment", "pending")
    later = NOW + timedelta(seconds=20)
    assert post_webhooks(later) == 1
    assert WebhookReceipt.objects.get().handled_at is not None
    assert status_of(reservation) == ("confirmed", "paid")
    page = open_page(page_of(reservation, ""))
    expect(page.locator("#deposit")).to_contain_text("Paid: €20")


def test_a_lost_webhook_is_found_on_the_way_back(at_bank: Page, reservation: Reservation) -> None:
    choose(at_bank, told="lost")
    expect(at_bank.locator(".notice-good")).to_contain_text("Paid")
    assert SimulatedEvent.objects.get().is_lost
    assert post_webhooks(NOW + timedelta(days=1)) == 0
    assert status_of(reservation) == ("confirmed", "paid")


def test_the_keyboard_alone_pays(open_page: OpenPage, reservation: Reservation) -> None:
    page = open_page(page_of(reservation))
    page.locator("#do-more").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-clock]")).to_be_visible()
    page.locator("#do-pay").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/dev/payments/"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#bank-approve")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#bank-challenge")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#told-at_once")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("button", name="Yes, it is me").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice-good")).to_contain_text("Paid")


def test_a_late_cancellation_warns_with_the_amount(at_bank: Page, reservation: Reservation) -> None:
    choose(at_bank)
    expect(at_bank.locator(".notice-good")).to_contain_text("Paid")
    with clock.freeze(NOW + timedelta(days=3, hours=12)):
        at_bank.goto(page_of(reservation, ""))
        at_bank.get_by_role("link", name="Cancel the booking").click()
        expect(at_bank.locator("#price")).to_contain_text(
            "if you cancel now, the restaurant keeps €20."
        )
        at_bank.get_by_role("button", name="Yes, cancel it").click()
        expect(at_bank.get_by_text("The booking is cancelled")).to_be_visible()
        work(clock.now())
        at_bank.reload()
        expect(at_bank.locator("#deposit")).to_contain_text("Kept")
    assert status_of(reservation) == ("cancelled_by_guest", "forfeited")


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_every_page_of_money_is_accessible(
    open_page: OpenPage, house: Restaurant, reservation: Reservation, lang: str, dark: bool
) -> None:
    problems: list[str] = []
    page = open_page("/r/bistro-anna/?slot=2026-06-05T20:00&guests=2", lang=lang, dark=dark)
    page.wait_for_selector("[data-clock]")
    check(page, "price", problems)
    page.goto(page_of(reservation))
    check(page, "pay", problems)
    page.goto(page_of(reservation, ""))
    check(page, "booking not paid", problems)
    page.goto(page_of(reservation))
    page.locator("#do-pay").click()
    page.wait_for_url("**/dev/payments/**")
    check(page, "bank", problems)
    choose(page, bank="challenge")
    page.wait_for_selector("#challenge-title")
    check(page, "3-D Secure", problems)
    page.locator("button[value=fail]").click()
    page.wait_for_selector(".notice-error")
    check(page, "refused", problems)
    page.locator("#do-pay").click()
    page.locator("button#do-pay").click()
    choose(page, told="late")
    page.wait_for_selector(".notice-wait")
    check(page, "checking", problems)
    with clock.freeze(NOW + timedelta(seconds=20)):
        page.wait_for_selector(".notice-good")
        check(page, "paid", problems)
    for rest in ("", "cancel/", "receipt/"):
        page.goto(page_of(reservation, rest))
        check(page, f"booking {rest}", problems)
    secret = SimulatedEvent.objects.latest("pk").payment.secret
    page.goto(f"/dev/payments/{secret}/")
    check(page, "payment at the bank", problems)
    page.locator("form button").click()
    page.wait_for_selector("button[value=won]")
    check(page, "dispute", problems)
    with clock.freeze(NOW + timedelta(days=3, hours=12)):
        page.goto(page_of(reservation, "cancel/"))
        check(page, "late cancellation", problems)
    late = reservation_create(request=a_request(house), actor=GUEST, now=NOW).reservation
    with clock.freeze(OVER):
        page.goto(page_of(late))
        check(page, "over", problems)
    assert not problems, "\n".join(problems)
