"""Looking at some tables only gives what looking at all of them would have given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_arrive,
    reservation_assign_tables,
    reservation_complete,
    reservation_create,
    reservation_seat,
    reservation_undo,
)
from restaurants.models import Restaurant
from staff.reading import Seen, look, look_again
from tests.factories import GUEST, NOW, STAFF, a_request, make_combination, make_restaurant
from tests.staff.test_socket import SEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    restaurant = make_restaurant(tables=(2, 2, 4))
    first, second, _third = restaurant.tables.order_by("pk")
    make_combination(restaurant, first, second)
    return restaurant


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    request = a_request(restaurant, **fields)
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


def steps(restaurant: Restaurant) -> Iterator[tuple[Callable[..., Any], Reservation, Any]]:
    """A pair at a table that a joined party needs later, and a party that moves."""
    ids = list(restaurant.tables.order_by("pk").values_list("pk", flat=True))
    pair, large = book(restaurant, party_size=2), book(restaurant, party_size=4)
    joined = book(restaurant, party_size=4, time=SEVEN.replace(hour=21, minute=30).time())
    yield reservation_assign_tables, joined, {"table_ids": tuple(ids[:2])}
    yield reservation_arrive, pair, {}
    yield reservation_seat, pair, {}
    yield reservation_arrive, large, {}
    yield reservation_undo, large, {}
    yield reservation_seat, large, {}
    yield reservation_complete, pair, {}
    yield reservation_undo, pair, {}
    yield reservation_complete, large, {}


def seen(restaurant: Restaurant, now: datetime) -> Seen:
    found = look(restaurant.pk, now=now, known=None)
    assert found is not None
    return found


def test_a_part_looked_at_again_agrees_with_the_whole(restaurant: Restaurant) -> None:
    known = None
    for number, (step, visit, arguments) in enumerate(steps(restaurant)):
        now = SEVEN + timedelta(minutes=number)
        known = known or seen(restaurant, now)
        before = set(Occupancy.objects.filter(reservation=visit).values_list("table", flat=True))
        step(reservation_id=visit.pk, actor=STAFF, now=now, **arguments)
        after = set(Occupancy.objects.filter(reservation=visit).values_list("table", flat=True))
        whole = seen(restaurant, now)
        part = look_again(known, now=now, table_ids=before | after)
        assert part.floor.tables == whole.floor.tables
        assert part.floor.unassigned == whole.floor.unassigned
        known = whole


def test_nothing_is_read_twice_while_nothing_changes(
    restaurant: Restaurant, django_assert_num_queries: Any
) -> None:
    book(restaurant)
    known = seen(restaurant, SEVEN)
    table = restaurant.tables.latest("pk")
    with django_assert_num_queries(2):
        assert look(restaurant.pk, now=SEVEN + timedelta(minutes=1), known=known) is known
    with django_assert_num_queries(2):
        look_again(known, now=SEVEN, table_ids=[table.pk])


def test_time_alone_makes_it_look(restaurant: Restaurant) -> None:
    book(restaurant)
    known = seen(restaurant, SEVEN - timedelta(minutes=1))
    later = look(restaurant.pk, now=SEVEN, known=known)
    assert later is not None
    assert later is not known
