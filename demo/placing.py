"""Putting the tables of the demo on their floor plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from demo.bulk import rows_insert
from demo.houses import HOUSES
from demo.rooms import DRAWN, DrawnRoom
from demo.scenery import sceneries_create, scenery_name
from restaurants.layout import Spot, auto_layout
from restaurants.models import FloorPlan, Restaurant, Table, TablePlacement
from restaurants.selectors import to_place


def plans_ensure() -> None:
    """Floor plans for the restaurants of the demo that never had one."""
    slugs = [house.slug for house in HOUSES]
    bare = Restaurant.objects.filter(slug__in=slugs, floor_plans=None).order_by("pk")
    restaurants = {restaurant.pk: restaurant for restaurant in bare}
    if not restaurants:
        return
    sceneries_create(DRAWN)
    tables: dict[int, list[Table]] = {key: [] for key in restaurants}
    rows = Table.objects.filter(restaurant__in=restaurants, is_active=True)
    for table in rows.select_related("area").order_by("pk"):
        tables[table.restaurant_id].append(table)
    drafts = [one for key, place in restaurants.items() for one in _plans(place, tables[key])]
    rows_insert([plan for plan, _spots in drafts])
    rows_insert(
        [_placement(plan, key, spot) for plan, spots in drafts for key, spot in spots.items()]
    )


def _plans(place: Restaurant, tables: list[Table]) -> Iterator[tuple[FloorPlan, dict[int, Spot]]]:
    """The plans of one restaurant and where its tables stand, by key."""
    rooms = DRAWN.get(place.slug)
    if rooms is None:
        layout = auto_layout(map(to_place, tables))
        yield (
            FloorPlan(restaurant=place, name="Floor", width=layout.width, height=layout.height),
            layout.spots,
        )
        return
    by_number = {table.number: table.pk for table in tables}
    for number, room in enumerate(rooms, start=1):
        yield _drawn(place, room, number), _spots(room, by_number)


def _drawn(place: Restaurant, room: DrawnRoom, number: int) -> FloorPlan:
    return FloorPlan(
        restaurant=place,
        name=room.name,
        position=number,
        width=room.width,
        height=room.height,
        background=scenery_name(place.slug, number),
    )


def _spots(room: DrawnRoom, by_number: Mapping[str, int]) -> dict[int, Spot]:
    return {by_number[n]: spot for n, spot in room.spots.items() if n in by_number}


def _placement(plan: FloorPlan, table_id: int, spot: Spot) -> TablePlacement:
    return TablePlacement(
        plan=plan,
        table_id=table_id,
        x=spot.x,
        y=spot.y,
        width=spot.width,
        height=spot.height,
        rotation=spot.rotation,
        shape=spot.shape,
    )
