"""Each lock of deposits: what it is for, and that it is what does it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import sleep
from typing import Any

import pytest

from bookings.errors import FeeRefused
from bookings.models import Occupancy, Reservation
from bookings.services import (
    create,
    reservation_cancel,
    reservation_expire,
    reservation_fee_charge,
    reservation_no_show,
    reservation_payment_settle,
)
from bookings.services.deposits import deciding, late, records, settling
from payments.models import Instruction
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, OutboxEvent
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.endings import GRACE_OVER, START
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
from tests.races import meet_after, meet_before, once_met, run_together, without_row_locks

pytestmark = pytest.mark.django_db(transaction=True)

Patch = pytest.MonkeyPatch
OVER = NOW + minutes(15)


def without_locks(monkeypatch: Patch, module: Any, name: str) -> None:
    """Rows are read without locking them, and all meet after `name`."""
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, module, name)


def outcomes_of(outcomes: Sequence[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def told(reservation: Reservation) -> list[tuple[str, int]]:
    """What was said of a reservation, and of which version."""
    events = OutboxEvent.objects.filter(payload__reservation_id=reservation.pk).order_by("pk")
    rows = events.values_list("name", "payload__version")
    return [(name.rpartition(".")[2], version) for name, version in rows]


def seats(reservation: Reservation) -> int:
    return Occupancy.objects.filter(reservation=reservation).count()


def kept(reservation: Reservation) -> int:
    return sum(payment.kept_minor for payment in payments_for(reservation))


def is_consistent(reservation: Reservation) -> bool:
    """No step was lost: every version was said once."""
    versions = [version for _name, version in told(reservation)]
    return versions == sorted(set(versions))


# --- The money comes as the time ends -------------------------------------------------------------


def paid_but_not_settled(bank: Bank) -> Reservation:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    payment = payment_for(reservation)
    bank.begin_try(payment)
    bank.give(payment)
    bank.tell(payment, now=OVER)
    return reservation


def settle_and_expire(reservation: Reservation) -> None:
    outcomes = run_together(
        partial(reservation_payment_settle, reservation_id=reservation.pk, now=OVER),
        once_met(
            partial(reservation_expire, reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
        ),
    )
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes


def test_paid_as_the_time_ends_it_is_confirmed_once(bank: Bank) -> None:
    reservation = paid_but_not_settled(bank)
    settle_and_expire(reservation)
    assert [name for name, _version in told(reservation)] == ["payment_asked", "confirmed"]
    assert (seen(reservation).status, seats(reservation)) == ("confirmed", 1)


def test_without_the_lock_it_is_confirmed_twice(bank: Bank, monkeypatch: Patch) -> None:
    reservation = paid_but_not_settled(bank)
    without_locks(monkeypatch, settling, "step_check")
    settle_and_expire(reservation)
    assert [name for name, _version in told(reservation)].count("confirmed") == 2


@pytest.mark.parametrize("turn", range(4))
def test_told_as_the_time_ends_nobody_loses_seat_or_money(bank: Bank, turn: int) -> None:
    """Whoever is first: confirmed in time, or expired and seated again."""
    restaurant = make_house(tables=(2,))
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    payment = payment_for(reservation)
    bank.begin_try(payment)
    bank.give(payment)

    def hear() -> None:
        sleep(0.02 * turn)
        bank.tell(payment, now=OVER)
        with clock.freeze(OVER):
            work(OVER)

    run_together(
        hear,
        partial(reservation_expire, reservation_id=reservation.pk, actor=SYSTEM, now=OVER),
    )
    later(OVER + minutes(2))

    assert (seen(reservation).status, seats(reservation), kept(reservation)) == (
        *("confirmed", 1),
        4000,
    )
    assert is_consistent(reservation)


# --- Two people charge the fee --------------------------------------------------------------------


def no_show(bank: Bank) -> Reservation:
    restaurant = make_house()
    make_rule(restaurant, kind="guarantee")
    reservation = paid_booking(bank, restaurant)
    return reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=START)


def charge_together(reservation: Reservation) -> Sequence[object]:
    charge = partial(
        reservation_fee_charge, reservation_id=reservation.pk, actor=STAFF, now=GRACE_OVER
    )
    return run_together(charge, charge)


def test_two_people_charge_the_fee_and_it_is_charged_once(bank: Bank) -> None:
    reservation = no_show(bank)
    outcomes = charge_together(reservation)
    (refused,) = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, FeeRefused)
    assert refused.extra["reason"] == "charged"
    later(GRACE_OVER)
    assert Instruction.objects.filter(kind="charge").count() == 1
    assert kept(reservation) == 4000


def test_without_the_lock_both_believe_that_they_charged_it(bank: Bank, monkeypatch: Patch) -> None:
    """The payment still takes the money once: it has a lock of its own."""
    reservation = no_show(bank)
    without_locks(monkeypatch, deciding, "_check_fee")
    outcomes = charge_together(reservation)
    assert outcomes_of(outcomes) == ["Reservation", "Reservation"]
    assert AuditEntry.objects.filter(action="reservation.fee_charged").count() == 2
    assert Instruction.objects.filter(kind="charge").count() == 1


# --- A guest cancels while the money comes --------------------------------------------------------


def cancel_and_settle(reservation: Reservation) -> Sequence[object]:
    return run_together(
        partial(reservation_cancel, reservation_id=reservation.pk, actor=GUEST, now=OVER),
        partial(reservation_payment_settle, reservation_id=reservation.pk, now=OVER),
    )


def test_cancelled_as_the_money_comes_it_goes_back(bank: Bank) -> None:
    reservation = paid_but_not_settled(bank)
    outcomes = cancel_and_settle(reservation)
    assert outcomes_of(outcomes) == ["Reservation", "Reservation"]
    later(OVER)
    assert (seen(reservation).status, seats(reservation), kept(reservation)) == (
        *("cancelled_by_guest", 0),
        0,
    )
    assert is_consistent(reservation)


def test_without_the_lock_one_step_is_lost(bank: Bank, monkeypatch: Patch) -> None:
    reservation = paid_but_not_settled(bank)
    without_locks(monkeypatch, records, "account_lock")
    cancel_and_settle(reservation)
    assert not is_consistent(reservation)


# --- Money that comes too late, and who wants the table -------------------------------------------


def expired(bank: Bank) -> Reservation:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant)
    reservation = book(restaurant, guest_email="anna@example.com").reservation
    payment = payment_for(reservation)
    bank.give(payment)
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
    bank.tell(payment, now=OVER)
    return seen(reservation)


def pay_and_book_again(reservation: Reservation) -> list[str]:
    """The same guest; the states of both bookings."""
    run_together(
        partial(reservation_payment_settle, reservation_id=reservation.pk, now=OVER),
        partial(book, reservation.restaurant, guest_email="anna@example.com", now=OVER),
    )
    return sorted(Reservation.objects.values_list("status", flat=True))


def test_who_booked_anew_is_not_seated_twice(bank: Bank) -> None:
    states = pay_and_book_again(expired(bank))
    assert states in (["confirmed"], ["expired", "pending_payment"])


def test_without_the_lock_of_the_guest_they_are(bank: Bank, monkeypatch: Patch) -> None:
    reservation = expired(bank)
    monkeypatch.setattr(settling, "guest_lock", lambda _guest_id: False)
    meet_after(monkeypatch, late, "other_bookings")
    meet_before(monkeypatch, (create, "party_place"))
    assert pay_and_book_again(reservation) == ["confirmed", "pending_payment"]


@pytest.mark.parametrize("_turn", range(3))
def test_the_last_table_is_given_once(bank: Bank, _turn: int) -> None:
    reservation = expired(bank)
    restaurant = reservation.restaurant
    book(restaurant, actor=STAFF)
    run_together(
        partial(reservation_payment_settle, reservation_id=reservation.pk, now=OVER),
        partial(book, restaurant, actor=STAFF, now=OVER),
    )
    assert Occupancy.objects.count() == 2
    later(OVER)
    fresh = seen(reservation)
    assert (fresh.status, kept(fresh)) in (("confirmed", 4000), ("expired", 0))
