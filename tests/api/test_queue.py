"""The queue through the API: how long, join, look, come, leave; see it, call and seat as staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from reservehub.core import clock
from restaurants.models import Role
from tests.api.conftest import Api, World, assert_problem, pointers
from tests.factories import make_member, make_restaurant
from tests.waitlist.queue.evening import (
    EVENING,
    fill_house,
    held_tables,
    later,
    open_from_afar,
    wait_at_door,
)
from waitlist.models import QueueEntry
from waitlist.selectors.queue import queue_token_of


@pytest.fixture(autouse=True)
def _friday_evening(world: World) -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


def party(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": world.restaurant.slug,
        "party_size": 2,
        "name": "Bo Jansen",
        "phone": "+31612345678",
        **fields,
    }


def holder(entry: QueueEntry | dict[str, Any]) -> dict[str, str]:
    token = entry["token"] if isinstance(entry, dict) else queue_token_of(entry)
    return {"X_Manage_Token": token}


def path_of(entry: QueueEntry, step: str = "") -> str:
    return f"queue/{entry.pk}{'/' if step else ''}{step}"


def test_from_afar_to_the_table(world: World) -> None:
    open_from_afar(world.restaurant)
    answer = world.anonymous.post("queue", party(world, eta_minutes=10))
    assert answer.status_code == 201, answer.content
    joined = answer.json()
    assert (joined["state"], joined["position"], joined["source"]) == ("WAITING", 1, "remote")
    own = world.anonymous.get(f"queue/{joined['id']}", **holder(joined))
    assert own.headers["ETag"] == '"1"'
    assert not {"token", "phone", "tables"} & own.json().keys()

    ready = world.host.post(f"queue/{joined['id']}/ready", {}, If_Match='"1"')
    assert ready.status_code == 200, ready.content
    assert (ready.json()["state"], ready.json()["position"]) == ("SERVICE_READY", None)
    assert held_tables(world.restaurant) == ready.json()["tables"]
    coming = world.anonymous.post(f"queue/{joined['id']}/coming", {}, **holder(joined))
    assert coming.json()["coming_at"] == "2026-06-05T19:00:00+02:00"
    seated = world.host.post(f"queue/{joined['id']}/seat", {}).json()
    assert (seated["state"], seated["reservation"]) == ("SEATED", Reservation.objects.get().pk)


def test_how_long_it_takes_is_public_only_where_guests_may_join(world: World) -> None:
    path = f"restaurants/{world.restaurant.slug}/queue/estimates"
    closed = {"status": "CLOSED_OTHER", "reasons": ["switched_off"], "estimates": []}
    assert world.anonymous.get(path).json() == closed
    open_from_afar(world.restaurant, largest_remote_party=4)
    assert world.anonymous.get(path).json()["status"] == "CLOSED_NO_WAIT"

    fill_house(world.restaurant)
    body = world.anonymous.get(path).json()
    assert (body["status"], body["reasons"]) == ("OPEN", [])
    assert [one["party_size"] for one in body["estimates"]] == [1, 2, 3, 4]
    assert all(one["low_minutes"] <= one["high_minutes"] for one in body["estimates"])
    with clock.freeze(later(-300)):
        assert world.anonymous.get(path).json()["reasons"] == ["outside_hours"]
    assert_problem(world.anonymous.get("restaurants/nowhere/queue/estimates"), 404)


def test_refusals_have_their_codes(world: World) -> None:
    answer = assert_problem(world.anonymous.post("queue", party(world)), 409, "queue_closed")
    assert answer["reasons"] == ["switched_off"]
    open_from_afar(world.restaurant)
    assert world.anonymous.post("queue", party(world)).status_code == 201
    assert_problem(world.anonymous.post("queue", party(world)), 409, "already_in_queue")
    nobody = party(world, name="", phone="", surprise=1)
    assert pointers(assert_problem(world.anonymous.post("queue", nobody), 422)) == {"/surprise"}
    nobody.pop("surprise")
    wrong = assert_problem(world.anonymous.post("queue", nobody), 422)
    assert pointers(wrong) == {"/name", "/phone"}
    other = world.next_door.areas.get().pk
    strange = party(world, area=other, phone="+31612345679")
    assert pointers(assert_problem(world.anonymous.post("queue", strange), 422)) == {"/area"}
    assert_problem(world.anonymous.post("queue", party(world, restaurant="nowhere")), 404)


def test_one_key_joins_once_and_still_tells_the_token(world: World) -> None:
    open_from_afar(world.restaurant)
    first = world.anonymous.post("queue", party(world), Idempotency_Key="k")
    again = world.anonymous.post("queue", party(world), Idempotency_Key="k")
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert QueueEntry.objects.count() == 1


def test_staff_see_the_queue_and_contacts_only_by_their_role(world: World) -> None:
    fill_house(world.restaurant)
    wait_at_door(world.restaurant, name="Bo", phone="+31612345678")
    path = f"restaurants/{world.restaurant.slug}/queue"
    body = world.host.get(path).json()
    assert (body["is_open"], len(body["estimates"])) == (True, 8)
    (one,) = body["parties"]
    assert (one["name"], one["phone"], one["free_tables"]) == ("Bo", "+31612345678", [])
    viewer = Api(make_member(world.restaurant, Role.VIEWER))
    (hidden,) = viewer.get(path).json()["parties"]
    assert (hidden["phone"], hidden["email"]) == (None, None)
    assert_problem(viewer.post(path, {"party_size": 2}), 403)
    assert_problem(world.other_owner.get(path), 404)


def test_a_longer_queue_takes_no_more_queries(world: World) -> None:
    path = f"restaurants/{world.restaurant.slug}/queue"
    fill_house(world.restaurant)
    counts = []
    for _ in range(2):
        wait_at_door(world.restaurant)
        wait_at_door(world.restaurant)
        with CaptureQueriesContext(connection) as queries:
            world.host.get(path)
        counts.append(len(queries))
    assert counts[0] >= counts[1]


def test_a_party_at_the_door_needs_no_name(world: World) -> None:
    path = f"restaurants/{world.restaurant.slug}/queue"
    added = world.host.post(path, {"party_size": 2})
    assert added.status_code == 201, added.content
    body = added.json()
    assert added.headers["Location"].endswith(f"/api/v1/queue/{body['id']}")
    assert (body["source"], body["name"], len(body["free_tables"])) == ("host", "", 1)


def test_whose_turn_it_is_is_said_and_passing_over_is_a_choice(world: World) -> None:
    first, second = wait_at_door(world.restaurant), wait_at_door(world.restaurant)
    with clock.freeze(later(1)):
        answer = world.host.post(path_of(second, "ready"), {})
        assert assert_problem(answer, 409, "out_of_turn")["ahead"] == [first.pk]
        ready = world.host.post(path_of(second, "ready"), {"overrides": ["order"]})
    assert ready.json()["state"] == "SERVICE_READY"


def test_every_step_moves_the_party_and_undo_takes_it_back(world: World) -> None:
    entry = wait_at_door(world.restaurant)
    with clock.freeze(later(1)):
        assert_problem(world.host.post(path_of(entry, "nudge"), {}), 409, "not_called")
        world.host.post(path_of(entry, "ready"), {})
        assert world.host.post(path_of(entry, "nudge"), {}).status_code == 200
        assert world.host.post(path_of(entry, "skip"), {}).json()["state"] == "SKIPPED"
        assert world.host.post(path_of(entry, "no-show"), {}).json()["state"] == "NO_SHOW"
        assert world.host.post(path_of(entry, "undo"), {}).json()["state"] == "SKIPPED"
        stale = world.host.post(path_of(entry, "skip"), {}, If_Match='"1"')
        assert_problem(stale, 412)
        assert world.host.delete(path_of(entry)).json()["state"] == "REMOVED"
        assert_problem(world.host.post(path_of(entry, "seat"), {}), 409, "queue_entry_over")


def test_guests_leave_and_nobody_else_touches_their_party(world: World) -> None:
    entry, other = wait_at_door(world.restaurant), wait_at_door(world.restaurant)
    for path in (path_of(entry), path_of(entry, "coming")):
        method = "POST" if path.endswith("coming") else "GET"
        assert_problem(world.anonymous.call(method, path, None), 401)
        strange = {"X-Manage-Token": queue_token_of(other)}
        assert_problem(
            world.anonymous.call(method, path, {} if method == "POST" else None, strange), 404
        )
    assert_problem(world.anonymous.post(path_of(entry, "ready"), {}, **holder(entry)), 401)
    assert_problem(world.customer.get(path_of(entry)), 404)
    left = world.anonymous.delete(path_of(entry), **holder(entry))
    assert (left.status_code, left.json()["state"]) == (200, "CANCELED")


def test_tables_of_another_house_are_not_given(world: World) -> None:
    entry = wait_at_door(world.restaurant)
    strange = make_restaurant().tables.order_by("pk")[0].pk
    with clock.freeze(later(1)):
        answer = world.host.post(path_of(entry, "seat"), {"table_ids": [strange]})
    assert answer.status_code in (404, 409, 422)
    assert not Reservation.objects.exists()
