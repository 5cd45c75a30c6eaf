"""The host stand by API: walk-ins, partial arrival, ETA, longer stays, swaps, blocked tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bookings.models import Occupancy, Reservation, TableBlock
from reservehub.core import clock
from tests.api.conftest import DINNER_TIME, World, assert_problem, pointers

MINUTE = timedelta(minutes=1)


def table(world: World, number: str) -> int:
    return world.restaurant.tables.get(number=number).pk


def walk_in(world: World, **body: Any) -> Any:
    with clock.freeze(DINNER_TIME):
        return world.host.post(f"{world.path}/walk-ins", {"party_size": 2, **body})


def test_a_walk_in_sits_at_the_best_table(world: World) -> None:
    response = walk_in(world)
    made = response.json()
    assert response.status_code == 201, made
    assert (made["status"], made["source"], made["warnings"]) == ("seated", "walk_in", [])
    assert [one["number"] for one in made["tables"]] == ["1"]
    assert response.headers["Location"].endswith(f"/reservations/{made['id']}")
    with clock.freeze(DINNER_TIME):
        undone = world.host.post(f"reservations/{made['id']}/undo")
    assert undone.json()["status"] == "cancelled_by_restaurant"


def test_a_walk_in_on_a_taken_table_is_refused_with_who_sits_there(world: World) -> None:
    first = walk_in(world, table_ids=[table(world, "1")]).json()
    refused = walk_in(world, table_ids=[table(world, "1")])
    body = assert_problem(refused, 409, "table_occupied")
    assert body["reservation_id"] == first["id"]


def test_a_repeated_walk_in_is_one_walk_in(world: World) -> None:
    with clock.freeze(DINNER_TIME):
        twice = [
            world.host.post(f"{world.path}/walk-ins", {"party_size": 2}, Idempotency_Key="tap-1")
            for _ in range(2)
        ]
    assert [one.status_code for one in twice] == [201, 201]
    assert Reservation.objects.count() == 1


def test_the_steps_of_a_partial_arrival(world: World) -> None:
    made = world.book(party_size=4)
    path = f"reservations/{made.pk}"
    with clock.freeze(made.starts_at):
        eta = world.host.post(f"{path}/eta", {"eta_at": "2026-06-05T19:20:00+02:00"}).json()
        partly = world.host.post(f"{path}/partly-seat", {"present": 2}).json()
        party = world.host.post(f"{path}/party", {"actual_party_size": 3}).json()
        longer = world.host.post(f"{path}/extend", {"minutes": 15, "version": 4}).json()
    assert eta["late_eta_at"] == "2026-06-05T19:20:00+02:00"
    assert (partly["status"], partly["actual_party_size"]) == ("partially_seated", 2)
    assert party["actual_party_size"] == 3
    assert longer["ends_at"] == "2026-06-05T21:00:00+02:00"
    refused = world.host.post(f"{path}/extend", {"minutes": 15, "version": 4})
    assert_problem(refused, 409, "version_conflict")


def test_what_is_out_of_range_names_its_field(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}"
    for step, body, pointer in (
        ("party", {"actual_party_size": 0}, "/actual_party_size"),
        ("eta", {"eta_at": "2026-06-05T12:00:00Z"}, "/eta_at"),
        ("extend", {"minutes": 0}, "/minutes"),
        ("swap", {}, "/other"),
    ):
        refused = world.host.post(f"{path}/{step}", body)
        assert pointers(assert_problem(refused, 422)) == {pointer}


def test_where_a_party_could_sit(world: World) -> None:
    made = world.book()
    seats = world.viewer.get(f"reservations/{made.pk}/possible-tables").json()["seats"]
    assert [(one["is_possible"], one["is_present"]) for one in seats] == [
        (True, True),
        (True, False),
    ]


def test_two_parties_change_tables(world: World) -> None:
    first, second = world.book(), world.book()
    swapped = world.host.post(
        f"reservations/{first.pk}/swap", {"other": second.pk, "other_version": 1}
    )
    numbers = [
        [one["number"] for one in swapped.json()[which]["tables"]] for which in ("first", "second")
    ]
    assert (swapped.status_code, numbers) == (200, [["2"], ["1"]])
    assert swapped.headers["ETag"]
    stale = {"other": second.pk, "other_version": 1}
    assert_problem(world.host.post(f"reservations/{first.pk}/swap", stale), 409)
    hidden = world.other_owner.post(f"reservations/{first.pk}/swap", {"other": second.pk})
    assert_problem(hidden, 404)


def test_tables_are_blocked_listed_and_given_back(world: World) -> None:
    path = f"{world.path}/table-blocks"
    made = world.host.post(
        path,
        {
            "table_ids": [table(world, "1"), table(world, "2")],
            "starts_at": "2026-06-05T18:00:00+02:00",
            "ends_at": "2026-06-05T23:00:00+02:00",
            "reason": "Private",
        },
    )
    block = made.json()
    assert (made.status_code, block["starts_at"]) == (201, "2026-06-05T18:00:00+02:00")
    for query, count in (("", 1), ("?date=2026-06-05", 1), ("?date=2026-06-06", 0)):
        assert len(world.viewer.get(f"{path}{query}").json()["results"]) == count
    assert_problem(world.host.delete(f"restaurants/{world.next_door.slug}/table-blocks/1"), 404)
    assert world.host.delete(f"{path}/{block['id']}").status_code == 204
    assert not TableBlock.objects.exists()
    assert not Occupancy.objects.exists()


def test_a_block_lies_ahead_and_lasts_a_year_at_most(world: World) -> None:
    path = f"{world.path}/table-blocks"
    for fields, pointer in (
        ({"ends_at": "2026-06-01T08:00:00Z"}, "/ends_at"),
        ({"ends_at": "2029-06-01T08:00:00Z"}, "/ends_at"),
        ({"starts_at": "2020-06-01T08:00:00Z", "ends_at": "2026-06-02T08:00:00Z"}, "/starts_at"),
        ({"starts_at": "9999-12-31T08:00:00Z", "ends_at": "9999-12-31T09:00:00Z"}, "/starts_at"),
    ):
        refused = world.host.post(path, {"table_ids": [table(world, "1")], **fields})
        assert pointers(assert_problem(refused, 422)) == {pointer}


def test_staff_write_down_a_guests_cancellation(world: World) -> None:
    made = world.book()
    late = made.cancel_deadline_at + MINUTE
    with clock.freeze(late):
        gone = world.host.delete(f"reservations/{made.pk}/cancel?for_guest=true&reason=Ill").json()
    assert (gone["status"], gone["cancellation_reason"]) == ("cancelled_by_guest", "Ill")
    own = world.book()
    with clock.freeze(late):
        refused = world.customer.delete(f"reservations/{own.pk}/cancel", {"for_guest": True})
    assert_problem(refused, 409, "deadline_passed")
