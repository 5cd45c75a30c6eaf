"""A restaurant that takes money, and what is done there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bookings.deposits import payment_reference
from bookings.models import DepositRule, Reservation
from bookings.services import Booked, reservation_create
from payments.models import Payment, PaymentAccount
from reservehub.core import clock
from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.factories import GUEST, NOW, a_request, make_restaurant


def make_rule(restaurant: Restaurant, **fields: Any) -> DepositRule:
    """A deposit of 20.00 for each guest."""
    rule = DepositRule.objects.create(
        restaurant=restaurant,
        **{
            "name": "Deposit",
            "kind": "deposit",
            "amount_minor": 2000,
            "created_at": NOW,
            "updated_at": NOW,
            **fields,
        },
    )
    restaurant.refresh_from_db()
    return rule


def make_till(restaurant: Restaurant) -> PaymentAccount:
    return PaymentAccount.objects.create(
        restaurant=restaurant, provider="simulator", created_at=NOW, updated_at=NOW
    )


def make_house(**fields: Any) -> Restaurant:
    """It can take money; cancelling is free until a day before."""
    policy = {"cancel_cutoff_minutes": 24 * 60, **fields.pop("policy", {})}
    restaurant = make_restaurant(policy=policy, **fields)
    make_till(restaurant)
    return restaurant


def book(
    restaurant: Restaurant, *, actor: Actor = GUEST, now: datetime = NOW, **fields: Any
) -> Booked:
    return reservation_create(request=a_request(restaurant, **fields), actor=actor, now=now)


def payments_for(reservation: Reservation) -> list[Payment]:
    return list(Payment.objects.filter(reference=payment_reference(reservation.pk)).order_by("pk"))


def payment_for(reservation: Reservation) -> Payment:
    return payments_for(reservation)[-1]


def pay(bank: Bank, reservation: Reservation, *, now: datetime = NOW) -> Reservation:
    """The guest pays, the bank tells, everybody hears of it."""
    payment = payment_for(reservation)
    with clock.freeze(now):
        assert bank.give(payment, at=now)
        bank.tell(payment, now=now)
        work(now)
    return seen(reservation)


def seen(reservation: Reservation) -> Reservation:
    return Reservation.objects.select_related("restaurant__policy").get(pk=reservation.pk)


def paid_booking(
    bank: Bank, restaurant: Restaurant, *, now: datetime = NOW, **fields: Any
) -> Reservation:
    return pay(bank, book(restaurant, now=now, **fields).reservation, now=now)


def later(now: datetime) -> None:
    """The clock has run: tasks, instructions and events up to now."""
    from bookings.tasks import expire_requests, settle_deposits  # noqa: PLC0415

    with clock.freeze(now):
        expire_requests()
        settle_deposits()
        work(now)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
