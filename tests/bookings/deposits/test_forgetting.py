"""When a card is not needed any more: not while a fee may fall due, and not a minute longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from bookings.errors import FeeRefused
from bookings.models import Deposit, Reservation
from bookings.services import (
    reservation_cancel,
    reservation_deposit_waive,
    reservation_expire,
    reservation_seat,
)
from bookings.settlement import FEE_UNTIL
from payments.models import Instruction, Payment, StoredMethod
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import OutboxEvent
from reservehub.core.money import Money
from tests.bookings.deposits.bank import Bank, work
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
    paid_booking,
    payment_for,
    payments_for,
)
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db

OVER = START + FEE_UNTIL


def guaranteed(bank: Bank, **rule: object) -> Reservation:
    return paid(bank, **{"kind": "guarantee", **rule})


def is_forgotten(bank: Bank) -> bool:
    """At the provider and here, and the token with it."""
    is_kept_here = StoredMethod.objects.exists()
    assert is_kept_here is not bool(bank.forgotten), "here and there alike"
    tokens = [*Instruction.objects.values_list("object_id", flat=True)]
    assert is_kept_here or "pm_1" not in tokens
    return not is_kept_here


def waive(reservation: Reservation, cents: int | None, now: datetime = NOW) -> None:
    reservation_deposit_waive(
        reservation_id=reservation.pk,
        amount=None if cents is None else Money(cents, "EUR"),
        reason="old friends",
        actor=STAFF,
        now=now,
    )
    later(now)


# --- After the time in which a fee may be charged -------------------------------------------------


def test_of_a_party_that_came_it_stays_while_who_did_not_may_be_charged(bank: Bank) -> None:
    reservation = guaranteed(bank)
    left = visit(reservation)
    later(left + minutes(16))
    assert payment_for(reservation).closed_at is not None
    later(OVER - minutes(1))
    assert not is_forgotten(bank)
    charge(reservation, OVER - minutes(1), missing=1)
    assert state(reservation) == ("completed", "charged", 2000)
    later(OVER)
    assert is_forgotten(bank)
    assert state(reservation) == ("completed", "charged", 2000)


@pytest.mark.parametrize("kind", ["guarantee", "authorisation"])
def test_of_a_party_that_did_not_come_it_stays_for_a_week(bank: Bank, kind: str) -> None:
    house = make_house()
    make_rule(house, kind=kind)
    # So far ahead that also what is to be held saves a card first.
    reservation = paid_booking(bank, house, now=START - timedelta(days=20))
    assert payment_for(reservation).mode == "save"
    no_show(reservation)
    later(GRACE_OVER + minutes(16))
    later(OVER - minutes(1))
    assert not is_forgotten(bank)
    later(OVER)
    assert is_forgotten(bank)


def test_nobody_ever_said_how_it_ended(bank: Bank) -> None:
    reservation = guaranteed(bank)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(OVER - minutes(1))
    assert not is_forgotten(bank)
    later(OVER)
    assert is_forgotten(bank)
    assert state(reservation) == ("seated", "guaranteed", 0)


def test_it_is_looked_at_once_and_not_again(bank: Bank) -> None:
    visit(guaranteed(bank))
    later(OVER)
    assert not Deposit.objects.exclude(look_again_at=None).exists()
    later(OVER + timedelta(days=1))
    assert bank.forgotten == ["pm_1"]


def test_a_fee_that_is_being_charged_comes_first(bank: Bank) -> None:
    reservation = guaranteed(bank)
    no_show(reservation)
    later(GRACE_OVER + minutes(16))
    bank.is_silent = True
    charge(reservation, OVER - minutes(1))
    later(OVER + minutes(1))
    assert StoredMethod.objects.exists(), "nobody knows whether it was charged"
    bank.is_silent = False
    later(OVER + minutes(5))
    assert state(reservation) == ("no_show", "charged", 4000)
    assert is_forgotten(bank)


def test_a_fee_comes_too_late_for_a_forgotten_card(bank: Bank) -> None:
    reservation = guaranteed(bank)
    no_show(reservation)
    later(OVER)
    with pytest.raises(FeeRefused):
        charge(reservation, OVER)


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [GUEST, STAFF])
def test_cancelled_in_time_or_by_the_restaurant_it_goes_at_once(bank: Bank, who: object) -> None:
    reservation = guaranteed(bank)
    now = DEADLINE if who is GUEST else START - minutes(1)
    reservation_cancel(reservation_id=reservation.pk, actor=who, now=now)  # type: ignore[arg-type]
    later(now)
    assert is_forgotten(bank)
    assert state(reservation)[1:] == ("released", 0)


def test_cancelled_late_it_stays_for_a_week(bank: Bank) -> None:
    reservation = guaranteed(bank)
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(OVER - minutes(1))
    assert not is_forgotten(bank)
    later(OVER)
    assert is_forgotten(bank)


def test_cancelled_late_it_goes_where_that_costs_nothing(bank: Bank) -> None:
    reservation = guaranteed(bank, late_cancel_percent=0)
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=now)
    later(now)
    assert is_forgotten(bank)


def test_waived_it_goes_and_in_part_it_stays(bank: Bank) -> None:
    reservation = guaranteed(bank)
    waive(reservation, 1000)
    assert not is_forgotten(bank)
    waive(reservation, None)
    assert is_forgotten(bank)
    assert state(reservation) == ("confirmed", "waived", 0)
    # The guest comes and goes as if nothing had been asked for.
    later(visit(reservation) + minutes(16))
    assert bank.forgotten == ["pm_1"]


def test_waived_while_an_amount_is_about_to_be_held_both_go(bank: Bank) -> None:
    house = make_house()
    make_rule(house, kind="authorisation")
    reservation = paid_booking(bank, house, now=START - timedelta(days=20))
    at = START - timedelta(days=5)
    with clock.freeze(at):
        from bookings.tasks import settle_deposits  # noqa: PLC0415

        settle_deposits()
        assert Instruction.objects.get().kind == "authorise"
        waive(reservation, None, at)
    assert is_forgotten(bank)
    assert Instruction.objects.get(kind="authorise").code == "withdrawn"


# --- Cards that come late -------------------------------------------------------------------------


def test_given_too_late_and_no_table_left_it_goes(bank: Bank) -> None:
    house = make_house(tables=(2,))
    make_rule(house, kind="guarantee")
    reservation = book(house).reservation
    expired = NOW + minutes(15)
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=expired)
    other = book(house, now=expired).reservation
    assert bank.give(payment_for(reservation), at=expired)
    bank.tell(payment_for(reservation), now=expired)
    with clock.freeze(expired):
        work(expired)
    assert state(reservation) == ("expired", "released", 0)
    assert is_forgotten(bank)
    assert state(other)[0] == "pending_payment"


def test_given_in_time_and_told_late_it_stays_with_the_table(bank: Bank) -> None:
    house = make_house(tables=(2,))
    make_rule(house, kind="guarantee")
    reservation = book(house).reservation
    assert bank.give(payment_for(reservation))
    later(NOW + minutes(15))
    assert state(reservation)[0] == "expired"
    bank.tell(payment_for(reservation), now=NOW + minutes(16))
    later(NOW + minutes(16))
    assert state(reservation) == ("confirmed", "guaranteed", 0)
    assert not is_forgotten(bank)


def test_given_after_it_was_waived_it_goes(bank: Bank) -> None:
    house = make_house()
    make_rule(house, kind="guarantee")
    reservation = book(house).reservation
    assert bank.give(payment_for(reservation))
    waive(reservation, None)
    bank.tell(payment_for(reservation), now=NOW)
    later(NOW)
    assert state(reservation)[:2] == ("confirmed", "waived")
    assert is_forgotten(bank)


# --- Kept from before ----------------------------------------------------------------------------


def test_cards_of_before_are_looked_at_once(bank: Bank) -> None:
    guaranteed(bank)
    paid(bank)
    Deposit.objects.update(look_again_at=None)
    migration = import_module("bookings.migrations.0011_look_at_cards_again")
    migration.look_again(apps, None)
    (looked_at,) = Deposit.objects.exclude(look_again_at=None)
    assert payment_for(looked_at.reservation).mode == "save"


# --- Failing --------------------------------------------------------------------------------------


def test_staff_hear_of_a_card_that_cannot_be_forgotten(bank: Bank) -> None:
    reservation = guaranteed(bank)
    bank.refuses["forget"] = "not_allowed"
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    later(NOW)
    (failed,) = OutboxEvent.objects.filter(name="bookings.reservation.payment_failed")
    assert (failed.payload["kind"], failed.payload["code"]) == ("forget", "not_allowed")
    assert not failed.payload["link_sent"]
    assert len(payments_for(reservation)) == 1, "the guest is asked for nothing"
    assert not Payment.objects.exclude(method=None).exists()
