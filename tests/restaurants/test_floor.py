from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from restaurants.models import Area, FloorPlan, Restaurant, TablePlacement
from restaurants.selectors import rooms_of
from tests.factories import make_restaurant, make_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4, 6))


def make_plan(restaurant: Restaurant, name: str = "Ground floor", **fields: object) -> FloorPlan:
    return FloorPlan.objects.create(restaurant=restaurant, name=name, **fields)


def put(plan: FloorPlan, number: str, x: int = 100, y: int = 100, **fields: object) -> None:
    table = plan.restaurant.tables.get(number=number)
    TablePlacement.objects.create(
        plan=plan, table=table, x=x, y=y, **{"width": 70, "height": 70, **fields}
    )


def test_a_restaurant_without_a_plan_gets_one_laid_out(restaurant: Restaurant) -> None:
    (room,) = rooms_of(restaurant)
    assert room.plan is None
    assert [place.table.number for place in room.places] == ["1", "2", "3"]


def test_tables_stand_where_the_plan_says(restaurant: Restaurant) -> None:
    plan = make_plan(restaurant)
    put(plan, "1", 40, 50, rotation=90, shape="round")
    upstairs = make_plan(restaurant, "First floor", position=1)
    put(upstairs, "2")
    put(upstairs, "3", 300)
    rooms = rooms_of(restaurant)
    assert [(room.name, [p.table.number for p in room.places]) for room in rooms] == [
        ("Ground floor", ["1"]),
        ("First floor", ["2", "3"]),
    ]
    spot = rooms[0].places[0].spot
    assert (spot.x, spot.y, spot.rotation, spot.shape) == (40, 50, 90, "round")


def test_a_table_that_stands_nowhere_is_shown_below(restaurant: Restaurant) -> None:
    plan = make_plan(restaurant)
    put(plan, "1")
    (room,) = rooms_of(restaurant)
    assert [place.table.number for place in room.places] == ["1", "2", "3"]
    assert room.height > plan.height
    assert all(place.spot.y >= plan.height for place in room.places[1:])


def test_archived_tables_and_plans_are_out_of_sight(restaurant: Restaurant) -> None:
    plan = make_plan(restaurant)
    put(plan, "1")
    put(make_plan(restaurant, "Old", is_active=False), "2")
    restaurant.tables.filter(number="1").update(is_active=False)
    (room,) = rooms_of(restaurant)
    assert [place.table.number for place in room.places] == ["2", "3"]


def test_the_rooms_need_three_queries(
    restaurant: Restaurant, django_assert_max_num_queries: object
) -> None:
    for number in range(4, 40):
        make_table(restaurant, number=str(number), seats=4)
    put(make_plan(restaurant), "1")
    put(make_plan(restaurant, "Upstairs"), "2")
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        rooms = rooms_of(restaurant)
        assert sum(len(room.zones) for room in rooms) == 2


def test_zones_surround_the_tables_of_their_area(restaurant: Restaurant) -> None:
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace", position=1)
    restaurant.tables.filter(number="3").update(area=terrace)
    plan = make_plan(restaurant)
    put(plan, "1", 100, 100)
    put(plan, "2", 300, 200)
    put(plan, "3", 600, 600)
    (room,) = rooms_of(restaurant)
    assert [(z.name, z.x, z.y, z.width, z.height) for z in room.zones] == [
        ("Main room", 100, 100, 270, 170),
        ("Terrace", 600, 600, 70, 70),
    ]


@pytest.mark.parametrize(
    "bad", [{"width": 20}, {"rotation": 360}, {"shape": "triangle"}, {"x": 5000}]
)
def test_the_database_refuses_impossible_places(
    restaurant: Restaurant, bad: dict[str, object]
) -> None:
    plan = make_plan(restaurant)
    with pytest.raises(IntegrityError), transaction.atomic():
        put(plan, "1", **bad)  # type: ignore[arg-type]


def test_a_table_stands_once(restaurant: Restaurant) -> None:
    put(make_plan(restaurant), "1")
    with pytest.raises(IntegrityError), transaction.atomic():
        put(make_plan(restaurant, "Upstairs"), "1")


def test_the_name_of_an_archived_plan_may_be_used_again(restaurant: Restaurant) -> None:
    make_plan(restaurant, is_active=False)
    make_plan(restaurant)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_plan(restaurant)
