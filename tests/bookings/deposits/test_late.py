"""Paying when the time is over, more time, links, and holding ahead (rules 78, 79, 84)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import (
    DepositMissing,
    HoldExpired,
    HoldLimitReached,
    TransitionRefused,
)
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_approve,
    reservation_cancel,
    reservation_expire,
    reservation_no_show,
    reservation_payment_ask,
    reservation_payment_extend,
    reservation_payment_settle,
)
from payments.models import Instruction
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import OutboxEvent
from restaurants.models import Restaurant, SpecialDay
from tests.bookings.deposits.bank import Bank, work
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
from tests.factories import FRIDAY, GUEST, NOW, STAFF, make_combination

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-06-05T17:00:00+00:00")
OVER = NOW + minutes(15)


def expired(bank: Bank, restaurant: Restaurant, **fields: Any) -> Reservation:
    """Paid at the bank, but nobody told us in time."""
    reservation = book(restaurant, **fields).reservation
    payment = payment_for(reservation)
    bank.begin_try(payment)
    bank.give(payment)
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER)
    return seen(reservation)


def told(bank: Bank, reservation: Reservation, now: datetime) -> Reservation:
    with clock.freeze(now):
        bank.tell(payment_for(reservation), now=now)
        work(now)
    return seen(reservation)


def names(reservation: Reservation) -> list[str]:
    events = OutboxEvent.objects.filter(payload__reservation_id=reservation.pk).order_by("pk")
    return [name.rpartition(".")[2] for name in events.values_list("name", flat=True)]


def kept(reservation: Reservation) -> int:
    return sum(payment.kept_minor for payment in payments_for(reservation))


def tables_of(reservation: Reservation) -> list[int]:
    rows = Occupancy.objects.filter(reservation=reservation).order_by("table_id")
    return list(rows.values_list("table_id", flat=True))


def test_paid_too_late_the_same_table_is_taken_again(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2, 2))
    make_rule(restaurant)
    others = [book(restaurant, time=time(20, 45)).reservation for _ in range(2)]
    reservation = book(restaurant, time=time(20, 45)).reservation
    table = tables_of(reservation)
    for other in others:
        reservation_cancel(reservation_id=other.pk, actor=STAFF, now=NOW)
    bank.give(payment_for(reservation))
    later(OVER)
    assert tables_of(reservation) == []

    back = told(bank, reservation, NOW + minutes(20))

    assert (back.status, back.deposit_status) == ("confirmed", "paid")
    assert tables_of(reservation) == table
    assert names(back)[-2:] == ["expired", "confirmed"]
    assert kept(back) == 4000


def test_several_tables_are_taken_again_together(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2))
    make_combination(restaurant, *restaurant.tables.all())
    make_rule(restaurant)
    reservation = expired(bank, restaurant, party_size=4)
    back = told(bank, reservation, OVER)
    assert back.status == "confirmed"
    assert len(tables_of(back)) == 2


def test_another_table_is_as_good(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 4))
    make_rule(restaurant)
    reservation = expired(bank, restaurant)
    book(restaurant)

    back = told(bank, reservation, OVER)

    assert back.status == "confirmed"
    assert tables_of(back) == [restaurant.tables.get(seats=4).pk]


def test_where_no_table_is_left_everything_goes_back_with_an_apology(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant)
    reservation = expired(bank, restaurant)
    winner = book(restaurant).reservation

    back = told(bank, reservation, OVER)

    assert (back.status, back.deposit_status) == ("expired", "refunded")
    assert kept(back) == 0
    assert names(back).count("payment_too_late") == 1
    # The table is free again: it was paid back, and stays so.
    reservation_cancel(reservation_id=winner.pk, actor=STAFF, now=OVER)
    assert told(bank, reservation, OVER + minutes(1)).status == "expired"
    assert names(back).count("payment_too_late") == 1


@pytest.mark.parametrize("why", ["past", "closed", "another", "inactive"])
def test_it_is_not_seated_again(bank: Bank, why: str) -> None:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant)
    reservation = expired(bank, restaurant, guest_email="anna@example.com")
    now = OVER
    if why == "past":
        now = START
    elif why == "closed":
        SpecialDay.objects.create(
            restaurant=restaurant, date_from=FRIDAY, date_to=FRIDAY, name="Flood", is_closed=True
        )
    elif why == "another":
        pay(bank, book(restaurant, guest_email="anna@example.com").reservation)
    else:
        Restaurant.objects.filter(pk=restaurant.pk).update(is_active=False)

    back = told(bank, reservation, now)

    assert (back.status, back.deposit_status) == ("expired", "refunded")
    assert "payment_too_late" in names(back)


def test_pacing_binds_whoever_pays_too_late(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2), period={"max_arriving_covers": 2})
    make_rule(restaurant)
    reservation = expired(bank, restaurant)
    book(restaurant)
    assert told(bank, reservation, OVER).status == "expired"


def test_a_card_saved_too_late_secures_the_booking_as_well(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant, kind="guarantee")
    reservation = told(bank, expired(bank, restaurant), OVER)
    assert (reservation.status, reservation.deposit_status) == ("confirmed", "guaranteed")
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=START)


def test_a_hold_that_came_too_late_is_given_up(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant, kind="authorisation")
    reservation = expired(bank, restaurant)
    back = told(bank, reservation, OVER)
    # The release went out with the expiry: what is held is on its way back.
    assert back.status == "expired"
    assert payment_for(back).authorised_minor == 0
    assert names(back).count("payment_too_late") == 1


def test_what_is_paid_when_the_sweep_comes_is_confirmed(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    payment = payment_for(reservation)
    bank.give(payment)
    bank.tell(payment)  # the event is still in the outbox

    assert reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=OVER) is None

    assert seen(reservation).status == "confirmed"
    later(OVER)
    assert names(reservation).count("confirmed") == 1
    assert "expired" not in names(reservation)


def test_money_for_a_request_that_nobody_answered_does_not_make_it_theirs(bank: Bank) -> None:
    restaurant = make_house(tables=(2,), policy={"confirmation_mode": "approval"})
    make_rule(restaurant, kind="guarantee")
    reservation = book(restaurant).reservation
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    pay(bank, reservation)
    Reservation.objects.filter(pk=reservation.pk).update(status="pending", expires_at=OVER)
    later(OVER)
    with clock.freeze(OVER):
        reservation_payment_settle(reservation_id=reservation.pk, now=OVER)
    assert (seen(reservation).status, seen(reservation).deposit_status) == ("expired", "released")


def test_settling_again_changes_nothing(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = paid_booking(bank, restaurant)
    for _ in range(3):
        again = reservation_payment_settle(reservation_id=reservation.pk, now=NOW)
    assert again.version == reservation.version


# --- More time, and links -------------------------------------------------------------------------


def test_a_guest_may_ask_for_more_time_as_often_as_for_a_hold(bank: Bank) -> None:
    restaurant = make_house(policy={"hold_extensions": 2})
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    now = NOW
    for _ in range(2):
        now += minutes(14)
        again = reservation_payment_extend(reservation_id=reservation.pk, actor=GUEST, now=now)
        assert again.expires_at == now + minutes(15)
    with pytest.raises(HoldLimitReached):
        reservation_payment_extend(reservation_id=reservation.pk, actor=GUEST, now=now)


def test_more_time_comes_too_late(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    with pytest.raises(HoldExpired):
        reservation_payment_extend(reservation_id=reservation.pk, actor=GUEST, now=OVER)
    pay(bank, reservation)
    with pytest.raises(HoldExpired):
        reservation_payment_extend(reservation_id=reservation.pk, actor=GUEST, now=NOW)


def test_asking_for_more_time_never_shortens_a_link(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant, actor=STAFF, asks_payment=True).reservation
    again = reservation_payment_extend(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    assert again.expires_at == NOW + timedelta(hours=4)


def test_staff_send_the_link_once_more(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    now = NOW + minutes(10)

    payment = reservation_payment_ask(reservation_id=reservation.pk, actor=STAFF, now=now)

    assert payment == payment_for(reservation)
    assert seen(reservation).expires_at == now + timedelta(hours=4)
    assert names(reservation)[-1] == "payment_asked"
    pay(bank, reservation)
    with pytest.raises(DepositMissing):
        reservation_payment_ask(reservation_id=reservation.pk, actor=STAFF, now=now)


def test_a_link_is_of_no_use_any_more(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    later(OVER)
    with pytest.raises(TransitionRefused):
        reservation_payment_ask(reservation_id=reservation.pk, actor=STAFF, now=OVER)
    free = book(restaurant, actor=STAFF).reservation
    with pytest.raises(DepositMissing):
        reservation_payment_ask(reservation_id=free.pk, actor=STAFF, now=NOW)


# --- Holding ahead --------------------------------------------------------------------------------


def far(bank: Bank) -> Reservation:
    restaurant = make_house()
    make_rule(restaurant, kind="authorisation")
    return paid_booking(bank, restaurant, now=START - timedelta(days=7))


def test_near_the_amount_is_held_at_once_and_far_ahead_a_card_is_saved(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant, kind="authorisation")

    def mode(ahead: timedelta) -> str:
        return payment_for(book(restaurant, now=START - ahead).reservation).mode

    assert mode(timedelta(days=6)) == "authorise"
    assert mode(timedelta(days=6, minutes=1)) == "save"


def test_the_amount_is_held_five_days_before(bank: Bank) -> None:
    reservation = far(bank)
    assert (reservation.status, reservation.deposit_status) == ("confirmed", "guaranteed")
    later(START - timedelta(days=5, minutes=1))
    assert seen(reservation).deposit_status == "guaranteed"
    later(START - timedelta(days=5))
    assert seen(reservation).deposit_status == "held"
    later(START - timedelta(days=4))
    assert Instruction.objects.count() == 1

    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=START)
    later(START + minutes(15))
    assert (seen(reservation).deposit_status, kept(reservation)) == ("charged", 4000)


def test_a_hold_that_the_bank_refuses_is_told_and_asked_for_by_a_link(bank: Bank) -> None:
    reservation = far(bank)
    bank.refuses["authorise"] = "expired_card"
    now = START - timedelta(days=5)
    later(now)

    assert names(reservation)[-2:] == ["payment_failed", "payment_asked"]
    assert seen(reservation).status == "confirmed"
    later(now + timedelta(days=1))
    assert Instruction.objects.count() == 1

    _saved, asked = payments_for(reservation)
    assert (asked.mode, asked.amount_minor) == ("authorise", 4000)
    pay(bank, reservation, now=now + timedelta(days=1))
    assert seen(reservation).deposit_status == "held"


@pytest.mark.parametrize("ahead", [3, 7])
def test_a_hold_that_runs_out_before_the_evening_is_asked_for_again(bank: Bank, ahead: int) -> None:
    restaurant = make_house()
    make_rule(restaurant, kind="authorisation")
    reservation = paid_booking(bank, restaurant, now=START - timedelta(days=ahead))
    later(START - timedelta(days=2))
    assert seen(reservation).deposit_status == "held"

    now = START - timedelta(days=1)
    bank.run_out(payment_for(reservation))
    told(bank, reservation, now)
    later(now)

    assert names(reservation)[-3:].count("payment_failed") == 1
    assert names(reservation).count("payment_asked") == 2
    assert seen(reservation).status == "confirmed"
    assert payment_for(reservation).status == "open"
    pay(bank, reservation, now=now)
    assert seen(reservation).deposit_status == "held"


def test_cancelled_before_it_is_held_nothing_ever_is(bank: Bank) -> None:
    reservation = far(bank)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=START - timedelta(days=6))
    later(START - timedelta(days=5))
    assert not Instruction.objects.filter(kind="authorise").exists()
    assert seen(reservation).deposit_status == "released"
