"""Two people decide about a deposit that is asked for by hand, at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import pytest

from bookings.deposits import Kind
from bookings.models import Reservation
from bookings.services import (
    reservation_cancel,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
    reservation_expire,
)
from bookings.services.deposits import by_hand
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.money import Money
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import book, later, make_house, minutes, payment_for, seen
from tests.bookings.deposits.test_races import (
    Patch,
    is_consistent,
    kept,
    outcomes_of,
    seats,
    told,
    without_locks,
)
from tests.factories import GUEST, NOW, STAFF
from tests.races import once_met, run_together

pytestmark = pytest.mark.django_db(transaction=True)

OVER = NOW + minutes(4 * 60)


def free_booking() -> Reservation:
    return book(make_house(tables=(2,)), actor=STAFF).reservation


def asking(reservation: Reservation) -> Callable[[], Reservation]:
    return partial(
        reservation_deposit_ask,
        reservation_id=reservation.pk,
        kind=Kind.DEPOSIT,
        amount=Money(2000, "EUR"),
        actor=STAFF,
        now=NOW,
    )


def asked_for() -> Reservation:
    return asking(free_booking())()


def withdrawing(reservation: Reservation, now: datetime = NOW) -> Callable[[], Reservation]:
    return partial(
        reservation_deposit_withdraw, reservation_id=reservation.pk, actor=STAFF, now=now
    )


# --- Two managers ask -----------------------------------------------------------------------------


def test_two_managers_ask_and_the_guest_is_asked_once(bank: Bank) -> None:
    reservation = free_booking()
    outcomes = run_together(asking(reservation), asking(reservation))
    assert outcomes_of(outcomes) == ["Reservation", "Reservation"]
    assert [name for name, _version in told(reservation)].count("payment_asked") == 1


def test_without_the_lock_the_guest_is_asked_twice(bank: Bank, monkeypatch: Patch) -> None:
    reservation = free_booking()
    without_locks(monkeypatch, by_hand, "_check_state")
    run_together(asking(reservation), asking(reservation))
    assert [name for name, _version in told(reservation)].count("payment_asked") == 2


# --- The guest cancels as they are asked ----------------------------------------------------------


def cancel_and_ask(reservation: Reservation) -> Sequence[object]:
    return run_together(
        once_met(partial(reservation_cancel, reservation_id=reservation.pk, actor=GUEST, now=NOW)),
        asking(reservation),
    )


def test_cancelled_as_they_are_asked_it_stays_cancelled(bank: Bank) -> None:
    reservation = free_booking()
    cancel_and_ask(reservation)
    later(NOW)
    assert (seen(reservation).status, seats(reservation)) == ("cancelled_by_guest", 0)
    assert is_consistent(reservation)


def test_without_the_lock_a_party_without_a_table_is_asked(bank: Bank, monkeypatch: Patch) -> None:
    reservation = free_booking()
    without_locks(monkeypatch, by_hand, "_check_state")
    cancel_and_ask(reservation)
    assert (seen(reservation).status, seats(reservation)) == ("pending_payment", 0)
    assert not is_consistent(reservation)


# --- The guest pays as it is withdrawn ------------------------------------------------------------


def pay_and_withdraw(bank: Bank, reservation: Reservation) -> Sequence[object]:
    payment = payment_for(reservation)
    bank.begin_try(payment)
    bank.give(payment)

    def hear() -> None:
        bank.tell(payment, now=NOW)
        with clock.freeze(NOW):
            work(NOW)

    return run_together(once_met(hear), withdrawing(reservation))


def test_paid_as_it_is_withdrawn_it_is_theirs_or_goes_back(bank: Bank) -> None:
    reservation = asked_for()
    _heard, withdrawn = pay_and_withdraw(bank, reservation)
    later(NOW)
    is_paid = isinstance(withdrawn, Exception)
    assert (seen(reservation).status, seats(reservation)) == ("confirmed", 1)
    assert kept(reservation) == (2000 if is_paid else 0)
    assert is_consistent(reservation)


def test_without_the_lock_it_is_confirmed_by_both(bank: Bank, monkeypatch: Patch) -> None:
    reservation = asked_for()
    without_locks(monkeypatch, by_hand, "account_lock")
    pay_and_withdraw(bank, reservation)
    assert [name for name, _version in told(reservation)].count("confirmed") == 3


# --- The time ends as it is withdrawn -------------------------------------------------------------


def expire_and_withdraw(reservation: Reservation) -> Sequence[object]:
    return run_together(
        once_met(
            partial(reservation_expire, reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
        ),
        withdrawing(reservation, OVER),
    )


def test_withdrawn_as_the_time_ends_the_table_is_theirs_or_free(bank: Bank) -> None:
    reservation = asked_for()
    expire_and_withdraw(reservation)
    found = (seen(reservation).status, seats(reservation))
    assert found in (("confirmed", 1), ("expired", 0))
    assert is_consistent(reservation)


def test_without_the_lock_a_party_without_a_table_is_confirmed(
    bank: Bank, monkeypatch: Patch
) -> None:
    reservation = asked_for()
    without_locks(monkeypatch, by_hand, "account_lock")
    expire_and_withdraw(reservation)
    assert (seen(reservation).status, seats(reservation)) == ("confirmed", 0)
