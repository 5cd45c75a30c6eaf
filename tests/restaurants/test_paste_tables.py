from __future__ import annotations

import pytest

from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Table
from restaurants.selectors import rooms_of
from restaurants.services import tables_from_text
from tests.factories import NOW, STAFF, make_restaurant, make_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4))


def paste(restaurant: Restaurant, text: str) -> list[Table]:
    return tables_from_text(restaurant=restaurant, text=text, actor=STAFF, now=NOW)


def test_one_line_makes_tables_and_areas(restaurant: Restaurant) -> None:
    made = paste(restaurant, "4x2, 3x4 terrace, bar 10")
    assert [table.number for table in made][:8] == ["3", "4", "5", "6", "T1", "T2", "T3", "B1"]
    assert list(restaurant.areas.values_list("name", "is_outdoor")) == [
        ("Main room", False),
        ("Terrace", True),
        ("Bar", False),
    ]
    assert sum(table.seats for table in made) == 4 * 2 + 3 * 4 + 10
    assert sum(len(room.places) for room in rooms_of(restaurant)) == 19
    assert AuditEntry.objects.filter(action="restaurants.table.created").count() == 17


def test_a_restaurant_without_areas_gets_one() -> None:
    restaurant = make_restaurant(tables=())
    restaurant.areas.all().delete()
    (table,) = paste(restaurant, "1x2")
    assert (table.number, table.area.name) == ("1", "Main room")


def test_the_number_of_an_archived_table_stays_its_own(restaurant: Restaurant) -> None:
    make_table(restaurant, number="3", seats=2, is_active=False)
    assert [table.number for table in paste(restaurant, "2x2")] == ["4", "5"]
    with pytest.raises(ValidationFailed) as caught:
        paste(restaurant, "2-3 x4")
    assert [(e.code, e.pointer) for e in caught.value.errors] == [("taken", "/text")] * 2


def test_a_part_at_fault_makes_nothing_and_is_named(restaurant: Restaurant) -> None:
    with pytest.raises(ValidationFailed) as caught:
        paste(restaurant, "4x2, lots of room")
    assert "lots of room" in caught.value.errors[0].detail
    assert restaurant.tables.count() == 2
