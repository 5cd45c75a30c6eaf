"""Deposits at the host stand: panel, list, plan, telephone, alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from bookings.deposits import Kind
from bookings.models import DepositStatus, Reservation
from bookings.services import (
    reservation_bill_set,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
    reservation_seat,
)
from payments.models import PaymentAccount
from reservehub.core import clock
from reservehub.core.models import OutboxEvent
from reservehub.core.money import Money
from restaurants.models import Restaurant
from staff.presenters.marks import deposit_mark
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    book,
    later,
    make_rule,
    paid_booking,
    payment_for,
    seen,
)
from tests.factories import FRIDAY, NOW, STAFF
from tests.staff.money.test_payments import disputed, refused

pytestmark = pytest.mark.django_db

BASE = "/staff/bistro-anna/"
START = datetime(2026, 6, 5, 17, tzinfo=UTC)


@pytest.fixture
def house(restaurant: Restaurant, account: PaymentAccount) -> Restaurant:
    """It takes 20.00 for each guest."""
    assert account.restaurant_id == restaurant.pk
    make_rule(restaurant)
    restaurant.refresh_from_db()
    return restaurant


def panel(client: Client, reservation: Reservation) -> str:
    return client.get(f"{BASE}reservations/{reservation.pk}/panel/").content.decode()


def test_the_panel_says_how_the_deposit_stands(
    office: Client, stand: Client, house: Restaurant, bank: Bank
) -> None:
    paid = paid_booking(bank, house)
    payment_url = f"{BASE}payments/{payment_for(paid).pk}/"
    text = panel(office, paid)
    assert 'data-colour="green">Paid</span>' in text
    assert "€40.00" in text
    assert payment_url in text
    assert "ask-payment" not in text, "it is there already"
    hosts = panel(stand, paid)
    assert "Paid</span>" in hosts
    assert payment_url not in hosts, "who may not charge does not open payments"
    waiting = book(house).reservation
    text = panel(stand, waiting)
    assert "Not paid yet</span>" in text
    assert "until 11:15" in text
    assert "Ask for payment by link" in text


def test_a_booking_without_a_deposit_costs_the_panel_nothing(
    office: Client, restaurant: Restaurant
) -> None:
    reservation = book(restaurant).reservation
    assert 'data-part="deposit"' not in panel(office, reservation)


def test_the_link_is_sent_from_the_panel(stand: Client, house: Restaurant, bank: Bank) -> None:
    reservation = book(house).reservation
    url = f"{BASE}reservations/{reservation.pk}/ask-payment/"
    answer = stand.post(url, {"version": reservation.version}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "The link to pay is on its way" in answer["HX-Trigger"]
    told = OutboxEvent.objects.filter(name="bookings.reservation.payment_asked")
    assert told.filter(payload__by_link=True).count() == 1
    assert "until 15:00" in panel(stand, seen(reservation)), "four hours from now"


def test_asking_when_all_is_paid_says_so(stand: Client, house: Restaurant, bank: Bank) -> None:
    paid = paid_booking(bank, house)
    url = f"{BASE}reservations/{paid.pk}/ask-payment/"
    answer = stand.post(url, {"version": paid.version}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "There is no deposit to change" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "key"),
    [
        ("pending", "deposit-due"),
        ("guaranteed", "deposit-sure"),
        ("held", "deposit-sure"),
        ("paid", "deposit-paid"),
        ("redeemed", "deposit-paid"),
        ("forfeited", "deposit-kept"),
        ("charged", "deposit-kept"),
        ("disputed", "deposit-disputed"),
    ],
)
def test_every_state_that_matters_has_its_mark(status: str, key: str) -> None:
    mark = deposit_mark(status, currency="EUR")
    assert mark is not None
    assert (mark.key, mark.sign) == (key, "€")
    assert str(DepositStatus(status).label) in str(mark.word)


def test_states_that_need_nobody_have_no_mark() -> None:
    for status in ("not_required", "released", "refunded", "partly_refunded", "waived"):
        assert deposit_mark(status, currency="EUR") is None


def test_the_list_marks_deposits_without_a_query_more(
    stand: Client, house: Restaurant, bank: Bank
) -> None:
    def listed() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as counted:
            page = stand.get(f"{BASE}list/", {"date": FRIDAY.isoformat()})
        return page.content.decode(), len(counted)

    book(house)
    text, before = listed()
    assert 'data-mark="deposit-due"' in text
    assert 'data-mark="unpaid"' not in text, "the deposit says it"
    paid_booking(bank, house)
    text, after = listed()
    assert 'data-mark="deposit-paid"' in text
    assert after == before


def test_the_plan_flags_a_table_that_waits_for_money(stand: Client, house: Restaurant) -> None:
    book(house)
    page = stand.get(BASE, {"date": FRIDAY.isoformat(), "time": "19:00"}).content.decode()
    assert '<use href="#flag-unpaid"' in page


# --- On the telephone -----------------------------------------------------------------------------


def sheet(**fields: Any) -> dict[str, Any]:
    return {
        "date": FRIDAY.isoformat(),
        "guests": "2",
        "slot": f"{FRIDAY.isoformat()}T19:00",
        "name": "Ada",
        "phone": "+31612345678",
        "occasion": "none",
        **fields,
    }


def test_a_caller_can_be_asked_to_pay_by_a_link(
    stand: Client, house: Restaurant, bank: Bank
) -> None:
    times = stand.get(f"{BASE}book/", sheet(), headers={"HX-Request": "true", "HX-Target": "times"})
    assert "Ask for payment by link: €40.00" in times.content.decode()
    assert stand.post(f"{BASE}book/", sheet(asks_payment="on")).status_code == 303
    reservation = Reservation.objects.get()
    assert (reservation.status, reservation.deposit_status) == ("pending_payment", "pending")
    assert reservation.expires_at == NOW + timedelta(hours=4)


def test_who_is_not_asked_books_as_always(stand: Client, house: Restaurant) -> None:
    assert stand.post(f"{BASE}book/", sheet()).status_code == 303
    reservation = Reservation.objects.get()
    assert (reservation.status, reservation.deposit_status) == ("confirmed", "not_required")


def test_nothing_is_offered_where_nothing_would_be_asked(
    stand: Client, restaurant: Restaurant
) -> None:
    assert restaurant.pk
    times = stand.get(f"{BASE}book/", sheet(), headers={"HX-Request": "true", "HX-Target": "times"})
    assert times.status_code == 200
    assert "asks_payment" not in times.content.decode()


# --- Alerts ---------------------------------------------------------------------------------------


def test_refusals_and_disputes_are_alerts_for_those_who_may_act(
    office: Client, stand: Client, house: Restaurant, bank: Bank
) -> None:
    first, second = (paid_booking(bank, house, guest_name=name) for name in ("Ada", "Ben"))
    disputed(payment_for(first))
    refused(payment_for(second))
    with clock.freeze(START):
        seen_by_manager = office.get(f"{BASE}alerts/").content.decode()
        seen_by_host = stand.get(f"{BASE}alerts/").content.decode()
        badge = office.get(f"{BASE}alerts/", {"part": "badge"}).content.decode()
    assert "Ada disputes €40.00" in seen_by_manager
    assert "The refund was refused" in seen_by_manager
    assert "disputes" not in seen_by_host
    assert "2" in badge


# --- The bill -------------------------------------------------------------------------------------


def billed(party: Reservation, minor: int) -> None:
    reservation_seat(reservation_id=party.pk, actor=STAFF, now=START)
    amount = Money(minor, "EUR")
    reservation_bill_set(reservation_id=party.pk, amount=amount, actor=STAFF, now=START)


def words(page: str) -> str:
    return " ".join(strip_tags(page).split())


def test_the_deposit_comes_off_the_bill(stand: Client, house: Restaurant, bank: Bank) -> None:
    paid = paid_booking(bank, house)
    billed(paid, 12_000)
    text = words(panel(stand, paid))
    assert "Bill €120.00 · deposit −€40.00 · to pay €80.00" in text
    assert "more than the bill" not in text


def test_a_deposit_above_the_bill_says_how_to_give_the_rest_back(
    office: Client, stand: Client, house: Restaurant, bank: Bank
) -> None:
    paid = paid_booking(bank, house)
    billed(paid, 3_000)
    page = panel(office, paid)
    assert "to pay €0.00 The deposit is €10.00 more than the bill. Give money back" in words(page)
    refund_url = f"{BASE}payments/{payment_for(paid).pk}/refund/"
    assert refund_url in page
    assert office.get(refund_url).status_code == 200
    hosts = panel(stand, paid)
    assert refund_url not in hosts
    assert "Somebody who may refund can give it back." in words(hosts)


def test_what_is_over_goes_back_at_the_payment_that_has_it(
    office: Client, restaurant: Restaurant, account: PaymentAccount, bank: Bank
) -> None:
    assert account.restaurant_id == restaurant.pk
    party = book(restaurant, actor=STAFF, source="phone").reservation
    wish: dict[str, Any] = {"reservation_id": party.pk, "actor": STAFF, "now": NOW}
    reservation_deposit_ask(kind=Kind.DEPOSIT, amount=Money(4_000, "EUR"), **wish)
    before = payment_for(party)
    bank.begin_try(before)
    reservation_deposit_withdraw(**wish)
    reservation_deposit_ask(kind=Kind.DEPOSIT, amount=Money(3_000, "EUR"), **wish)
    bank.give(before)
    bank.tell(before)
    later(NOW)
    billed(party, 1_000)
    with clock.freeze(START):
        page = panel(office, party)
    assert "The deposit is €20.00 more than the bill." in words(page)
    assert f"{BASE}payments/{before.pk}/refund/" in page
