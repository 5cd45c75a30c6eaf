from __future__ import annotations

from typing import Any

import pytest

from bookings.services import reservation_create
from reservehub.core.errors import ValidationFailed, VersionConflict
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.errors import TableHasFutureBookings
from restaurants.models import FloorPlan, Restaurant
from restaurants.selectors import draft_of, published_draft, rooms_of
from restaurants.services import (
    plan_archive,
    plan_create,
    plan_draft_discard,
    plan_draft_save,
    plan_preview,
    plan_publish,
    plan_rename,
    plan_unarchive,
    plans_reorder,
    table_archive,
)
from tests.factories import NOW, STAFF, a_request, make_restaurant, make_table

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": STAFF, "now": NOW}


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4, 6))


@pytest.fixture
def plan(restaurant: Restaurant) -> FloorPlan:
    """Published, with all three tables."""
    plan = plan_create(restaurant=restaurant, name="Ground floor", **WHO)
    return plan_publish(plan_id=plan.pk, version=plan.version, **WHO)


def save(plan: FloorPlan, change: Any) -> FloorPlan:
    document = draft_of(plan).as_json()
    change(document)
    return plan_draft_save(plan_id=plan.pk, version=plan.version, document=document, **WHO)


def publish(plan: FloorPlan) -> FloorPlan:
    return plan_publish(plan_id=plan.pk, version=plan.version, **WHO)


def a_new_table(**values: Any) -> dict[str, Any]:
    return {
        "key": "n1",
        "id": None,
        "number": "9",
        "name": "",
        "area": "Terrace",
        "min_party": 1,
        "seats": 2,
        "max_party": 2,
        "type": "outdoor",
        "features": [],
        "x": 600,
        "y": 500,
        "width": 70,
        "height": 70,
        "rotation": 0,
        "shape": "round",
        **values,
    }


def test_a_new_plan_begins_with_all_tables_as_a_draft(restaurant: Restaurant) -> None:
    plan = plan_create(restaurant=restaurant, name="Ground floor", **WHO)
    assert [one.number for one in draft_of(plan).tables] == ["1", "2", "3"]
    assert not plan.placements.exists()


def test_nobody_sees_a_draft_until_it_is_published(plan: FloorPlan) -> None:
    before = rooms_of(plan.restaurant)
    drafted = save(plan, lambda d: d["tables"][0].update(x=700))
    assert rooms_of(plan.restaurant) == before
    done = publish(drafted)
    assert rooms_of(plan.restaurant)[0].places[0].spot.x == 700
    assert (done.draft, done.version) == (None, plan.version + 2)


def test_publishing_makes_tables_areas_and_combinations(plan: FloorPlan) -> None:
    def change(document: dict[str, Any]) -> None:
        document["tables"][0].update(seats=4, max_party=5, features=["window"])
        document["tables"].append(a_new_table())
        document["combinations"].append(
            {
                "id": None,
                "name": "2 + 3",
                "tables": ["t2", "t3"],
                "min_party": 7,
                "max_party": 10,
                "is_row": False,
            }
        )
        second, third = (one["key"] for one in document["tables"][1:3])
        document["combinations"][0]["tables"] = [second, third]

    publish(save(plan, change))
    one = plan.restaurant.tables.get(number="1")
    assert (one.seats, one.max_party, one.features) == (4, 5, ["window"])
    made = plan.restaurant.tables.get(number="9")
    assert (made.area.name, made.area.is_outdoor, made.placement.x) == ("Terrace", True, 600)
    combined = plan.restaurant.combinations.get()
    assert [m.table.number for m in combined.members.all()] == ["2", "3"]
    entry = AuditEntry.objects.get(action="restaurants.floorplan.published", after__tables=4)
    assert entry.after is not None
    assert "added 9" in entry.after["changes"]
    assert OutboxEvent.objects.filter(
        name="restaurants.config.changed", payload__what="floorplan"
    ).exists()


def test_a_combination_taken_apart_is_gone(plan: FloorPlan) -> None:
    keys = [one.key for one in published_draft(plan).tables]
    body = {"id": None, "name": "A", "tables": keys[:2], "min_party": 3, "max_party": 6}
    plan = publish(save(plan, lambda d: d["combinations"].append(body | {"is_row": False})))
    assert plan.restaurant.combinations.count() == 1
    publish(save(plan, lambda d: d["combinations"].clear()))
    assert plan.restaurant.combinations.count() == 0


def test_a_removed_table_is_archived(plan: FloorPlan) -> None:
    publish(save(plan, lambda d: d["tables"].pop(0)))
    assert list(plan.restaurant.tables.filter(is_active=True).values_list("number", flat=True)) == [
        "2",
        "3",
    ]
    assert plan.restaurant.tables.filter(number="1", is_active=False).exists()


def test_a_table_with_bookings_ahead_stays_until_they_are_moved(plan: FloorPlan) -> None:
    booked = reservation_create(request=a_request(plan.restaurant), **WHO).reservation
    number = booked.occupancies.get().table.number
    drafted = save(
        plan,
        lambda d: d.update(tables=[one for one in d["tables"] if one["number"] != number]),
    )
    preview = plan_preview(plan_id=plan.pk, **WHO)
    assert not preview.may_be_published
    assert [one["reservation_id"] for one in preview.in_the_way] == [booked.pk]
    with pytest.raises(TableHasFutureBookings) as caught:
        publish(drafted)
    assert caught.value.extra["stranded"][0]["reference"] == booked.reference
    assert plan.placements.count() == 3


def test_the_dry_run_lists_what_smaller_tables_would_strand(plan: FloorPlan) -> None:
    request = a_request(plan.restaurant, party_size=6)
    booked = reservation_create(request=request, **WHO).reservation
    save(plan, lambda d: d["tables"][2].update(seats=4, max_party=4))
    preview = plan_preview(plan_id=plan.pk, **WHO)
    assert [one["reservation_id"] for one in preview.stranded] == [booked.pk]
    assert preview.may_be_published
    assert plan.restaurant.tables.get(number="3").seats == 6


def test_tables_may_swap_their_numbers(plan: FloorPlan) -> None:
    def change(document: dict[str, Any]) -> None:
        numbers = [one["number"] for one in document["tables"]]
        for one, number in zip(document["tables"], [*numbers[1:], numbers[0]], strict=True):
            one["number"] = number

    before = {t.number: t.pk for t in plan.restaurant.tables.all()}
    publish(save(plan, change))
    after = {t.number: t.pk for t in plan.restaurant.tables.all()}
    assert after == {"2": before["1"], "3": before["2"], "1": before["3"]}


def test_a_new_table_with_the_number_of_an_archived_one_is_that_one(plan: FloorPlan) -> None:
    old = make_table(plan.restaurant, number="9", seats=8, is_active=False)
    publish(save(plan, lambda d: d["tables"].append(a_new_table())))
    old.refresh_from_db()
    assert (old.is_active, old.seats, old.area.name) == (True, 2, "Terrace")


def test_a_number_of_another_plan_is_refused(plan: FloorPlan) -> None:
    make_table(plan.restaurant, number="9", seats=2)
    drafted = save(plan, lambda d: d["tables"].append(a_new_table()))
    with pytest.raises(ValidationFailed) as caught:
        publish(drafted)
    assert [error.code for error in caught.value.errors] == ["number_taken"]


def test_a_faulty_draft_is_kept_but_not_published(plan: FloorPlan) -> None:
    drafted = save(plan, lambda d: d["tables"][0].update(number="2", x=3990))
    assert draft_of(drafted).tables[0].number == "2"
    with pytest.raises(ValidationFailed) as caught:
        publish(drafted)
    assert {error.code for error in caught.value.errors} == {"number_twice", "outside"}


def test_the_slower_of_two_editors_is_told_by_whom(plan: FloorPlan) -> None:
    save(plan, lambda d: d["tables"][0].update(x=700))
    with pytest.raises(VersionConflict) as caught:
        save(plan, lambda d: d["tables"][0].update(x=200))
    assert "Maria" in str(caught.value)
    assert caught.value.extra["version"] == plan.version + 1


def test_tables_of_strangers_are_refused(plan: FloorPlan) -> None:
    other = make_restaurant().tables.first()
    assert other is not None
    with pytest.raises(ValidationFailed) as caught:
        save(plan, lambda d: d["tables"][0].update(id=other.pk))
    assert caught.value.errors[0].pointer == "/tables/0/id"


def test_discarding_goes_back_to_what_is_published(plan: FloorPlan) -> None:
    drafted = save(plan, lambda d: d["tables"].clear())
    back = plan_draft_discard(plan_id=plan.pk, version=drafted.version, **WHO)
    assert len(draft_of(back).tables) == 3


def test_a_table_archived_meanwhile_leaves_the_draft(plan: FloorPlan) -> None:
    drafted = save(plan, lambda d: d["tables"][1].update(x=700))
    table_archive(table_id=plan.restaurant.tables.get(number="1").pk, **WHO)
    assert [one.number for one in draft_of(drafted).tables] == ["2", "3"]
    publish(drafted)
    assert not plan.restaurant.tables.get(number="1").is_active


def test_an_archived_plan_gives_its_tables_back(plan: FloorPlan) -> None:
    plan_archive(plan_id=plan.pk, **WHO)
    (room,) = rooms_of(plan.restaurant)
    assert (room.plan, len(room.places)) == (None, 3)
    other = plan_create(restaurant=plan.restaurant, name="Ground floor", **WHO)
    assert len(draft_of(other).tables) == 3
    with pytest.raises(ValidationFailed):
        plan_unarchive(plan_id=plan.pk, **WHO)
    publish(other)
    assert len(rooms_of(plan.restaurant)[0].places) == 3


def test_plans_are_renamed_and_put_in_order(plan: FloorPlan) -> None:
    terrace = plan_create(restaurant=plan.restaurant, name="Terrace", **WHO)
    plans_reorder(restaurant=plan.restaurant, plan_ids=[terrace.pk], **WHO)
    plan_rename(plan_id=plan.pk, name="Inside", **WHO)
    assert [room.name for room in rooms_of(plan.restaurant)] == ["Terrace", "Inside"]
    with pytest.raises(ValidationFailed):
        plan_rename(plan_id=plan.pk, name="Terrace", **WHO)
