"""Every operation of the API, asked by everybody. A new operation fails here until its row says
who may what.

The columns are statuses for: anonymous, a stranger with an account, the owner of another
restaurant, a viewer and a host of this one, its owner.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any, NamedTuple

import pytest
from drf_spectacular.generators import SchemaGenerator

from reservehub.core import clock
from restaurants.models import ServicePeriod, Table, TurnTimeRule
from tests.api.conftest import Api, World, booking_body
from tests.api.things import moment_of, things_for
from tests.factories import make_combination, make_table
from tests.guests.people import make_guest
from tests.waitlist.evenings import fill


class Row(NamedTuple):
    anonymous: int
    stranger: int
    other_owner: int
    viewer: int
    host: int
    owner: int


PUBLIC = Row(200, 200, 200, 200, 200, 200)
#: Reading is for members, writing for managers.
READ = Row(401, 404, 404, 200, 200, 200)
CREATE = Row(401, 404, 404, 403, 403, 201)
CHANGE = Row(401, 404, 404, 403, 403, 200)
REMOVE = Row(401, 404, 404, 403, 403, 204)
STEP = Row(401, 404, 404, 403, 200, 200)
CONFIG = {
    "list": READ,
    "create": CREATE,
    "read": READ,
    "replace": CHANGE,
    "change": CHANGE,
    "delete": REMOVE,
}

EXPECTED: dict[str, Row] = {
    "token_create": Row(401, 401, 401, 401, 401, 401),
    "token_refresh": Row(401, 401, 401, 401, 401, 401),
    "token_revoke": Row(401, 401, 401, 401, 401, 401),
    "me": Row(401, 200, 200, 200, 200, 200),
    "restaurants": PUBLIC,
    "restaurant": PUBLIC,
    "restaurant_availability": PUBLIC,
    "restaurant_opening_hours": PUBLIC,
    "restaurant_create": Row(401, 403, 201, 403, 403, 201),
    "restaurant_replace": CHANGE,
    "restaurant_change": CHANGE,
    "restaurant_close": REMOVE,
    "settings": READ,
    "settings_replace": CHANGE,
    "settings_change": CHANGE,
    "restaurant_audit": Row(401, 404, 404, 403, 403, 200),
    "restaurant_reservations": READ,
    "restaurant_reservation_create": Row(401, 404, 404, 403, 201, 201),
    "restaurant_optimise": STEP,
    "restaurant_floor_plan": READ,
    # The host sits a party down, so that the table is taken when the owner asks.
    "table_status": Row(401, 404, 404, 403, 200, 409),
    "hold_create": Row(201, 201, 201, 201, 201, 201),
    "hold_extend": Row(410, 410, 410, 410, 410, 410),
    "hold_release": Row(204, 204, 204, 204, 204, 204),
    "reservations_of_customer": Row(401, 200, 200, 200, 200, 200),
    "reservation_create": Row(201, 201, 201, 201, 201, 201),
    "reservation_lookup": Row(404, 404, 404, 404, 404, 404),
    "reservation": READ,
    "reservation_modify": STEP,
    "reservation_cancel": STEP,
    # The reservation is confirmed already, so those who may ask are told that it cannot be done.
    "reservation_confirm": Row(401, 404, 404, 403, 409, 409),
    "reservation_approve": Row(401, 404, 404, 403, 409, 409),
    "reservation_decline": Row(401, 404, 404, 403, 409, 409),
    "reservation_check_in": STEP,
    # The reservation is for Friday and today is Monday.
    "reservation_table_ready": Row(401, 404, 404, 403, 409, 409),
    "reservation_seat": Row(401, 404, 404, 403, 409, 409),
    # It is for Friday and today is Monday.
    "reservation_partly_seat": Row(401, 404, 404, 403, 409, 409),
    "reservation_party": STEP,
    "reservation_eta": STEP,
    "reservation_extend": STEP,
    "reservation_possible_tables": READ,
    # Nobody has such a party to swap with.
    "reservation_swap": Row(401, 404, 404, 403, 404, 404),
    # It costs nothing: there is no payment to read, to ask for, or to decide about.
    "reservation_payment": Row(401, 404, 404, 404, 404, 404),
    "reservation_payment_ask": Row(401, 404, 404, 403, 409, 409),
    "reservation_refund": Row(401, 404, 404, 403, 403, 409),
    "reservation_fee": Row(401, 404, 404, 403, 403, 409),
    # Nothing can be asked for, as there is no account, or withdrawn, as nothing was asked for.
    "reservation_deposit_ask": Row(401, 404, 404, 403, 403, 409),
    "reservation_deposit_withdraw": Row(401, 404, 404, 403, 403, 409),
    "reservation_waive": Row(401, 404, 404, 403, 403, 409),
    # Nobody has sat down.
    "reservation_bill_set": Row(401, 404, 404, 403, 409, 409),
    "reservation_bill_remove": Row(401, 404, 404, 403, 409, 409),
    "walk_in_create": Row(401, 404, 404, 403, 201, 201),
    "table_blocks": READ,
    # The host blocks the table, and later lifts the block; then there is nothing left to do.
    "table_block_create": Row(401, 404, 404, 403, 201, 409),
    "table_block_delete": Row(401, 404, 404, 403, 204, 404),
    "reservation_complete": Row(401, 404, 404, 403, 409, 409),
    "reservation_no_show": Row(401, 404, 404, 403, 409, 409),
    "reservation_undo": Row(401, 404, 404, 403, 409, 409),
    "reservation_assign_tables": STEP,
    "restaurant_waitlist": READ,
    "waitlist_join": Row(201, 201, 201, 201, 201, 201),
    # The guest's token or a log-in of the house is the key.
    "waitlist_entry": READ,
    # The host accepts for the guest, or takes them off; the owner is told what has become of it.
    "waitlist_accept": Row(401, 404, 404, 403, 201, 201),
    "waitlist_decline": STEP,
    "waitlist_leave": STEP,
    "waitlist_notify": STEP,
    "waitlist_change": STEP,
    "waitlist_resume": STEP,
    "restaurant_queue": READ,
    "restaurant_queue_estimates": PUBLIC,
    "restaurant_queue_add": Row(401, 404, 404, 403, 201, 201),
    "queue_join": Row(201, 201, 201, 201, 201, 201),
    # As with the waitlist.
    "queue_party": READ,
    "queue_leave": STEP,
    "queue_coming": STEP,
    "queue_ready": STEP,
    # Nobody has called the party yet.
    "queue_nudge": Row(401, 404, 404, 403, 409, 409),
    "queue_seat": STEP,
    "queue_skip": STEP,
    "queue_no_show": STEP,
    "queue_undo": Row(401, 404, 404, 403, 409, 409),
    "guests": STEP,
    "guest": READ,
    "guest_history": READ,
    "guest_notes": READ,
    "guest_note_add": Row(401, 404, 404, 403, 201, 201),
    "guest_vip": STEP,
    "guest_tags": STEP,
    "guest_tag_give": STEP,
    "guest_tag_take": STEP,
    "guest_segments": STEP,
    "guest_segment_guests": STEP,
    "guest_duplicates": Row(401, 404, 404, 403, 403, 200),
    "guest_duplicate_dismiss": REMOVE,
    "guest_merge": CREATE,
    "guest_unmerge": CHANGE,
    "restaurant_rating": PUBLIC,
    "restaurant_reviews": PUBLIC,
    "restaurant_reviews_all": READ,
    # Nobody has written one, and only the guest may.
    "reservation_review": Row(401, 404, 404, 404, 404, 404),
    "reservation_review_write": Row(401, 404, 404, 403, 403, 403),
    "review_answer": CHANGE,
    "review_moderate": CHANGE,
    "floor_plan_placements": READ,
    "floor_plan_placements_replace": CHANGE,
    "floor_plan_draft": READ,
    "floor_plan_draft_replace": CHANGE,
    "floor_plan_draft_discard": REMOVE,
    "floor_plan_publish": CHANGE,
    **{
        f"{kind}_{verb}": row
        for kind in (
            *("area", "table", "combination", "service_period", "special_day", "slot_override"),
            *("turn_time", "table_access", "floor_plan"),
        )
        for verb, row in CONFIG.items()
    },
}


class Operation(NamedTuple):
    id: str
    method: str
    path: str


def operations() -> list[Operation]:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return [
        Operation(operation["operationId"], method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]


OPERATIONS = operations()


def test_the_table_and_the_api_have_the_same_operations() -> None:
    assert {operation.id for operation in OPERATIONS} == set(EXPECTED)


def _items(world: World) -> dict[str, int]:
    """One of each kind of configuration that nothing depends on."""
    place = world.restaurant
    area = place.areas.create(name="Spare")
    one = make_table(place, number="A", seats=2)
    two = make_table(place, number="B", seats=2)
    period = ServicePeriod.objects.create(
        restaurant=place,
        name="Breakfast",
        weekdays=[6],
        first_seating="08:00",
        last_seating="09:00",
        closes="10:00",
    )
    return {
        "areas": area.pk,
        "tables": make_table(place, number="C", seats=2).pk,
        "combinations": make_combination(place, one, two).pk,
        "service-periods": period.pk,
        "special-days": place.special_days.create(
            name="Away", date_from="2026-08-01", date_to="2026-08-02"
        ).pk,
        "slot-overrides": place.slot_overrides.create(
            date="2026-08-05", starts="18:00", ends="19:00"
        ).pk,
        "turn-times": TurnTimeRule.objects.create(
            restaurant=place, weekdays=[5], bands=[{"up_to": None, "minutes": 60}]
        ).pk,
        "table-access": one.access_in_periods.create(service_period=period, access="in_house").pk,
        "floor-plans": place.floor_plans.create(name="Attic").pk,
    }


def _config_body(world: World, kind: str, method: str) -> dict[str, Any]:
    """For POST something new, for PUT and PATCH something valid."""
    tables = list(Table.objects.filter(restaurant=world.restaurant).order_by("pk"))
    dinner = world.restaurant.service_periods.get(name="Dinner").pk
    bodies: dict[str, Callable[[], dict[str, Any]]] = {
        "areas": lambda: {"name": f"Roof {method}"},
        "floor-plans": lambda: {"name": f"Floor {method}"},
        "tables": lambda: {
            "area": tables[0].area_id,
            "number": f"X{method}",
            "seats": 2,
            "max_party": 2,
        },
        "combinations": lambda: {
            "name": f"Pair {method}",
            "tables": [tables[0].pk, tables[1].pk],
            "min_party": 5,
            "max_party": 6,
        },
        "service-periods": lambda: {
            "name": "Brunch",
            "weekdays": [5],
            "first_seating": "10:00",
            "last_seating": "11:00",
            "closes": "12:00",
        },
        "special-days": lambda: {
            "name": "Feast",
            "date_from": "2026-09-01",
            "date_to": "2026-09-01",
        },
        "slot-overrides": lambda: {"date": "2026-09-05", "starts": "18:00", "ends": "19:00"},
        "turn-times": lambda: {"weekdays": [0], "bands": [{"up_to": None, "minutes": 75}]},
        "table-access": lambda: {
            "table": tables[0].pk,
            "service_period": dinner,
            "access": "in_house",
        },
    }
    return bodies[kind]()


def _body(world: World, operation: Operation, kind: str | None) -> dict[str, Any] | None:
    booking = booking_body(world, guest_email="new@example.com", time="21:00")
    phone = {name: value for name, value in booking.items() if name != "restaurant"}
    start = {n: booking[n] for n in ("restaurant", "date", "time", "party_size")}
    place = {"name": "New", "country": "NL", "timezone": "Europe/Amsterdam"}
    table = world.restaurant.tables.get(number="2").pk
    bodies: dict[str, dict[str, Any]] = {
        "token_create": {"email": "a@example.com", "password": "wrong"},
        "token_refresh": {"refresh": "x"},
        "token_revoke": {"refresh": "x"},
        "restaurant_create": place,
        "restaurant_replace": {**place, "slug": "another"},
        "restaurant_change": {"description": "Cosy"},
        "settings_replace": {},
        "settings_change": {"max_party": 10},
        "restaurant_reservation_create": phone,
        "restaurant_optimise": {"date": "2026-06-05"},
        "hold_create": start,
        "reservation_create": booking,
        "reservation_lookup": {"reference": "RES-2026-0", "email": "a@example.com"},
        "reservation_modify": {"party_size": 1},
        "reservation_assign_tables": {"table_ids": [table]},
        "floor_plan_placements_replace": {
            "placements": [{"table": table, "x": 0, "y": 0, "width": 70, "height": 70}]
        },
        "floor_plan_draft_replace": {"width": 800, "height": 600, "tables": [], "combinations": []},
        "table_status": {"status": "occupied", "party_size": 2},
        "reservation_party": {"actual_party_size": 3},
        "reservation_eta": {"eta_at": "2026-06-05T17:20:00Z"},
        "reservation_extend": {"minutes": 15},
        "reservation_bill_set": {"amount": {"amount_minor": 12_000, "currency": "EUR"}},
        "reservation_swap": {"other": 999_999},
        "reservation_refund": {"reason": "Sorry"},
        "reservation_fee": {"reason": "Nobody came"},
        "reservation_waive": {"reason": "Regular"},
        "reservation_deposit_ask": {
            "kind": "deposit",
            "amount": {"amount_minor": 1000, "currency": "EUR"},
        },
        "walk_in_create": {"party_size": 2},
        "guest_merge": {"merged": make_guest(world.restaurant.organisation).pk},
        "guest_note_add": {"text": "Likes the corner"},
        "guest_vip": {"is_vip": True},
        "queue_join": {"restaurant": world.restaurant.slug, "party_size": 2, "name": "Bo"},
        "restaurant_queue_add": {"party_size": 2},
        "reservation_review_write": {"stars": 5},
        "review_answer": {"text": "Thank you"},
        "review_moderate": {"is_published": False},
        "waitlist_change": {"party_size": 1},
        "waitlist_join": {
            **{n: booking[n] for n in ("restaurant", "date", "party_size", "guest_name")},
            "from_time": "21:30",
        },
        "table_block_create": {"table_ids": [table], "ends_at": "2026-06-01T12:00:00Z"},
    }
    if operation.id in bodies:
        return bodies[operation.id]
    if kind and operation.method in {"POST", "PUT", "PATCH"}:
        return _config_body(world, kind, operation.method)
    return None


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_everybody_gets_the_expected_answer(world: World, operation: Operation) -> None:
    items = _items(world)
    reservation = world.book(customer_id=None)
    found = re.search(r"\{restaurant\}/([a-z-]+)", operation.path)
    kind = found[1] if found and found[1] in items else None
    path = operation.path.removeprefix("/api/v1/").format(
        restaurant=world.restaurant.slug,
        reservation_id=reservation.pk,
        id=items[kind] if kind else 0,
        token="unknown",
        table_id=items["tables"],
        **things_for(world, operation.path),
    )
    if operation.id == "waitlist_join":
        fill(world.restaurant, time(21, 30))
    if operation.id == "restaurant_availability":
        path += "?date=2026-06-05&party_size=2"
    body = _body(world, operation, kind)
    callers: dict[str, Api] = {name: getattr(world, name) for name in Row._fields}
    got = {}
    for name, caller in callers.items():
        if operation.id == "reservation_create" and body is not None:
            body = {**body, "guest_email": f"{name}@example.com", "date": _another_day(name)}
        if operation.id == "waitlist_join" and body is not None:
            body = {**body, "guest_email": f"{name}@example.com"}
        if operation.id in {"queue_join", "restaurant_queue_add"} and body is not None:
            body = {**body, "phone": f"+3163000000{Row._fields.index(name)}"}
        if operation.id == "hold_create" and body is not None:
            body = {**body, "session": name, "date": _another_day(name)}
        if operation.id == "restaurant_reservation_create" and body is not None:
            body = {**body, "guest_email": f"{name}@example.com", "date": _another_day(name)}
        if operation.id == "reservation_check_in" and name == "owner":
            world.host.post(f"reservations/{reservation.pk}/undo")
        with clock.freeze(moment_of(operation.path)):
            got[name] = caller.call(operation.method, path, body).status_code
    assert got == EXPECTED[operation.id]._asdict()


def _another_day(name: str) -> str:
    """So that one caller's booking is not in the way of the next one's."""
    return f"2026-06-{10 + Row._fields.index(name)}"
