from __future__ import annotations

from datetime import time

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.loading import snapshot as snapshots
from restaurants.models import Restaurant
from tests.api.conftest import World, assert_problem, pointers, rates

WHEN = "date=2026-06-05&party_size=2"


def test_every_start_of_the_evening_is_answered(world: World) -> None:
    body = world.anonymous.get(f"{world.path}/availability?{WHEN}").json()
    assert body["timezone"] == "Europe/Amsterdam"
    assert body["restaurant"]["slug"] == world.restaurant.slug
    assert [slot["time"] for slot in body["slots"]][:2] == ["18:00", "18:15"]
    assert "requested" not in body
    area = world.restaurant.areas.get()
    assert body["slots"][4] == {
        "time": "19:00",
        "starts_at": "2026-06-05T19:00:00+02:00",
        "ends_at": "2026-06-05T20:30:00+02:00",
        "utc_offset": "+02:00",
        "fold": 0,
        "available": True,
        "areas": [{"id": area.pk, "name": "Main room"}],
        "tables_left": 2,
        "reasons": [],
        "period": "Dinner",
        "deposit": None,
    }


def test_a_restaurant_is_found_by_id_too(world: World) -> None:
    path = f"restaurants/{world.restaurant.pk}/availability?{WHEN}"
    assert world.anonymous.get(path).status_code == 200


def test_a_full_time_says_why_and_what_else_is_free(world: World) -> None:
    for size in (2, 4):
        world.book(party_size=size)
    body = world.anonymous.get(f"{world.path}/availability?{WHEN}&time=19:00").json()
    assert body["requested"]["available"] is False
    assert body["requested"]["reasons"] == ["no_table_free"]
    assert len(body["alternatives"]) == 3
    assert set(body["alternatives"][0]) == {"date", "time", "fold", "starts_at", "utc_offset"}


def test_a_free_time_needs_no_alternatives(world: World) -> None:
    body = world.anonymous.get(f"{world.path}/availability?{WHEN}&time=19:00").json()
    assert body["requested"]["available"] is True
    assert body["alternatives"] == []


def test_a_time_between_the_slots_is_no_slot(world: World) -> None:
    body = world.anonymous.get(f"{world.path}/availability?{WHEN}&time=19:07").json()
    assert body["requested"]["reasons"] == ["not_a_slot"]
    assert len(body["alternatives"]) == 3


@pytest.mark.parametrize(
    ("query", "at_fault"),
    [
        ("", {"/date", "/party_size"}),
        ("date=2026-13-01&party_size=2", {"/date"}),
        ("date=0001-01-01&party_size=2", {"/date"}),
        ("date=9999-12-31&party_size=2", {"/date"}),
        ("date=2026-06-05%00&party_size=2", {"/date"}),
        ("date=2026-06-05&party_size=0", {"/party_size"}),
        ("date=2026-06-05&party_size=501", {"/party_size"}),
        ("date=2026-06-05&party_size=-1", {"/party_size"}),
        ("date=2026-06-05&party_size=٣", {"/party_size"}),
        (f"date=2026-06-05&party_size={'9' * 5000}", {"/party_size"}),
        (f"{WHEN}&time=25:00", {"/time"}),
        (f"{WHEN}&time=19:00Z", {"/time"}),
        (f"{WHEN}&area={2**63}", {"/area"}),
        (f"{WHEN}&partysize=2", {"/partysize"}),
    ],
)
def test_bad_questions_are_told_what_is_wrong(world: World, query: str, at_fault: set[str]) -> None:
    response = world.anonymous.get(f"{world.path}/availability?{query}")
    assert pointers(assert_problem(response, 422, "validation_failed")) == at_fault


def test_what_is_not_public_does_not_exist(world: World) -> None:
    Restaurant.objects.filter(pk=world.restaurant.pk).update(is_public=False)
    assert_problem(world.anonymous.get(f"{world.path}/availability?{WHEN}"), 404, "not_found")
    assert_problem(world.owner.get(f"{world.path}/availability?{WHEN}"), 404, "not_found")
    assert_problem(world.anonymous.get(f"restaurants/{10**18}/availability?{WHEN}"), 404)


def test_other_methods_are_refused(world: World) -> None:
    response = world.anonymous.post(f"{world.path}/availability?{WHEN}", {})
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD"


def test_a_cold_answer_takes_six_queries_and_a_warm_one_three(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.book()
    snapshots._snapshots.clear()
    path = f"{world.path}/availability?{WHEN}&time=19:00"
    with django_assert_max_num_queries(6):
        world.anonymous.get(path)
    with django_assert_max_num_queries(3):
        world.anonymous.get(path)


def test_a_change_of_hours_is_seen_at_once(world: World) -> None:
    path = f"{world.path}/availability?{WHEN}"
    assert world.anonymous.get(path).json()["slots"][0]["time"] == "18:00"
    world.restaurant.service_periods.update(first_seating=time(17))
    assert world.anonymous.get(path).json()["slots"][0]["time"] == "17:00"


def test_a_flood_is_slowed_down(world: World) -> None:
    path = f"{world.path}/availability?{WHEN}"
    with rates({"availability": "2/d"}):
        first = world.anonymous.get(path)
        assert first.headers["RateLimit-Limit"] == "2"
        assert first.headers["RateLimit-Remaining"] == "1"
        world.anonymous.get(path)
        refused = world.anonymous.get(path)
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    assert world.anonymous.get(path).status_code == 200, "RESERVEHUB_THROTTLES=off lifts it"
