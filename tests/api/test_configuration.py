"""Restaurants, hours, tables and policy through the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reservehub.core.models import AuditEntry
from restaurants.models import Membership, Restaurant, Role
from tests.api.conftest import World, assert_problem, pointers
from tests.factories import make_restaurant, make_table

SAMPLES: dict[str, dict[str, Any]] = {
    "areas": {"name": "Terrace", "is_outdoor": True},
    "service-periods": {
        "name": "Lunch",
        "weekdays": [5, 6],
        "first_seating": "12:00",
        "last_seating": "14:00",
        "closes": "15:30",
    },
    "special-days": {"name": "Christmas", "date_from": "2026-12-25", "date_to": "2026-12-26"},
    "slot-overrides": {"date": "2026-06-05", "starts": "20:00", "ends": "21:00", "note": "Band"},
    "turn-times": {
        "name": "Sunday",
        "weekdays": [6],
        "bands": [{"up_to": 2, "minutes": 75}, {"up_to": None, "minutes": 120}],
    },
}


def _sample(world: World, kind: str) -> dict[str, Any]:
    if kind in SAMPLES:
        return SAMPLES[kind]
    tables = list(world.restaurant.tables.order_by("pk"))
    period = world.restaurant.service_periods.get()
    return {
        "tables": {"area": tables[0].area_id, "number": "20", "seats": 4, "max_party": 5},
        "combinations": {
            "name": "1+2",
            "tables": [tables[0].pk, tables[1].pk],
            "min_party": 5,
            "max_party": 6,
        },
        "table-access": {
            "table": tables[0].pk,
            "service_period": period.pk,
            "access": "in_house",
        },
    }[kind]


KINDS = [*SAMPLES, "tables", "combinations", "table-access"]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_can_be_added_read_changed_and_removed(world: World, kind: str) -> None:
    path = f"{world.path}/{kind}"
    before = len(world.manager.get(path).json())
    sample = _sample(world, kind)
    made = world.manager.post(path, sample)
    assert made.status_code == 201, made.json()
    assert sample.items() <= made.json().items()
    one = f"{path}/{made.json()['id']}"
    assert made.headers["Location"].endswith(one)
    assert world.host.get(one).json() == made.json()
    assert len(world.viewer.get(path).json()) == before + 1
    replaced = world.manager.put(one, sample)
    assert replaced.json() == made.json(), "PUT of the same body changes nothing"
    assert world.manager.patch(one, {}).json() == made.json()
    assert world.manager.delete(one).status_code == 204
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert any(action.endswith("created") for action in actions)


@pytest.mark.parametrize("kind", KINDS)
def test_only_managers_change_and_strangers_see_nothing(world: World, kind: str) -> None:
    path, sample = f"{world.path}/{kind}", _sample(world, kind)
    for caller in (world.host, world.viewer, world.marketing):
        assert_problem(caller.post(path, sample), 403, "permission_refused")
    for caller in (world.stranger, world.other_owner):
        assert_problem(caller.post(path, sample), 404, "not_found")
        assert_problem(caller.get(path), 404, "not_found")
    assert_problem(world.anonymous.get(path), 401, "not_authenticated")
    made = world.owner.post(path, sample).json()
    next_door = f"restaurants/{world.next_door.slug}/{kind}/{made['id']}"
    assert_problem(world.other_owner.get(next_door), 404, "not_found")
    assert_problem(world.other_owner.delete(next_door), 404, "not_found")


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_saves_nothing(world: World, kind: str) -> None:
    path, sample = f"{world.path}/{kind}", _sample(world, kind)
    before = world.manager.get(path).json()
    answer = world.manager.post(f"{path}?dry_run=true", sample)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["dry_run"] is True
    assert world.manager.get(path).json() == before
    assert_problem(world.manager.post(f"{path}?dry_run=perhaps", sample), 422)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_take_few_queries_however_long(
    world: World, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.manager.post(f"{world.path}/{kind}", _sample(world, kind))
    with django_assert_max_num_queries(6):
        world.manager.get(f"{world.path}/{kind}")


def test_a_dry_run_lists_the_bookings_it_would_strand(world: World) -> None:
    made = world.book()
    path = f"{world.path}/special-days"
    closed = {"name": "Closed", "date_from": "2026-06-05", "date_to": "2026-06-05"}
    (stranded,) = world.manager.post(f"{path}?dry_run=true", closed).json()["stranded"]
    assert stranded["reference"] == made.reference
    assert stranded["reason"]
    assert world.manager.post(path, closed).status_code == 201


def test_a_table_with_bookings_stays(world: World) -> None:
    world.book()
    table = world.restaurant.tables.get(number="1")
    refused = world.manager.delete(f"{world.path}/tables/{table.pk}")
    assert_problem(refused, 409, "table_has_future_bookings")


def test_a_removed_table_is_archived(world: World) -> None:
    table = world.restaurant.tables.get(number="1")
    one = f"{world.path}/tables/{table.pk}"
    world.manager.delete(one)
    assert world.manager.get(one).json()["is_active"] is False
    assert world.manager.patch(one, {"is_active": True}).json()["is_active"] is True


@pytest.mark.parametrize(
    ("kind", "changes", "at_fault"),
    [
        ("areas", {"name": ""}, "/name"),
        ("areas", {"name": "\x00"}, "/name"),
        ("areas", {"position": 10**12}, "/position"),
        ("tables", {"area": 2**70}, "/area"),
        ("tables", {"area": "1"}, "/area"),
        ("tables", {"features": ["x" * 41]}, "/features/0"),
        ("tables", {"seats": 0}, "/seats"),
        ("tables", {"priority": -(10**9)}, "/priority"),
        ("combinations", {"tables": [1.5, None]}, "/tables/0"),
        ("service-periods", {"weekdays": [7]}, "/weekdays"),
        ("service-periods", {"first_seating": "12:00:30"}, "/first_seating"),
        ("service-periods", {"slot_interval_minutes": 7}, "/slot_interval_minutes"),
        ("service-periods", {"special_day": 10**9}, "/special_day"),
        ("special-days", {"date_to": "2026-12-01"}, "/date_to"),
        ("special-days", {"date_from": "0001-01-01"}, "/date_from"),
        ("slot-overrides", {"state": "rain"}, "/state"),
        ("turn-times", {"bands": []}, "/bands"),
        ("turn-times", {"bands": [{"up_to": None, "minutes": 7}]}, "/bands/0/minutes"),
        ("turn-times", {"bands": "90"}, "/bands"),
        ("table-access", {"access": "vip"}, "/access"),
        ("table-access", {"colour": "red"}, "/colour"),
    ],
)
def test_bad_settings_are_pointed_at(
    world: World, kind: str, changes: dict[str, Any], at_fault: str
) -> None:
    body = {**_sample(world, kind), **changes}
    refused = assert_problem(
        world.manager.post(f"{world.path}/{kind}", body), 422, "validation_failed"
    )
    assert at_fault in pointers(refused)


def test_things_of_another_restaurant_do_not_exist(world: World) -> None:
    foreign = world.next_door.areas.get()
    body = {"area": foreign.pk, "number": "30", "seats": 2, "max_party": 2}
    refused = world.manager.post(f"{world.path}/tables", body)
    assert pointers(assert_problem(refused, 422)) == {"/area"}
    stolen = make_table(world.next_door, number="77", seats=2)
    own = world.restaurant.tables.first()
    assert own is not None
    combo = {"name": "x", "tables": [own.pk, stolen.pk], "min_party": 2, "max_party": 4}
    refused = world.manager.post(f"{world.path}/combinations", combo)
    assert pointers(assert_problem(refused, 422)) == {"/tables/1"}


def test_the_policy_is_read_and_changed(world: World) -> None:
    path = f"{world.path}/settings"
    assert world.host.get(path).json()["max_party"] == 12
    changed = world.manager.patch(path, {"max_party": 8, "cancel_cutoff_time": None})
    assert changed.json()["max_party"] == 8
    assert world.manager.get(path).json()["max_party"] == 8
    dry = world.manager.patch(f"{path}?dry_run=true", {"max_party": 1})
    assert dry.json()["dry_run"] is True
    assert world.manager.get(path).json()["max_party"] == 8
    assert_problem(world.host.patch(path, {"max_party": 9}), 403, "permission_refused")
    assert_problem(world.manager.patch(path, {"max_party": 0}), 422, "validation_failed")
    assert_problem(world.other_owner.get(path), 404, "not_found")


# --- Restaurants --------------------------------------------------------------------------------


def test_guests_find_public_restaurants(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_restaurant(name="Secret", is_public=False)
    with django_assert_max_num_queries(2):
        found = world.anonymous.get("restaurants").json()["results"]
    assert [one["name"] for one in found] == ["Bistro Anna", "Next Door"]
    for query, names in (
        ("city=AMSTERDAM", ["Bistro Anna"]),
        ("cuisine=thai", ["Next Door"]),
        ("q=bist french", ["Bistro Anna"]),
        ("q=nothing", []),
    ):
        found = world.anonymous.get(f"restaurants?{query}").json()["results"]
        assert [one["name"] for one in found] == names, query
    assert_problem(world.anonymous.get("restaurants?q=%00"), 422)
    page = world.anonymous.get("restaurants?limit=1")
    assert 'rel="next"' in page.headers["Link"]


def test_members_see_theirs_before_it_is_public(world: World) -> None:
    Restaurant.objects.filter(pk=world.restaurant.pk).update(is_public=False)
    assert world.viewer.get(world.path).json()["is_public"] is False
    for caller in (world.anonymous, world.stranger, world.other_owner):
        assert_problem(caller.get(world.path), 404, "not_found")
    mine = world.owner.get("restaurants?mine=true").json()["results"]
    assert [one["id"] for one in mine] == [world.restaurant.pk]
    assert world.anonymous.get("restaurants?mine=true").json()["results"] == []


def test_owners_and_the_platform_open_restaurants(world: World) -> None:
    body = {"name": "Кафе Пушкинъ", "country": "RU", "timezone": "Europe/Moscow"}
    made = world.owner.post("restaurants", body)
    assert made.status_code == 201, made.json()
    slug = made.json()["slug"]
    assert slug.isascii()
    assert world.owner.get(f"restaurants/{slug}/settings").json()["horizon_days"] == 60
    organisation = world.next_door.organisation_id
    by_admin = world.admin.post(
        "restaurants", {**body, "name": "Two", "organisation": organisation}
    )
    assert by_admin.status_code == 201
    for caller in (world.manager, world.host, world.stranger):
        assert_problem(caller.post("restaurants", body), 403, "permission_refused")
    assert_problem(world.anonymous.post("restaurants", body), 401)
    foreign = world.owner.post("restaurants", {**body, "organisation": organisation})
    assert pointers(assert_problem(foreign, 422)) == {"/organisation"}


@pytest.mark.parametrize(
    ("changes", "at_fault"),
    [
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"latitude": 91}, "/latitude"),
        ({"slug": "12"}, "/slug"),
        ({"currency": "euro"}, "/currency"),
        ({"phone": "12"}, "/phone"),
        ({"is_featured": "maybe"}, ""),
        ({"paused_until": "0001-01-01T00:00:00+14:00"}, "/paused_until"),
    ],
)
def test_a_bad_profile_is_pointed_at(world: World, changes: dict[str, Any], at_fault: str) -> None:
    response = world.owner.patch(world.path, changes)
    if at_fault:
        assert at_fault in pointers(assert_problem(response, 422, "validation_failed"))
    else:
        assert response.json()["is_featured"] is False


def test_a_restaurant_is_closed_never_erased(world: World) -> None:
    world.book()
    assert_problem(world.host.delete(world.path), 403, "permission_refused")
    assert world.owner.delete(world.path).status_code == 204
    assert Restaurant.objects.get(pk=world.restaurant.pk).is_active is False
    assert_problem(world.anonymous.get(world.path), 404, "not_found")


def test_managers_read_the_audit_trail(world: World) -> None:
    world.book(guest_name="Maria Jansen")
    (entry,) = world.manager.get(f"{world.path}/audit").json()["results"]
    assert entry["action"] == "reservation.created"
    assert "Maria Jansen" not in str(entry)
    assert_problem(world.host.get(f"{world.path}/audit"), 403, "permission_refused")
    assert_problem(world.other_owner.get(f"{world.path}/audit"), 404, "not_found")


def test_me_tells_roles_and_capabilities(world: World) -> None:
    host = world.host.user
    assert host is not None
    Membership.objects.create(
        user=host,
        organisation=world.next_door.organisation,
        restaurant=world.next_door,
        role=Role.VIEWER,
    )
    me = world.host.get("auth/me").json()
    assert [one["role"] for one in me["memberships"]] == ["host", "viewer"]
    assert "edit_book" in me["memberships"][0]["capabilities"]
    assert me["memberships"][1]["capabilities"] == ["view_book"]
    assert_problem(world.anonymous.get("auth/me"), 401, "not_authenticated")
