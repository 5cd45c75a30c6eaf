"""The floor by API: what every table is, and what staff say it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.services import reservation_arrive, reservation_seat
from reservehub.core import clock
from tests.api.conftest import DINNER_TIME, World
from tests.factories import STAFF

pytestmark = pytest.mark.django_db


def plan(world: World, query: str = "") -> dict[str, Any]:
    answer = world.host.get(f"restaurants/{world.restaurant.slug}/floor-plan{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def states(found: dict[str, Any]) -> list[str]:
    return [table["status"] for table in found["tables"]]


def test_the_floor_is_live_unless_a_moment_is_named(world: World) -> None:
    world.book()
    assert plan(world)["mode"] == "live"
    there = plan(world, "?date=2026-06-05&time=19:30")
    assert there["mode"] == "at"
    assert there["at"] == "2026-06-05T17:30:00Z"
    assert "confirmed" in states(there)
    assert plan(world, "?date=2026-06-05&mode=day")["mode"] == "day"


def test_tables_stand_somewhere_on_a_plan(world: World) -> None:
    found = plan(world)
    [room] = found["plans"]
    for table in found["tables"]:
        assert table["plan_id"] == room["id"]
        assert 0 <= table["x"] < room["width"]
    assert plan(world, "?time=00:30&date=2026-06-05")["at"] == "2026-06-05T22:30:00Z"


@pytest.mark.parametrize("query", ["?plan=999999", "?mode=ever", "?date=soon", "?tme=19:00"])
def test_a_question_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    answer = world.host.get(f"restaurants/{world.restaurant.slug}/floor-plan{query}")
    assert answer.status_code in (404, 422)


def put(world: World, table_id: int, **body: Any) -> Any:
    return world.host.put(f"tables/{table_id}/status", body)


def test_a_table_is_blocked_and_free_again(world: World) -> None:
    table = world.restaurant.tables.earliest("pk")
    with clock.freeze(DINNER_TIME):
        until = (DINNER_TIME + timedelta(hours=1)).isoformat()
        blocked = put(world, table.pk, status="blocked", until=until, reason="wobbly")
        assert (blocked.status_code, blocked.json()["line"]) == (200, "wobbly")
        assert blocked.json()["colour"] == "grey"
        assert put(world, table.pk, status="available").json()["status"] == "available"
        assert put(world, table.pk, status="available").status_code == 200


def test_who_sits_down_without_a_booking_has_the_table(world: World) -> None:
    table = world.restaurant.tables.earliest("pk")
    with clock.freeze(DINNER_TIME):
        taken = put(world, table.pk, status="occupied", party_size=2)
        assert taken.status_code == 200, taken.content
        assert (taken.json()["status"], taken.json()["party_size"]) == ("seated", 2)
        again = put(world, table.pk, status="occupied", party_size=2)
        assert again.status_code == 409


def test_guests_are_not_removed_by_saying_that_the_table_is_free(world: World) -> None:
    visit = world.book()
    with clock.freeze(DINNER_TIME):
        step: dict[str, Any] = {"reservation_id": visit.pk, "actor": STAFF, "now": DINNER_TIME}
        reservation_arrive(**step)
        reservation_seat(**step)
        table_id = visit.occupancies.get().table_id
        refused = put(world, table_id, status="available")
    assert refused.status_code == 409
    assert refused.json()["reservation_id"] == visit.pk


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"status": "occupied"}, "/party_size"),
        ({"status": "blocked"}, "/until"),
        ({"status": "blocked", "until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"status": "dirty"}, "/status"),
    ],
)
def test_what_is_missing_is_named(world: World, body: dict[str, Any], pointer: str) -> None:
    answer = put(world, world.restaurant.tables.earliest("pk").pk, **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
