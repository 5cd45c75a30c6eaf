"""What staff let go or give back by hand, before and after it was paid."""

from __future__ import annotations

from datetime import datetime

import pytest

from bookings.errors import DepositMissing
from bookings.models import Reservation
from bookings.services import (
    reservation_cancel,
    reservation_deposit_refund,
    reservation_deposit_waive,
)
from payments.errors import AmountRefused
from payments.models import Instruction
from reservehub.core.models import AuditEntry
from reservehub.core.money import Money
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.endings import (
    DEADLINE,
    GRACE_OVER,
    START,
    charge,
    no_show,
    paid,
    state,
    visit,
)
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    minutes,
    payment_for,
    seen,
)
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


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
