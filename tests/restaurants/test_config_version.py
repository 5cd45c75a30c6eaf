from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from django.db import connection, transaction

from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)
from tests.factories import make_combination, make_restaurant, make_table

pytestmark = pytest.mark.django_db


def version(restaurant: Restaurant) -> int:
    return Restaurant.objects.values_list("config_version", flat=True).get(pk=restaurant.pk)


@pytest.fixture
def restaurant() -> Restaurant:
    restaurant = make_restaurant(tables=(2, 4))
    make_combination(restaurant, *restaurant.tables.all())
    period = restaurant.service_periods.get()
    SpecialDay.objects.create(
        restaurant=restaurant,
        name="Christmas",
        date_from=date(2026, 12, 25),
        date_to=date(2026, 12, 26),
    )
    SlotOverride.objects.create(
        restaurant=restaurant, date=date(2026, 7, 1), starts=time(18), ends=time(19)
    )
    TableAccessInPeriod.objects.create(
        table=restaurant.tables.get(number="1"), service_period=period, access="in_house"
    )
    return restaurant


CHANGES: dict[str, Callable[[Restaurant], object]] = {
    "policy": lambda r: BookingPolicy.objects.filter(restaurant=r).update(horizon_days=7),
    "period": lambda r: ServicePeriod.objects.filter(restaurant=r).update(last_seating=time(21)),
    "special day": lambda r: SpecialDay.objects.filter(restaurant=r).update(note="closed"),
    "override": lambda r: SlotOverride.objects.filter(restaurant=r).update(max_party=4),
    "turn time": lambda r: TurnTimeRule.objects.filter(restaurant=r).update(name="Always"),
    "area": lambda r: Area.objects.filter(restaurant=r).update(name="Hall"),
    "table": lambda r: Table.objects.filter(restaurant=r).update(priority=3),
    "access": lambda r: TableAccessInPeriod.objects.filter(table__restaurant=r).update(
        access="online"
    ),
    "combination": lambda r: Combination.objects.filter(restaurant=r).update(priority=3),
    "member": lambda r: CombinationMember.objects.filter(combination__restaurant=r).update(
        position=9
    ),
    "restaurant": lambda r: Restaurant.objects.filter(pk=r.pk).update(timezone="Europe/Berlin"),
    "insert": lambda r: make_table(r, number="9", seats=4),
    "delete": lambda r: SlotOverride.objects.filter(restaurant=r).delete(),
    "raw delete": lambda r: TableAccessInPeriod.objects.filter(table__restaurant=r)._raw_delete(
        "default"
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_moves_the_version_of_its_restaurant_only(
    restaurant: Restaurant, what: str
) -> None:
    other = make_restaurant()
    before, others = version(restaurant), version(other)

    CHANGES[what](restaurant)

    assert version(restaurant) > before
    assert version(other) == others


def test_an_update_that_changes_nothing_keeps_the_version_of_the_restaurant_row() -> None:
    restaurant = make_restaurant()
    before = version(restaurant)

    Restaurant.objects.filter(pk=restaurant.pk).update(timezone=restaurant.timezone)

    assert version(restaurant) == before


def test_a_stale_object_cannot_turn_the_version_back() -> None:
    restaurant = make_restaurant()
    stale = Restaurant.objects.get(pk=restaurant.pk)
    restaurant.tables.update(priority=1)
    before = version(restaurant)

    stale.save()

    assert version(restaurant) > before


def test_a_version_that_was_rolled_back_never_names_another_state() -> None:
    restaurant = make_restaurant()
    with transaction.atomic():
        restaurant.tables.update(priority=1)
        tried = version(restaurant)
        transaction.set_rollback(True)
    assert version(restaurant) < tried

    restaurant.tables.update(priority=2)

    assert version(restaurant) > tried


def test_one_statement_over_many_restaurants_moves_each_once() -> None:
    restaurants = [make_restaurant() for _ in range(3)]
    before = [version(r) for r in restaurants]

    Table.objects.filter(restaurant__in=restaurants).update(priority=5)

    assert all(version(r) > old for r, old in zip(restaurants, before, strict=True))


def test_a_row_that_moves_changes_both_restaurants() -> None:
    one, other = make_restaurant(), make_restaurant()
    SlotOverride.objects.create(
        restaurant=one, date=date(2026, 7, 1), starts=time(18), ends=time(19)
    )
    before = version(one), version(other)

    SlotOverride.objects.update(restaurant=other)

    assert version(one) > before[0]
    assert version(other) > before[1]


@pytest.mark.django_db(transaction=True)
def test_a_booking_does_not_wait_for_a_change_of_settings() -> None:
    restaurant = make_restaurant()
    rival = connection.copy()
    try:
        with transaction.atomic():
            restaurant.tables.update(priority=1)
            with rival.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
                # What a foreign key check takes when a reservation is inserted.
                cursor.execute(
                    "SELECT 1 FROM restaurants_restaurant WHERE id = %s FOR KEY SHARE",
                    [restaurant.pk],
                )
                assert cursor.fetchone() == (1,)
    finally:
        rival.close()
