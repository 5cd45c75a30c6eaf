"""Staff ask for a deposit on a booking that was made without, and take that back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.deposits import Kind, fingerprint
from bookings.errors import DepositAsked, DepositMissing, TransitionRefused
from bookings.models import Deposit, Occupancy, Reservation
from bookings.services import (
    Changes,
    reservation_approve,
    reservation_arrive,
    reservation_cancel,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
    reservation_expire,
    reservation_modify,
    reservation_no_show,
    reservation_payment_ask,
    reservation_undo,
)
from payments.errors import PaymentsOff
from payments.models import PaymentAccount
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.money import Money
from restaurants.models import Restaurant, Role
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.endings import DEADLINE, GRACE_OVER, START, state
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    minutes,
    paid_booking,
    pay,
    payment_for,
    payments_for,
    seen,
)
from tests.factories import FRIDAY, GUEST, NOW, STAFF, make_member

pytestmark = pytest.mark.django_db

TEN = Money(1000, "EUR")
FOUR_HOURS = NOW + timedelta(hours=4)


def free_booking(restaurant: Restaurant | None = None, **fields: Any) -> Reservation:
    """By telephone: nothing was said of money."""
    house = restaurant or make_house()
    return book(house, actor=STAFF, source="phone", **fields).reservation


def ask(reservation: Reservation, *, now: datetime = NOW, **wish: Any) -> Reservation:
    return reservation_deposit_ask(
        reservation_id=reservation.pk,
        **{"kind": Kind.DEPOSIT, "amount": TEN, "is_per_person": True, "actor": STAFF, **wish},
        now=now,
    )


def withdraw(reservation: Reservation, *, now: datetime = NOW) -> Reservation:
    return reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=now)


def asked(reservation: Reservation) -> list[dict[str, Any]]:
    events = OutboxEvent.objects.filter(
        name="bookings.reservation.payment_asked", payload__reservation_id=reservation.pk
    )
    return list(events.order_by("pk").values_list("payload", flat=True))


def pointers(error: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [one.pointer for one in error.value.errors]


# --- What is asked for ----------------------------------------------------------------------------


def test_the_booking_waits_for_the_money_with_the_terms_of_a_rule(bank: Bank) -> None:
    reservation = ask(free_booking())
    assert (reservation.status, reservation.deposit_status) == ("pending_payment", "pending")
    assert reservation.expires_at == FOUR_HOURS
    assert reservation.deposit_minor == 2000
    assert reservation.policy_snapshot["deposit"] == {
        "rule_id": None,
        "kind": "deposit",
        "amount_minor": 2000,
        "limit_minor": 2000,
        "per_person_minor": 1000,
        "currency": "EUR",
        "refund_until": DEADLINE.isoformat(),
        "cutoff_minutes": None,
        "late_cancel_percent": 100,
        "no_show_percent": 100,
    }
    assert reservation.policy_hash == fingerprint(seen(reservation).policy_snapshot)
    payment = payment_for(reservation)
    assert (payment.status, payment.mode, payment.amount_minor) == ("open", "charge", 2000)
    assert Occupancy.objects.filter(reservation=reservation).exists(), "the table is kept"


def test_the_guest_is_sent_the_link_and_the_audit_knows_who_asked(bank: Bank) -> None:
    reservation = free_booking()
    maria = make_member(reservation.restaurant, Role.MANAGER, name="Maria")
    actor = Actor(ActorKind.STAFF, maria.pk, "Maria")
    ask(reservation, actor=actor)
    (event,) = asked(reservation)
    assert (event["by_link"], event["by_hand"]) == (True, True)
    assert datetime.fromisoformat(event["expires_at"]) == FOUR_HOURS
    assert Deposit.objects.get().asked_by == maria
    entry = AuditEntry.objects.get(action="reservation.deposit_asked")
    assert entry.actor_label == "Maria"
    before, after = entry.before or {}, entry.after or {}
    assert (before["status"], after["status"]) == ("confirmed", "pending_payment")
    assert after["limit_minor"] == 2000


@pytest.mark.parametrize(
    ("kind", "mode", "charged"),
    [
        (Kind.DEPOSIT, "charge", 1000),
        (Kind.GUARANTEE, "save", 0),
        (Kind.AUTHORISATION, "authorise", 1000),
    ],
)
def test_each_kind_is_secured_in_its_way(bank: Bank, kind: Kind, mode: str, charged: int) -> None:
    reservation = free_booking()
    ask(reservation, kind=kind, is_per_person=False)
    payment = payment_for(reservation)
    assert (payment.mode, payment.amount_minor, payment.limit_minor) == (mode, charged, 1000)
    assert pay(bank, reservation).status == "confirmed"


def test_the_same_again_changes_nothing(bank: Bank) -> None:
    reservation = ask(free_booking())
    again = ask(reservation, now=NOW + minutes(5))
    assert again.version == reservation.version
    assert again.expires_at == FOUR_HOURS
    assert ask(reservation, until=FOUR_HOURS).version == reservation.version
    assert (len(asked(reservation)), len(payments_for(reservation))) == (1, 1)
    pay(bank, reservation)
    assert ask(reservation).status == "confirmed", "it is there already"


@pytest.mark.parametrize(
    "other",
    [
        {"kind": Kind.GUARANTEE},
        {"amount": Money(2000, "EUR")},
        {"amount": Money(2000, "EUR"), "is_per_person": False},
        {"until": FOUR_HOURS + minutes(1)},
        {"release_unpaid": False},
    ],
)
def test_other_terms_are_refused_while_these_hold(bank: Bank, other: dict[str, Any]) -> None:
    reservation = ask(free_booking())
    with pytest.raises(DepositAsked):
        ask(reservation, **other)
    pay(bank, reservation)
    with pytest.raises(DepositAsked):
        ask(reservation, **other)


def test_what_a_rule_asked_for_stays(bank: Bank) -> None:
    house = make_house()
    make_rule(house, amount_minor=1000)
    with pytest.raises(DepositAsked):
        ask(book(house).reservation)
    with pytest.raises(DepositMissing):
        withdraw(paid_booking(bank, house))


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"kind": Kind.EXEMPT}, "/kind"),
        ({"kind": Kind.PREPAYMENT}, "/kind"),
        ({"amount": Money(0, "EUR")}, "/amount"),
        ({"amount": Money(10**12, "EUR")}, "/amount"),
        ({"amount": Money(1000, "USD")}, "/amount"),
        ({"until": NOW}, "/until"),
        ({"until": START + minutes(1)}, "/until"),
    ],
)
def test_what_makes_no_sense_is_named(bank: Bank, wish: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        ask(free_booking(), **wish)
    assert pointers(refused) == [pointer]
    assert not Deposit.objects.exists()


def test_only_what_lies_ahead_and_is_confirmed(bank: Bank) -> None:
    reservation = free_booking()
    with pytest.raises(TransitionRefused):
        ask(reservation, now=START)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    with pytest.raises(TransitionRefused):
        ask(reservation)


def test_not_where_no_money_can_be_taken(bank: Bank) -> None:
    reservation = free_booking()
    PaymentAccount.objects.update(is_active=False)
    with pytest.raises(PaymentsOff):
        ask(reservation)
    assert state(reservation) == ("confirmed", "not_required", 0)


# --- How it goes on -------------------------------------------------------------------------------


def test_paid_in_time_it_is_confirmed_and_goes_back_when_cancelled_in_time(bank: Bank) -> None:
    reservation = ask(free_booking())
    assert state(pay(bank, reservation)) == ("confirmed", "paid", 2000)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=DEADLINE)
    later(DEADLINE)
    assert state(reservation) == ("cancelled_by_guest", "refunded", 0)


def test_who_does_not_come_loses_it(bank: Bank) -> None:
    reservation = ask(free_booking())
    pay(bank, reservation)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(GRACE_OVER)
    assert state(reservation) == ("no_show", "forfeited", 2000)


def test_not_paid_in_time_the_table_goes_to_others(bank: Bank) -> None:
    reservation = ask(free_booking())
    later(FOUR_HOURS)
    assert state(reservation) == ("expired", "released", 0)
    assert not Occupancy.objects.filter(reservation=reservation).exists()
    assert payment_for(reservation).status == "closed"


def test_paid_after_that_the_party_gets_its_table_back(bank: Bank) -> None:
    reservation = ask(free_booking())
    payment = payment_for(reservation)
    bank.give(payment)
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=FOUR_HOURS)
    bank.tell(payment, now=FOUR_HOURS)
    later(FOUR_HOURS + minutes(1))
    assert state(reservation) == ("confirmed", "paid", 2000)


def test_a_guest_who_does_not_want_to_pay_may_cancel_until_the_start(bank: Bank) -> None:
    reservation = ask(free_booking())
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW + minutes(1))
    later(NOW + minutes(1))
    assert state(reservation) == ("cancelled_by_guest", "released", 0)


def test_the_time_ends_at_the_latest_with_the_start(bank: Bank) -> None:
    reservation = free_booking()
    soon = START - minutes(10)
    assert ask(reservation, now=soon).expires_at == START


# --- Kept all the same ----------------------------------------------------------------------------


def test_kept_it_stays_confirmed_and_can_be_paid_later(bank: Bank) -> None:
    reservation = ask(free_booking(), release_unpaid=False)
    assert state(reservation) == ("confirmed", "pending", 0)
    assert Deposit.objects.get().pay_until == FOUR_HOURS
    assert asked(reservation)[0]["expires_at"] is None
    later(FOUR_HOURS + minutes(1))
    assert state(reservation) == ("confirmed", "pending", 0)
    paid = pay(bank, reservation, now=FOUR_HOURS + minutes(2))
    assert state(paid) == ("confirmed", "paid", 2000)


def test_kept_and_never_paid_it_is_over_with_the_visit(bank: Bank) -> None:
    reservation = ask(free_booking(), release_unpaid=False)
    reservation_arrive(reservation_id=reservation.pk, actor=STAFF, now=START)
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=START)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(GRACE_OVER)
    assert state(reservation) == ("no_show", "released", 0)
    assert payment_for(reservation).status == "closed"


def test_asked_once_more_there_is_new_time(bank: Bank) -> None:
    kept = ask(free_booking(), release_unpaid=False)
    at = NOW + timedelta(hours=1)
    reservation_payment_ask(reservation_id=kept.pk, actor=STAFF, now=at)
    assert Deposit.objects.get().pay_until == FOUR_HOURS + timedelta(hours=1)
    assert [event["by_hand"] for event in asked(kept)] == [True, True]


def test_kept_it_stays_when_the_guest_has_moved_it_and_staff_approve(bank: Bank) -> None:
    house = make_house()
    reservation = ask(book(house).reservation, release_unpaid=False)
    house.policy.confirmation_mode = "approval"
    house.policy.save()
    changes = Changes(date=FRIDAY + timedelta(days=1))
    moved = reservation_modify(reservation_id=reservation.pk, changes=changes, actor=GUEST, now=NOW)
    assert moved.status == "pending"
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert state(reservation) == ("confirmed", "pending", 0)
    later(FOUR_HOURS + minutes(1))
    assert state(reservation) == ("confirmed", "pending", 0)
    assert state(pay(bank, reservation)) == ("confirmed", "paid", 2000)


# --- Requests -------------------------------------------------------------------------------------


def request(house: Restaurant | None = None) -> Reservation:
    house = house or make_house(policy={"confirmation_mode": "approval"})
    reservation = book(house).reservation
    assert reservation.status == "pending"
    return reservation


def test_a_request_is_accepted_if_it_is_paid(bank: Bank) -> None:
    reservation = ask(request())
    assert (reservation.status, reservation.expires_at) == ("pending_payment", FOUR_HOURS)
    paid = pay(bank, reservation)
    assert (paid.status, paid.confirmation_method) == ("confirmed", "manual")


def test_a_request_is_not_kept_without_the_money(bank: Bank) -> None:
    reservation = request()
    with pytest.raises(ValidationFailed) as refused:
        ask(reservation, release_unpaid=False)
    assert pointers(refused) == ["/release_unpaid"]
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert ask(reservation, release_unpaid=False).status == "confirmed"


def test_asking_is_withdrawn_and_not_undone(bank: Bank) -> None:
    reservation = request()
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    ask(reservation)
    with pytest.raises(TransitionRefused):
        reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=NOW)
