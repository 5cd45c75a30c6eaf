"""What was taken, given back, kept and paid in fees: by day, by rule, in a few queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bookings.models import DepositRule, DepositStatus, Reservation
from bookings.selectors.money import Basis, Figures, money_of
from bookings.services import reservation_create
from payments.facts import FactKind
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant
from tests.payments.till import agree, make_payment, note, paid

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 6, 1)
TUESDAY = date(2026, 6, 2)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 2, 4, 4))


@pytest.fixture
def rule(restaurant: Restaurant) -> DepositRule:
    return DepositRule.objects.create(
        restaurant=restaurant,
        name="All",
        kind="deposit",
        amount_minor=2000,
        created_at=NOW,
        updated_at=NOW,
    )


def booked(restaurant: Restaurant, rule: DepositRule | None, **fields: Any) -> Reservation:
    made = reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=NOW)
    reservation = Reservation.objects.select_related("restaurant").get(pk=made.reservation.pk)
    if rule is not None:
        agree(reservation, rule)
    return reservation


def test_money_counts_on_the_day_it_moved(restaurant: Restaurant, rule: DepositRule) -> None:
    payment = paid(booked(restaurant, rule))
    note(payment, FactKind.FEE, 90)
    note(payment, FactKind.REFUNDED, 1000, at=NOW.replace(day=2))
    (found,) = money_of(restaurant, first=MONDAY, last=TUESDAY)
    assert found.currency == "EUR"
    assert found.days == {
        MONDAY: Figures(taken=4000, fees=90),
        TUESDAY: Figures(refunded=1000),
    }
    assert found.rules == {rule.pk: Figures(taken=4000, refunded=1000, fees=90)}
    assert found.total.net == 4000 - 1000 - 90
    (one_day,) = money_of(restaurant, first=TUESDAY, last=TUESDAY)
    assert one_day.total == Figures(refunded=1000)


def test_a_day_ends_at_midnight_on_the_restaurants_clock(restaurant: Restaurant) -> None:
    """22:30 UTC is half past midnight in Amsterdam."""
    paid(booked(restaurant, None), at=datetime(2026, 6, 1, 22, 30, tzinfo=UTC))
    (found,) = money_of(restaurant, first=MONDAY, last=TUESDAY)
    assert list(found.days) == [TUESDAY]


def test_money_counts_on_the_evening_it_was_for(restaurant: Restaurant, rule: DepositRule) -> None:
    payment = paid(booked(restaurant, rule))
    note(payment, FactKind.REFUNDED, 500, at=NOW.replace(day=3))
    (found,) = money_of(restaurant, first=FRIDAY, last=FRIDAY, basis=Basis.VISIT)
    assert found.days == {FRIDAY: Figures(taken=4000, refunded=500)}
    assert money_of(restaurant, first=MONDAY, last=TUESDAY, basis=Basis.VISIT) == []


def test_what_was_kept_is_what_is_left_of_guests_who_did_not_come(
    restaurant: Restaurant, rule: DepositRule
) -> None:
    late, away = booked(restaurant, rule), booked(restaurant, rule)
    came = booked(restaurant, rule)
    note(paid(late), FactKind.REFUNDED, 2000)
    for reservation, status in (
        (late, DepositStatus.FORFEITED),
        (away, DepositStatus.FORFEITED),
        (came, DepositStatus.REDEEMED),
    ):
        if reservation is not late:
            paid(reservation)
        reservation.deposit_status = status
        reservation.cancelled_at = NOW.replace(day=4) if reservation is late else None
        reservation.save()
    (found,) = money_of(restaurant, first=MONDAY, last=FRIDAY)
    assert {day: figures.kept for day, figures in found.days.items()} == {
        MONDAY: 0,
        date(2026, 6, 4): 2000,
        FRIDAY: 4000,
    }
    (visit,) = money_of(restaurant, first=FRIDAY, last=FRIDAY, basis=Basis.VISIT)
    assert visit.total.kept == 6000
    assert visit.rules[rule.pk].kept == 6000


def test_what_failed_afterwards_and_what_was_won_back_does_not_count(
    restaurant: Restaurant,
) -> None:
    payment = paid(booked(restaurant, None))
    note(payment, FactKind.CAPTURED, 1500)
    note(payment, FactKind.CAPTURE_FAILED, 1500)
    note(payment, FactKind.REFUNDED, 700)
    note(payment, FactKind.REFUND_FAILED, 700)
    note(payment, FactKind.DISPUTED, 4000)
    note(payment, FactKind.DISPUTE_WON, 4000)
    note(payment, FactKind.REFUSED)
    (found,) = money_of(restaurant, first=MONDAY, last=MONDAY)
    assert found.total == Figures(taken=4000)


def test_currencies_are_never_added_and_other_houses_never_seen(
    restaurant: Restaurant, rule: DepositRule
) -> None:
    paid(booked(restaurant, rule))
    yen = make_payment(restaurant, currency="JPY")
    note(yen, FactKind.CAPTURED, 3000)
    paid(booked(make_restaurant(), None))
    found = money_of(restaurant, first=MONDAY, last=MONDAY)
    assert [(one.currency, one.total.taken) for one in found] == [("EUR", 4000), ("JPY", 3000)]
    assert found[1].rules == {None: Figures(taken=3000)}


@pytest.mark.parametrize("basis", list(Basis))
def test_two_queries_however_much_there_is(
    restaurant: Restaurant,
    rule: DepositRule,
    basis: Basis,
    django_assert_num_queries: Any,
) -> None:
    for hour in (18, 19, 20, 21):
        paid(booked(restaurant, rule, time=time(hour)))
    with django_assert_num_queries(2):
        assert money_of(restaurant, first=MONDAY, last=date(2027, 6, 1), basis=basis)
