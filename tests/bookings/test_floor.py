"""The floor as read from the database: states, signs, parties without a table, and its price."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bookings.floor import TableState
from bookings.models import Reservation
from bookings.presenters.floor import floor_data
from bookings.selectors.floor import Floor, day_floor_of, floor_of, service_date_at
from bookings.services import (
    reservation_arrive,
    reservation_complete,
    reservation_create,
    reservation_seat,
    table_block,
)
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db

SEVEN = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
"""Friday 19:00 in Amsterdam."""


def book(restaurant: Restaurant, **fields: object) -> Reservation:
    request = a_request(restaurant, **fields)
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


def live(restaurant: Restaurant, at: datetime) -> Floor:
    restaurant.refresh_from_db()
    day = service_date_at(restaurant, at)
    return floor_of(restaurant, service_date=day, at=at, now=at, is_live=True)


def states(restaurant: Restaurant, at: datetime) -> list[str]:
    return [view.state.value for view in live(restaurant, at).tables]


def test_an_evening_shows_its_life() -> None:
    restaurant = make_restaurant(tables=(2,))
    visit = book(restaurant)
    step: dict[str, Any] = {"reservation_id": visit.pk, "actor": STAFF}
    assert states(restaurant, SEVEN - timedelta(minutes=91)) == ["available"]
    assert states(restaurant, SEVEN - timedelta(minutes=90)) == ["soon"]
    assert states(restaurant, SEVEN) == ["late"]
    reservation_arrive(**step, now=SEVEN)
    assert states(restaurant, SEVEN + timedelta(minutes=5)) == ["arrived"]
    reservation_seat(**step, now=SEVEN + timedelta(minutes=5))
    assert states(restaurant, SEVEN + timedelta(minutes=6)) == ["seated"]
    assert states(restaurant, SEVEN + timedelta(minutes=81)) == ["finishing"]
    assert states(restaurant, SEVEN + timedelta(minutes=95)) == ["overtime"]
    assert states(restaurant, SEVEN + timedelta(hours=4)) == ["overtime"]
    reservation_complete(**step, now=SEVEN + timedelta(hours=4))
    assert states(restaurant, SEVEN + timedelta(hours=5)) == ["available"]


def test_a_blocked_table_is_grey_with_its_reason() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    first, second = restaurant.tables.all()
    table_block(
        restaurant_id=restaurant.pk,
        table_ids=(first.pk,),
        starts_at=SEVEN,
        ends_at=SEVEN + timedelta(hours=1),
        reason="wobbly",
        actor=STAFF,
        now=NOW,
    )
    shown = floor_data(live(restaurant, SEVEN), restaurant)["tables"]
    assert [one["colour"] for one in shown] == ["grey", "green"]
    assert [(one["line"], one["time"]) for one in shown] == [("wobbly", "until 20:00"), ("", "")]
    assert second.pk == shown[1]["table_id"]


def test_a_party_without_a_table_stands_beside_the_plan() -> None:
    restaurant = make_restaurant(tables=(2,))
    visit = book(restaurant)
    visit.occupancies.all().delete()
    floor = live(restaurant, SEVEN)
    assert [one.reservation_id for one in floor.unassigned] == [visit.pk]
    assert floor.tables[0].state is TableState.AVAILABLE


def test_a_plan_of_the_evening_shows_bookings_not_lateness() -> None:
    restaurant = make_restaurant(tables=(2,))
    book(restaurant, guest_name="Anna de Vries")
    floor = floor_of(
        restaurant,
        service_date=FRIDAY,
        at=SEVEN + timedelta(minutes=20),
        now=NOW,
        is_live=False,
    )
    [table] = floor_data(floor, restaurant)["tables"]
    assert (table["status"], table["line"], table["time"]) == ("confirmed", "2 Anna", "19:00")


def test_a_day_is_red_only_if_it_is_mostly_booked() -> None:
    restaurant = make_restaurant(tables=(2,))
    book(restaurant, time=time(18))
    day = day_floor_of(restaurant, service_date=FRIDAY, now=NOW)
    assert day.tables[0].state is TableState.AVAILABLE
    book(restaurant, time=time(20))
    book(restaurant, time=time(22))
    day = day_floor_of(restaurant, service_date=FRIDAY, now=NOW)
    assert day.tables[0].state is TableState.CONFIRMED


def test_health_is_not_shown_to_those_who_may_not_see_it() -> None:
    restaurant = make_restaurant(tables=(2,))
    visit = book(restaurant)
    Reservation.objects.filter(pk=visit.pk).update(dietary_restrictions=["nuts"], is_vip=True)
    floor = live(restaurant, SEVEN)
    [open_to_all] = floor_data(floor, restaurant, sees_contact=False)["tables"]
    [to_hosts] = floor_data(floor, restaurant)["tables"]
    assert set(to_hosts["signs"]) - set(open_to_all["signs"]) == {"allergy"}


@pytest.mark.parametrize("parties", [1, 12])
def test_a_floor_of_any_size_costs_three_queries(
    parties: int, django_assert_max_num_queries: object
) -> None:
    restaurant = make_restaurant(tables=(2,) * 12)
    for _ in range(parties):
        book(restaurant)
    restaurant = Restaurant.objects.get(pk=restaurant.pk)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        live(restaurant, SEVEN)
