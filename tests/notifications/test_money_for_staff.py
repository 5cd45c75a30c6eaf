"""What staff are told about money: refusals, disputes and differences, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.services import reservation_cancel, reservation_fee_charge
from notifications.kinds import Kind
from notifications.models import Message
from notifications.rendering import render
from payments.events import ReconciliationDiffered
from payments.gateways.base import Answer, DisputeNews
from payments.models import LedgerSource, Payment, PaymentAccount, Reconciliation
from payments.services import payment_note
from reservehub.core import clock, events
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import make_rule, paid_booking, payment_for
from tests.factories import NOW, STAFF
from tests.notifications.money import MAIL, MINUTE, bistro, kinds, no_show, text_of
from tests.notifications.rendering.support import stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True


@pytest.fixture
def house(bank: Bank) -> Restaurant:
    return bistro()


def for_staff() -> list[str]:
    rows = Message.objects.filter(kind__startswith="staff_").exclude(kind="staff_cancelled")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def test_staff_hear_what_was_refused(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="guarantee")
    reservation = paid_booking(bank, house, **MAIL)
    bank.refuses = {"charge": "insufficient_funds"}
    at = no_show(reservation) + 20 * MINUTE
    with clock.freeze(at):
        reservation_fee_charge(reservation_id=reservation.pk, missing=None, actor=STAFF, now=at)
        work(at)
    assert for_staff() == ["staff_payment_refused"]
    text = text_of(Kind.STAFF_PAYMENT_REFUSED, at)
    assert "€40.00 could not be charged." in text
    assert "insufficient_funds" in text
    assert "fee_charged" not in kinds(reservation)


def test_staff_hear_of_a_card_that_could_not_be_deleted(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="guarantee")
    reservation = paid_booking(bank, house, **MAIL)
    bank.refuses = {"forget": "not_allowed"}
    with clock.freeze(NOW + MINUTE):
        reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW + MINUTE)
        work(NOW + MINUTE)
    assert for_staff() == ["staff_payment_refused"]
    text = text_of(Kind.STAFF_PAYMENT_REFUSED, NOW + MINUTE)
    assert "Delete it at your payment provider." in text
    assert "not_allowed" in text
    assert "€" not in text, "no money is wanted"


def news(status: str, at: datetime) -> DisputeNews:
    return DisputeNews(
        provider_id="dp_1",
        status=status,
        reason="fraudulent",
        amount_minor=4000,
        currency="EUR",
        opened_at=NOW,
        told_at=at,
        respond_by=NOW + timedelta(days=9),
    )


def dispute(payment: Payment, status: str, at: datetime) -> None:
    with clock.freeze(at):
        payment_note(
            payment_id=payment.pk,
            answer=Answer(disputes=(news(status, at),)),
            source=LedgerSource.WEBHOOK,
            now=at,
        )
        work(at)


def test_staff_hear_of_a_dispute_with_its_deadline_and_of_its_end(
    bank: Bank, house: Restaurant
) -> None:
    make_rule(house)
    payment = payment_for(paid_booking(bank, house, **MAIL))
    dispute(payment, "needs_response", NOW + MINUTE)
    text = text_of(Kind.STAFF_DISPUTE)
    assert "€40.00" in text
    assert "by Wednesday 10 June, 11:00" in text
    assert f"/staff/{house.slug}/payments/{payment.pk}/" in text
    dispute(payment, "under_review", NOW + 2 * MINUTE)
    assert for_staff() == ["staff_dispute"]
    dispute(payment, "won", NOW + 3 * MINUTE)
    assert for_staff() == ["staff_dispute"] * 2
    last = Message.objects.filter(kind="staff_dispute").latest("pk")
    assert "A dispute is won" in render(stored(last)).text


def test_staff_hear_once_of_payments_that_do_not_add_up(house: Restaurant) -> None:
    run = Reconciliation.objects.create(
        account=PaymentAccount.objects.get(restaurant=house),
        since=NOW - timedelta(days=1),
        until=NOW,
        run_at=NOW,
    )
    for _ in range(2):
        events.publish(
            ReconciliationDiffered(
                occurred_at=NOW,
                restaurant_id=house.pk,
                reconciliation_id=run.pk,
                differences=3,
            )
        )
    run_deliveries(now=NOW)
    assert for_staff() == ["staff_differences"]
    text = text_of(Kind.STAFF_DIFFERENCES)
    assert "3 movements differ" in text
    assert "Sunday 31 May" in text
