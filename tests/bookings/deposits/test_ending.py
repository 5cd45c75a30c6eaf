"""What is kept, taken, given back and let go when a booking ends (rules 80, 82, 83)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.errors import DeadlinePassed, DepositMissing, FeeRefused
from bookings.models import Reservation
from bookings.services import (
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_fee_charge,
    reservation_no_show,
    reservation_seat,
    reservation_undo,
)
from payments.errors import AmountRefused
from payments.models import Instruction
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.money import Money
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    minutes,
    paid_booking,
    payment_for,
    payments_for,
    seen,
)
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-06-05T17:00:00+00:00")
DEADLINE = START - timedelta(days=1)
GRACE_OVER = START + minutes(15)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def state(reservation: Reservation) -> tuple[str, str, int]:
    """Reservation, deposit, and what the restaurant has in the end."""
    fresh = seen(reservation)
    kept = sum(payment.kept_minor for payment in payments_for(fresh))
    return fresh.status, fresh.deposit_status, kept


def paid(bank: Bank, **rule: Any) -> Reservation:
    restaurant = make_house()
    make_rule(restaurant, **rule)
    return paid_booking(bank, restaurant, now=START - timedelta(days=2))


def no_show(reservation: Reservation, now: datetime = GRACE_OVER) -> Reservation:
    return reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=now)


# --- Cancelling -----------------------------------------------------------------------------------


def test_cancelled_in_time_everything_goes_back(bank: Bank) -> None:
    reservation = paid(bank)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=DEADLINE)
    later(DEADLINE)
    assert state(reservation) == ("cancelled_by_guest", "refunded", 0)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(100, ("forfeited", 4000)), (50, ("forfeited", 2000)), (0, ("refunded", 0))],
)
def test_cancelled_late_a_share_is_kept(
    bank: Bank, percent: int, expected: tuple[str, int]
) -> None:
    reservation = paid(bank, late_cancel_percent=percent)
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(now)
    assert state(reservation) == ("cancelled_by_guest", *expected)


def test_without_money_a_guest_cannot_cancel_late(bank: Bank) -> None:
    reservation = book(make_house()).reservation
    with pytest.raises(DeadlinePassed):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=DEADLINE + minutes(1))


def test_with_money_a_guest_can_cancel_until_the_start_and_no_longer(bank: Bank) -> None:
    reservation = paid(bank)
    with pytest.raises(DeadlinePassed):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=START)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=START - minutes(1))


def test_the_rule_may_have_a_deadline_of_its_own(bank: Bank) -> None:
    reservation = paid(bank, cutoff_minutes=60)
    now = START - minutes(60)
    cancelled = reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(now)
    assert cancelled.is_cancelled_in_time is False
    assert state(reservation) == ("cancelled_by_guest", "refunded", 0)


def test_the_restaurant_cancels_and_gives_everything_back(bank: Bank) -> None:
    reservation = paid(bank)
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(START)
    assert state(reservation) == ("cancelled_by_restaurant", "refunded", 0)


def test_an_unpaid_booking_can_be_cancelled_and_paying_it_then_is_refunded(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    payment = payment_for(reservation)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)

    assert bank.give(payment)
    bank.tell(payment)
    later(NOW)

    assert state(reservation) == ("cancelled_by_guest", "refunded", 0)


def test_what_is_held_is_given_up_or_taken(bank: Bank) -> None:
    in_time, late = (paid(bank, kind="authorisation", late_cancel_percent=50) for _ in range(2))
    assert state(in_time) == ("confirmed", "held", 0)

    reservation_cancel(reservation_id=in_time.pk, actor=GUEST, now=DEADLINE)
    later(DEADLINE)
    assert state(in_time) == ("cancelled_by_guest", "released", 0)

    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=late.pk, actor=GUEST, now=now)
    later(now)
    assert state(late) == ("cancelled_by_guest", "charged", 2000)
    assert payment_for(late).authorised_minor == 0


# --- Not coming -----------------------------------------------------------------------------------


def test_nothing_moves_while_a_no_show_can_be_undone(bank: Bank) -> None:
    reservation = paid(bank, kind="authorisation", no_show_percent=50)
    no_show(reservation)
    later(GRACE_OVER + minutes(14))
    assert state(reservation) == ("no_show", "held", 0)

    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=GRACE_OVER + minutes(15))
    later(GRACE_OVER + minutes(40))
    assert state(reservation) == ("confirmed", "held", 0)
    assert not Instruction.objects.exists()

    no_show(reservation, GRACE_OVER + minutes(40))
    later(GRACE_OVER + minutes(55))
    assert state(reservation) == ("no_show", "charged", 2000)


def test_a_share_of_the_deposit_of_a_no_show_goes_back(bank: Bank) -> None:
    reservation = paid(bank, no_show_percent=75)
    no_show(reservation)
    later(GRACE_OVER + minutes(15))
    assert state(reservation) == ("no_show", "forfeited", 3000)


def test_who_comes_after_all_gets_back_what_was_taken_from_the_hold(bank: Bank) -> None:
    reservation = paid(bank, kind="authorisation")
    no_show(reservation)
    later(GRACE_OVER + minutes(15))
    assert state(reservation) == ("no_show", "charged", 4000)

    now = GRACE_OVER + minutes(20)
    reservation_arrive(reservation_id=reservation.pk, actor=STAFF, now=now)
    later(now)
    assert state(reservation) == ("arrived", "refunded", 0)


# --- Coming ---------------------------------------------------------------------------------------


def visit(reservation: Reservation) -> datetime:
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=START)
    left = START + timedelta(hours=1)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    return left


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("deposit", "paid", ("redeemed", 4000)),
        ("prepayment", "paid", ("redeemed", 4000)),
        ("authorisation", "held", ("released", 0)),
        ("guarantee", "guaranteed", ("released", 0)),
    ],
)
def test_the_party_came(bank: Bank, kind: str, before: str, after: tuple[str, int]) -> None:
    reservation = paid(bank, kind=kind)
    assert state(reservation)[1] == before
    left = visit(reservation)
    later(left + minutes(14))
    assert state(reservation)[1] == before
    later(left + minutes(15))
    assert state(reservation) == ("completed", *after)


def test_taking_back_that_they_left_changes_nothing(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    left = visit(reservation)
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=left + minutes(1))
    later(left + minutes(20))
    assert state(reservation) == ("seated", "guaranteed", 0)


# --- Fees -----------------------------------------------------------------------------------------


def charge(reservation: Reservation, now: datetime, missing: int | None = None) -> Reservation:
    found = reservation_fee_charge(
        reservation_id=reservation.pk, missing=missing, reason="did not come", actor=STAFF, now=now
    )
    later(now)
    return found


def refusal(reservation: Reservation, now: datetime, missing: int | None = None) -> str:
    with pytest.raises(FeeRefused) as refused:
        charge(reservation, now, missing)
    return str(refused.value.extra["reason"])


def test_a_card_is_charged_by_hand_once(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee", no_show_percent=50)
    no_show(reservation)
    later(GRACE_OVER + minutes(30))
    assert state(reservation) == ("no_show", "guaranteed", 0)

    charge(reservation, GRACE_OVER + minutes(31))

    assert state(reservation) == ("no_show", "charged", 2000)
    assert refusal(reservation, GRACE_OVER + minutes(32)) == "charged"
    entry = AuditEntry.objects.get(action="reservation.fee_charged")
    assert entry.after is not None
    assert entry.after["amount_minor"] == 2000


def test_a_fee_has_its_time(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    assert refusal(reservation, START - minutes(1)) == "not_due"
    no_show(reservation, START)
    assert refusal(reservation, START + minutes(14)) == "too_early"
    assert refusal(reservation, START + timedelta(days=7, minutes=1)) == "too_late"
    assert state(reservation) == ("no_show", "guaranteed", 0)
    later(START + timedelta(days=7))
    assert state(reservation) == ("no_show", "released", 0)


def test_the_card_is_charged_for_cancelling_late_but_not_in_time(bank: Bank) -> None:
    late, in_time = (paid(bank, kind="guarantee", late_cancel_percent=25) for _ in range(2))
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=late.pk, actor=GUEST, now=now)
    reservation_cancel(reservation_id=in_time.pk, actor=GUEST, now=DEADLINE)
    later(now)
    assert state(in_time) == ("cancelled_by_guest", "released", 0)
    assert refusal(in_time, now) == "not_due"
    charge(late, now)
    assert state(late) == ("cancelled_by_guest", "charged", 1000)


@pytest.mark.parametrize("kind", ["guarantee", "authorisation"])
def test_those_who_are_missing_are_charged_for(bank: Bank, kind: str) -> None:
    reservation = paid(bank, kind=kind)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=START)
    assert refusal(reservation, GRACE_OVER) == "not_due"
    assert refusal(reservation, GRACE_OVER, missing=2) == "not_due"
    assert refusal(reservation, GRACE_OVER, missing=0) == "above_limit"

    charge(reservation, GRACE_OVER, missing=1)
    assert state(reservation) == ("seated", "charged", 2000)

    left = START + timedelta(hours=1)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    later(left + minutes(15))
    assert state(reservation) == ("completed", "charged", 2000)


def test_a_deposit_is_the_fee(bank: Bank) -> None:
    reservation = paid(bank)
    no_show(reservation)
    assert refusal(reservation, GRACE_OVER + minutes(30)) == "not_due"


@pytest.mark.parametrize("back", ["undo", "arrive"])
def test_a_fee_goes_back_if_they_come_after_all(bank: Bank, back: str) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    charge(reservation, GRACE_OVER)
    assert state(reservation) == ("no_show", "charged", 4000)

    now = GRACE_OVER + minutes(5)
    step = reservation_undo if back == "undo" else reservation_arrive
    step(reservation_id=reservation.pk, actor=STAFF, now=now)
    later(now)

    assert state(reservation)[1:] == ("refunded", 0)


def test_a_fee_that_the_bank_refuses_can_be_tried_again(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    bank.refuses["charge"] = "insufficient_funds"
    charge(reservation, GRACE_OVER)
    assert state(reservation) == ("no_show", "guaranteed", 0)
    failed = OutboxEvent.objects.get(name="bookings.reservation.payment_failed")
    assert (failed.payload["code"], failed.payload["link_sent"]) == ("insufficient_funds", False)
    later(GRACE_OVER + minutes(30))
    assert Instruction.objects.filter(kind="charge").count() == 1

    del bank.refuses["charge"]
    charge(reservation, GRACE_OVER + minutes(31))
    assert state(reservation) == ("no_show", "charged", 4000)


def test_a_fee_that_the_guest_must_confirm_is_asked_for_by_a_link(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee", no_show_percent=50)
    no_show(reservation)
    bank.refuses["charge"] = ""
    charge(reservation, GRACE_OVER)

    asked = OutboxEvent.objects.filter(name="bookings.reservation.payment_asked").last()
    assert asked is not None
    assert asked.payload["by_link"] is True
    saved, wanted = payments_for(reservation)
    assert (wanted.mode, wanted.amount_minor, wanted.status) == ("charge", 2000, "open")

    now = GRACE_OVER + timedelta(days=1)
    bank.now = now
    assert bank.give(wanted)
    bank.tell(wanted)
    later(now)
    assert state(reservation) == ("no_show", "charged", 2000)
    assert saved.captured_minor == 0


def test_a_fee_nobody_confirms_is_over_after_a_week(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    bank.refuses["charge"] = ""
    charge(reservation, GRACE_OVER)
    later(START + timedelta(days=7))
    assert [payment.status for payment in payments_for(reservation)] == ["saved", "closed"]
    assert state(reservation) == ("no_show", "released", 0)


# --- Waiving and refunding ------------------------------------------------------------------------


def waive(reservation: Reservation, cents: int | None, now: datetime = NOW) -> None:
    reservation_deposit_waive(
        reservation_id=reservation.pk,
        amount=None if cents is None else euros(cents),
        reason="old friends",
        actor=STAFF,
        now=now,
    )
    later(now)


def test_waived_before_it_is_paid_the_booking_is_confirmed(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    waive(reservation, None)
    assert state(reservation) == ("confirmed", "waived", 0)
    assert payment_for(reservation).status == "closed"
    entry = AuditEntry.objects.get(action="reservation.deposit_waived")
    assert entry.after is not None
    assert (entry.after["amount_minor"], entry.after["reason"]) == (4000, "old friends")


def test_waived_in_part_less_is_asked_for(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    old = payment_for(reservation)
    waive(reservation, 1500)
    new = payment_for(reservation)
    assert (old.pk != new.pk, new.amount_minor) == (True, 2500)
    assert seen(reservation).deposit_minor == 2500

    # The guest was just paying the old one.
    assert bank.give(old)
    bank.tell(old)
    later(NOW)

    assert state(reservation) == ("confirmed", "partly_refunded", 2500)


def test_waived_after_it_was_paid_it_goes_back(bank: Bank) -> None:
    reservation = paid(bank)
    waive(reservation, 1000)
    assert state(reservation) == ("confirmed", "partly_refunded", 3000)
    waive(reservation, None)
    assert state(reservation) == ("confirmed", "refunded", 0)
    with pytest.raises(AmountRefused):
        waive(reservation, 1)


def test_waived_after_it_was_forfeited(bank: Bank) -> None:
    reservation = paid(bank, late_cancel_percent=50)
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(now)
    with pytest.raises(AmountRefused) as refused:
        waive(reservation, 2001, now)
    assert refused.value.extra["available_minor"] == 2000
    waive(reservation, 500, now)
    assert state(reservation) == ("cancelled_by_guest", "forfeited", 1500)


def test_a_hold_and_a_card_that_are_waived_are_given_up(bank: Bank) -> None:
    held, saved = paid(bank, kind="authorisation"), paid(bank, kind="guarantee")
    waive(held, None)
    waive(saved, None)
    assert state(held) == ("confirmed", "waived", 0)
    assert state(saved) == ("confirmed", "waived", 0)
    assert payment_for(held).status == "released"


def test_a_waived_part_lowers_the_fee(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    waive(reservation, 1500)
    assert seen(reservation).deposit_minor == 2500
    no_show(reservation)
    charge(reservation, GRACE_OVER)
    assert state(reservation) == ("no_show", "charged", 2500)
    waive(reservation, 500, GRACE_OVER)
    assert state(reservation) == ("no_show", "charged", 2000)


def refund(reservation: Reservation, cents: int | None, now: datetime) -> None:
    reservation_deposit_refund(
        reservation_id=reservation.pk,
        amount=None if cents is None else euros(cents),
        reason="the soup was cold",
        actor=STAFF,
        now=now,
    )
    later(now)


def test_staff_give_back_what_was_redeemed(bank: Bank) -> None:
    reservation = paid(bank)
    now = visit(reservation) + minutes(20)
    later(now)
    refund(reservation, 1000, now)
    assert state(reservation) == ("completed", "redeemed", 3000)
    refund(reservation, None, now)
    assert state(reservation) == ("completed", "refunded", 0)
    with pytest.raises(DepositMissing):
        refund(reservation, None, now)


def test_nothing_is_refunded_where_nothing_was_taken(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    with pytest.raises(DepositMissing):
        refund(reservation, None, NOW)
    with pytest.raises(DepositMissing):
        waive(book(make_house()).reservation, None)


def test_a_refund_that_was_refused_is_tried_again_by_hand_alone(bank: Bank) -> None:
    reservation = paid(bank)
    bank.refuses["refund"] = "account_empty"
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(START)
    later(START + minutes(30))
    assert Instruction.objects.filter(kind="refund").count() == 1
    assert state(reservation) == ("cancelled_by_restaurant", "paid", 4000)

    del bank.refuses["refund"]
    refund(reservation, None, START + minutes(31))
    assert state(reservation) == ("cancelled_by_restaurant", "refunded", 0)


# --- Disputes -------------------------------------------------------------------------------------


def test_a_dispute_is_seen_on_the_reservation(bank: Bank) -> None:
    reservation = paid(bank)
    payment = payment_for(reservation)
    bank.dispute(payment)
    bank.tell(payment)
    later(NOW)
    no_show(reservation)
    later(GRACE_OVER + minutes(15))
    assert state(reservation) == ("no_show", "disputed", 0)
