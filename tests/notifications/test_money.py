"""What guests are told about money they have paid: once each, and the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.services import (
    reservation_cancel,
    reservation_complete,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_fee_charge,
    reservation_seat,
    reservation_undo,
)
from notifications.kinds import Kind
from notifications.models import Message, MessageStatus
from payments.facts import Fact, FactKind
from payments.gateways.base import Answer
from payments.models import LedgerSource, Payment
from payments.services import payment_note
from reservehub.core import clock
from reservehub.core.models import Delivery
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import (
    book,
    later,
    make_rule,
    paid_booking,
    pay,
    payment_for,
    seen,
)
from tests.factories import GUEST, NOW, STAFF
from tests.notifications.money import MAIL, MINUTE, bistro, kinds, no_show, text_of, the
from tests.notifications.world import send_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True


@pytest.fixture
def house(bank: Bank) -> Restaurant:
    return bistro()


def deliver_again(now: datetime) -> None:
    """Every event once more, as after a worker that died before it could say “done”."""
    Delivery.objects.update(status="pending", finished_at=None, next_attempt_at=now)
    work(now)


# --- Receipts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "deposit",
            ["This is what was paid.", "Total: €40.00", "If nobody comes, it keeps €40."],
        ),
        ("authorisation", ["€40.00 is held on your card; nothing has been taken.", "Held: €40.00"]),
        ("guarantee", ["Your card secures the booking", "Most that may be charged: €40.00"]),
    ],
)
def test_a_receipt_says_what_was_given_and_what_was_agreed(
    bank: Bank, house: Restaurant, kind: str, words: list[str]
) -> None:
    make_rule(house, kind=kind)
    reservation = paid_booking(bank, house, **MAIL)
    text = text_of(Kind.RECEIPT)
    for word in words:
        assert word in text
    payment = payment_for(reservation)
    assert f"Payment number: {payment.public_id}" in text
    assert reservation.reference in text
    assert "Bistro Anna" in text
    assert "If you cancel by Thursday 4 June, 19:00" in text


def test_a_receipt_names_the_card_and_its_row_does_not(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="guarantee")
    paid_booking(bank, house, **MAIL)
    assert "Card: visa •••• 4242" in text_of(Kind.RECEIPT)
    assert "4242" not in str(the(Kind.RECEIPT).context)


def test_nothing_is_told_twice(bank: Bank, house: Restaurant) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    with clock.freeze(NOW):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
        work(NOW)
        before = kinds(reservation)
        deliver_again(NOW)
    assert kinds(reservation) == before
    assert sorted(before) == ["cancelled", "confirmed", "receipt", "refunded"]


# --- Money back ---------------------------------------------------------------------------------


def test_a_cancellation_in_time_says_that_the_money_goes_back(
    bank: Bank, house: Restaurant
) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    with clock.freeze(NOW):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
        work(NOW)
    assert "You get your money back" in text_of(Kind.CANCELLED)
    assert "€40.00 goes back to the card you paid with." in text_of(Kind.REFUNDED)


def test_a_payment_that_came_too_late_gets_one_apology(bank: Bank, house: Restaurant) -> None:
    make_rule(house)
    first = book(house, party_size=4, **MAIL).reservation
    later(NOW + 20 * MINUTE)
    for size in (4, 2):  # all tables
        paid_booking(bank, house, now=NOW + 21 * MINUTE, party_size=size)
    late = NOW + 22 * MINUTE
    pay(bank, first, now=late)
    assert seen(first).status == "expired"
    assert kinds(first) == ["expired", "payment_too_late"]
    text = text_of(Kind.PAYMENT_TOO_LATE, late)
    assert "We are sorry: the table is gone" in text
    assert "Refund: €80.00" in text
    payment = payment_for(first)
    assert payment.refunded_minor == payment.captured_minor == 8000
    with clock.freeze(late):
        deliver_again(late)
    assert kinds(first) == ["expired", "payment_too_late"]


def test_a_payment_that_came_late_and_found_its_table_is_a_booking(
    bank: Bank, house: Restaurant
) -> None:
    make_rule(house)
    reservation = book(house, **MAIL).reservation
    later(NOW + 20 * MINUTE)
    pay(bank, reservation, now=NOW + 21 * MINUTE)
    assert sorted(kinds(reservation)) == ["confirmed", "expired", "receipt"]


# --- Fees ---------------------------------------------------------------------------------------


def test_a_deposit_is_told_to_be_kept_when_nobody_can_undo_it(
    bank: Bank, house: Restaurant
) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    at = no_show(reservation)
    assert "deposit_kept" not in kinds(reservation)
    later(at + 16 * MINUTE)
    text = text_of(Kind.DEPOSIT_KEPT, at + 16 * MINUTE)
    assert "Nobody came to the table that was kept for you" in text
    assert "So €40.00 is kept, as agreed" in text
    later(at + 60 * MINUTE)
    assert kinds(reservation).count("deposit_kept") == 1


def test_a_no_show_that_is_undone_costs_nothing(bank: Bank, house: Restaurant) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    at = no_show(reservation)
    with clock.freeze(at):
        reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=at + MINUTE)
    later(at + 30 * MINUTE)
    assert "deposit_kept" not in kinds(reservation)


def test_a_late_cancellation_keeps_what_was_agreed(bank: Bank, house: Restaurant) -> None:
    make_rule(house, late_cancel_percent=50)
    reservation = paid_booking(bank, house, **MAIL)
    at = reservation.starts_at - timedelta(hours=5)
    with clock.freeze(at):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=at)
        work(at)
    assert sorted(kinds(reservation)) == [
        *("cancelled", "confirmed", "deposit_kept", "receipt", "refunded"),
    ]
    assert "the restaurant keeps €20.00, as agreed" in text_of(Kind.CANCELLED, at)
    assert "The booking was cancelled late" in text_of(Kind.DEPOSIT_KEPT, at)
    assert "€20.00 goes back" in text_of(Kind.REFUNDED, at)


def test_what_was_given_up_meanwhile_is_not_told_to_be_kept(bank: Bank, house: Restaurant) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    at = reservation.starts_at - timedelta(hours=5)
    with clock.freeze(at):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=at)
        work(at)
        reservation_deposit_waive(
            reservation_id=reservation.pk, amount=None, reason="Ill", actor=STAFF, now=at
        )
        work(at)
        send_due(at)
    assert the(Kind.DEPOSIT_KEPT).reason == "waived"
    assert the(Kind.REFUNDED).status == MessageStatus.SENT


def test_a_fee_from_a_saved_card_is_told(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="guarantee")
    reservation = paid_booking(bank, house, **MAIL)
    at = no_show(reservation) + 20 * MINUTE
    with clock.freeze(at):
        reservation_fee_charge(reservation_id=reservation.pk, missing=None, actor=STAFF, now=at)
        work(at)
        deliver_again(at)
    assert kinds(reservation).count("fee_charged") == 1
    text = text_of(Kind.FEE_CHARGED, at)
    assert "Nobody came to the table that was kept for you" in text
    assert "So €40.00 was charged, as agreed" in text


def test_a_hold_that_is_released_is_told(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="authorisation")
    reservation = paid_booking(bank, house, **MAIL)
    with clock.freeze(reservation.starts_at):
        reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=reservation.starts_at)
        done = reservation.starts_at + 90 * MINUTE
        reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=done)
    later(done + 20 * MINUTE)
    assert kinds(reservation).count("hold_released") == 1
    text = text_of(Kind.HOLD_RELEASED, done)
    assert "The €40.00 held on your card is released. Nothing was taken." in text


# --- Payments that are for something else ---------------------------------------------------------


def test_payments_for_other_things_are_none_of_our_business(bank: Bank, house: Restaurant) -> None:
    payment = Payment.objects.create(
        restaurant=house,
        provider="simulator",
        reference="order:1",
        mode="charge",
        currency="EUR",
        amount_minor=100,
        limit_minor=100,
        created_at=NOW,
        updated_at=NOW,
    )
    fact: dict[str, Any] = {"provider_id": "x", "amount_minor": 100, "currency": "EUR"}
    payment_note(
        payment_id=payment.pk,
        answer=Answer(facts=(Fact(kind=FactKind.CAPTURED, occurred_at=NOW, **fact),)),
        source=LedgerSource.WEBHOOK,
        now=NOW,
    )
    run_deliveries(now=NOW)
    assert not Message.objects.exists()


def test_a_refund_by_hand_is_told(bank: Bank, house: Restaurant) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house, **MAIL)
    with clock.freeze(NOW):
        reservation_deposit_refund(
            reservation_id=reservation.pk, amount=None, reason="Sorry", actor=STAFF, now=NOW
        )
        work(NOW)
    assert kinds(reservation).count("refunded") == 1
