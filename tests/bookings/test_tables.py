from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from bookings.errors import SlotUnavailable, TableTaken, TableUnsuitable
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_assign_tables,
    reservation_auto_assign,
    reservation_create,
    service_optimise,
    table_block,
    table_unblock,
)
from reservehub.core.errors import ValidationFailed
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def tables_of(reservation: Reservation) -> list[int]:
    rows = Occupancy.objects.filter(reservation=reservation).order_by("table_id")
    return [row.table_id for row in rows]


def assign(reservation: Reservation, *table_ids: int, **options: Any) -> Reservation:
    return reservation_assign_tables(
        reservation_id=reservation.pk, table_ids=table_ids, actor=STAFF, now=NOW, **options
    )


def test_staff_give_a_party_another_table_and_lock_it() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    four = restaurant.tables.get(seats=4)
    reservation = assign(book(restaurant), four.pk)
    assert tables_of(reservation) == [four.pk]
    assert reservation.is_table_locked


def test_a_taken_table_is_refused_and_nothing_changes() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    before = tables_of(first)
    with pytest.raises(TableTaken):
        assign(first, *tables_of(second), overrides=frozenset({"capacity"}))
    assert tables_of(first) == before


def test_an_unsuitable_table_needs_an_override() -> None:
    restaurant = make_restaurant(tables=(4, 2))
    two = restaurant.tables.get(seats=2)
    reservation = book(restaurant, party_size=4)
    with pytest.raises(TableUnsuitable) as refused:
        assign(reservation, two.pk)
    assert refused.value.extra["reasons"] == ["table_too_small"]
    assert tables_of(assign(reservation, two.pk, overrides=frozenset({"capacity"}))) == [two.pk]


def test_a_table_of_another_restaurant_is_unknown() -> None:
    stranger = make_restaurant().tables.first()
    assert stranger is not None
    with pytest.raises(ValidationFailed):
        assign(book(make_restaurant()), stranger.pk)


def test_automatic_assignment_unlocks_and_takes_the_best_table() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    two, four = restaurant.tables.order_by("seats")
    reservation = assign(book(restaurant), four.pk)
    again = reservation_auto_assign(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert tables_of(again) == [two.pk]
    assert not again.is_table_locked


def test_a_blocked_table_cannot_be_booked_until_it_is_freed() -> None:
    restaurant = make_restaurant(tables=(2,))
    table = restaurant.tables.get()
    start = book(restaurant, time=time(18)).starts_at + timedelta(hours=1, minutes=30)
    block = table_block(
        restaurant_id=restaurant.pk,
        table_ids=(table.pk,),
        starts_at=start,
        ends_at=start + timedelta(hours=6),
        reason="Wobbly leg",
        actor=STAFF,
        now=NOW,
    )
    with pytest.raises(SlotUnavailable):
        book(restaurant, time=time(20))
    table_unblock(block_id=block.pk, restaurant_id=restaurant.pk, actor=STAFF, now=NOW)
    book(restaurant, time=time(20))


def test_a_block_never_cancels_a_booking() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = book(restaurant)
    with pytest.raises(TableTaken):
        table_block(
            restaurant_id=restaurant.pk,
            table_ids=tuple(tables_of(reservation)),
            starts_at=NOW,
            ends_at=NOW + timedelta(days=30),
            actor=STAFF,
            now=NOW,
        )


def test_optimising_proposes_first_and_applies_on_demand() -> None:
    """Two couples sit on 4-tops although the 2-tops are free: a re-pack brings them home."""
    restaurant = make_restaurant(tables=(2, 2, 4, 4))
    fours = list(restaurant.tables.filter(seats=4))
    couples = [assign(book(restaurant), four.pk, lock=False) for four in fours]

    proposal = service_optimise(
        restaurant_id=restaurant.pk, date=FRIDAY, apply=False, actor=STAFF, now=NOW
    )
    assert len(proposal.moves) == 2
    assert tables_of(couples[0]) == [fours[0].pk]

    service_optimise(restaurant_id=restaurant.pk, date=FRIDAY, apply=True, actor=STAFF, now=NOW)
    assert all(Occupancy.objects.get(reservation=couple).table.seats == 2 for couple in couples)
    again = service_optimise(
        restaurant_id=restaurant.pk, date=FRIDAY, apply=True, actor=STAFF, now=NOW
    )
    assert again.moves == ()


def test_optimising_leaves_locked_tables_alone() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    four = restaurant.tables.get(seats=4)
    reservation = assign(book(restaurant), four.pk)
    service_optimise(restaurant_id=restaurant.pk, date=FRIDAY, apply=True, actor=STAFF, now=NOW)
    assert tables_of(reservation) == [four.pk]
