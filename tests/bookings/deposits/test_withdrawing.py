"""Staff take back what they asked for by hand."""

from __future__ import annotations

import pytest

from bookings.deposits import Kind
from bookings.errors import DepositAsked, DepositMissing, TransitionRefused
from bookings.services import reservation_cancel, reservation_deposit_waive
from reservehub.core.models import AuditEntry
from reservehub.core.money import Money
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.endings import state
from tests.bookings.deposits.people import later, pay, payment_for, payments_for, seen
from tests.bookings.deposits.test_by_hand import FOUR_HOURS, ask, free_booking, withdraw
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("release_unpaid", [True, False])
def test_withdrawn_it_is_confirmed_and_costs_nothing(bank: Bank, *, release_unpaid: bool) -> None:
    reservation = ask(free_booking(), release_unpaid=release_unpaid)
    withdrawn = withdraw(reservation)
    assert state(withdrawn) == ("confirmed", "waived", 0)
    assert (withdrawn.deposit_minor, withdrawn.expires_at) == (0, None)
    assert payment_for(reservation).status == "closed"
    assert withdraw(reservation).version == withdrawn.version
    assert AuditEntry.objects.filter(action="reservation.deposit_withdrawn").count() == 1
    later(FOUR_HOURS)
    assert state(reservation) == ("confirmed", "waived", 0)


def test_what_was_withdrawn_can_be_asked_for_in_another_way(bank: Bank) -> None:
    reservation = ask(free_booking())
    withdraw(reservation)
    ask(reservation, kind=Kind.GUARANTEE, is_per_person=False)
    assert pay(bank, reservation).deposit_status == "guaranteed"
    assert [payment.status for payment in payments_for(reservation)] == ["closed", "saved"]


def test_what_was_paid_is_not_withdrawn(bank: Bank) -> None:
    reservation = ask(free_booking())
    pay(bank, reservation)
    with pytest.raises(DepositAsked):
        withdraw(reservation)
    reservation_deposit_waive(
        reservation_id=reservation.pk, amount=None, reason="Regular", actor=STAFF, now=NOW
    )
    later(NOW)
    assert state(reservation) == ("confirmed", "refunded", 0)
    with pytest.raises(DepositAsked):
        ask(reservation)


def test_paid_as_it_is_withdrawn_it_goes_back(bank: Bank) -> None:
    reservation = ask(free_booking())
    payment = payment_for(reservation)
    bank.begin_try(payment)
    withdraw(reservation)
    bank.give(payment)
    bank.tell(payment)
    later(NOW)
    assert state(reservation) == ("confirmed", "refunded", 0)


@pytest.mark.parametrize("kind", ["deposit", "guarantee"])
def test_who_pays_by_the_link_of_before_is_not_asked_to_pay_once_more(
    bank: Bank, kind: str
) -> None:
    reservation = ask(free_booking(), kind=Kind(kind))
    before = payment_for(reservation)
    bank.begin_try(before)
    withdraw(reservation)
    ask(reservation, kind=Kind(kind), amount=Money(500, "EUR"))
    bank.give(before)
    bank.tell(before)
    later(NOW)
    assert seen(reservation).status == "confirmed"
    assert [payment.status for payment in payments_for(reservation)][1] == "closed"


def test_what_is_over_is_not_withdrawn(bank: Bank) -> None:
    reservation = ask(free_booking())
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    with pytest.raises(TransitionRefused):
        withdraw(reservation)


def test_nothing_is_withdrawn_where_nothing_was_asked(bank: Bank) -> None:
    with pytest.raises(DepositMissing):
        withdraw(free_booking())
