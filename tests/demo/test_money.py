"""Money can be tried in the demo, and its guests do not wait for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from bookings.deposits import payment_reference
from bookings.models import DepositRule, Reservation
from bookings.selectors import availability
from bookings.services import reservation_create
from demo.wipe import demo_wipe
from demo.world import Report
from payments.models import Payment, PaymentAccount
from payments.selectors import payments_problem
from restaurants.models import Restaurant
from tests.demo.conftest import FRIDAY_NIGHT
from tests.factories import GUEST, a_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def bella() -> Restaurant:
    return Restaurant.objects.get(slug="bella-vista")


def test_one_house_takes_money_of_the_simulator() -> None:
    account = PaymentAccount.objects.get()
    assert (account.restaurant, account.provider) == (bella(), "simulator")
    assert payments_problem(bella()) == ""
    for rule in DepositRule.objects.all():
        rule.full_clean()
        assert rule.restaurant == bella()
    assert DepositRule.objects.count() == 2


def test_six_guests_pay_a_deposit(client: Client, demo: Report) -> None:
    day = "2026-06-10"
    page = client.get(f"/r/bella-vista/?guests=6&date={day}").content.decode()
    assert "Deposit €10 per person" in page
    assert "eposit €" not in client.get(f"/r/bella-vista/?guests=2&date={day}").content.decode()


def test_nobody_of_the_demo_waits_for_money() -> None:
    assert not Reservation.objects.filter(status="pending_payment").exists()


def test_the_books_go_with_the_demo() -> None:
    day = FRIDAY_NIGHT.date() + timedelta(days=10)
    slots = availability(restaurant=bella(), date=day, party_size=6, now=FRIDAY_NIGHT)
    free = next(slot for slot in slots if slot.available)
    wish = a_request(bella(), party_size=6, date=day, time=free.local_time.time())
    made = reservation_create(request=wish, actor=GUEST, now=FRIDAY_NIGHT).reservation
    assert Payment.objects.filter(reference=payment_reference(made.pk)).exists()
    demo_wipe()
    assert not Payment.objects.exists()
    assert not PaymentAccount.objects.exists()
