from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.houses import HOUSES
from demo.rooms import DRAWN, DrawnRoom
from restaurants.layout import GRID, Spot, ToPlace, auto_layout, box_of, natural_key, snap

TYPES = st.sampled_from(["standard", "bar", "high_top", "booth", "outdoor", "private"])


@st.composite
def some_tables(draw: st.DrawFn) -> list[ToPlace]:
    areas = ["Main room", "Terrace", "Bar"]
    return [
        ToPlace(
            key=key,
            number=str(key),
            area=areas[area],
            area_position=area,
            seats=seats,
            table_type=kind,
        )
        for key, (area, seats, kind) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.integers(0, 2), st.integers(1, 20), TYPES), min_size=1, max_size=80
                )
            )
        )
    ]


def overlap(one: Spot, other: Spot) -> bool:
    a, b = box_of(one), box_of(other)
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


@given(some_tables())
def test_no_two_tables_touch_and_none_leaves_the_canvas(tables: list[ToPlace]) -> None:
    layout = auto_layout(tables)
    assert set(layout.spots) == {table.key for table in tables}
    for spot in layout.spots.values():
        box = box_of(spot)
        assert 0 <= box.left < box.right <= layout.width
        assert 0 <= box.top < box.bottom <= layout.height
        assert spot.x % GRID == spot.y % GRID == 0
    assert not any(overlap(a, b) for a, b in combinations(layout.spots.values(), 2))


@given(some_tables())
def test_the_order_in_which_tables_come_does_not_matter(tables: list[ToPlace]) -> None:
    assert auto_layout(tables) == auto_layout(reversed(tables))


def test_areas_stand_one_below_the_other() -> None:
    tables = [
        ToPlace(key=n, number=str(n), area=area, area_position=n % 2, seats=4)
        for n, area in enumerate(["Main room", "Terrace"] * 6)
    ]
    spots = auto_layout(tables).spots
    assert max(spots[n].y for n in range(0, 12, 2)) < min(spots[n].y for n in range(1, 12, 2))


def test_numbers_are_sorted_as_people_do() -> None:
    assert sorted(["T10", "2", "T2", "10", "B1"], key=natural_key) == ["2", "10", "B1", "T2", "T10"]


@given(st.floats(-1000, 5000))
def test_snapping_moves_by_half_a_step_at_most(length: float) -> None:
    assert abs(snap(length) - length) <= GRID / 2
    assert snap(snap(length)) == snap(length)


def test_a_turned_table_needs_the_room_of_its_corners() -> None:
    box = box_of(Spot(x=100, y=100, width=140, height=80, rotation=90, shape="rectangle"))
    assert (box.left, box.top, box.right, box.bottom) == (130, 70, 210, 210)


@pytest.mark.parametrize("slug", DRAWN)
def test_every_table_of_a_drawn_house_has_its_place(slug: str) -> None:
    house = next(house for house in HOUSES if house.slug == slug)
    numbers = sorted(number for group in house.tables for number in group.numbers)
    assert sorted(number for room in DRAWN[slug] for number in room.spots) == numbers


@pytest.mark.parametrize("room", [room for rooms in DRAWN.values() for room in rooms])
def test_nothing_of_a_drawn_house_overlaps(room: DrawnRoom) -> None:
    for number, spot in room.spots.items():
        box = box_of(spot)
        assert 0 <= box.left < box.right <= room.width, number
        assert 0 <= box.top < box.bottom <= room.height, number
    pairs = combinations(room.spots.items(), 2)
    assert [(a[0], b[0]) for a, b in pairs if overlap(a[1], b[1])] == []
