"""What is kept, taken, given back and let go when a booking ends (rules 80, 82, 83)."""

from __future__ import annotations

import pytest

from bookings.errors import DeadlinePassed
from bookings.services import reservation_arrive, reservation_cancel, reservation_undo
from payments.models import Instruction
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.endings import DEADLINE, GRACE_OVER, START, no_show, paid, state, visit
from tests.bookings.deposits.people import book, later, make_house, make_rule, minutes, payment_for
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db


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
