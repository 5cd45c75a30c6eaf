from __future__ import annotations

from datetime import timedelta
from typing import Any

from bookings.models import Hold
from reservehub.core import clock
from tests.api.conftest import World, assert_problem, booking_body
from tests.factories import NOW


def _body(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": world.restaurant.slug,
        "date": "2026-06-05",
        "time": "19:00",
        "party_size": 2,
        **fields,
    }


def test_a_hold_becomes_a_booking(world: World) -> None:
    held = world.anonymous.post("holds", _body(world))
    assert held.status_code == 201, held.json()
    assert held.json()["expires_at"] == "2026-06-01T11:05:00+02:00"
    assert held.headers["Cache-Control"] == "no-store"
    booked = world.anonymous.post("reservations", booking_body(world, hold=held.json()["token"]))
    assert booked.status_code == 201
    assert not Hold.objects.exists()


def test_a_held_table_is_not_offered_to_others(world: World) -> None:
    world.anonymous.post("holds", _body(world))
    path = f"{world.path}/availability?date=2026-06-05&party_size=2&time=19:00"
    assert world.anonymous.get(path).json()["requested"]["tables_left"] == 1


def test_one_session_has_one_hold(world: World) -> None:
    for at in ("19:00", "20:00"):
        world.anonymous.post("holds", _body(world, time=at, session="abc"))
    assert Hold.objects.count() == 1


def test_an_address_has_three_holds(world: World) -> None:
    for at in ("18:00", "19:30", "21:00"):
        assert world.anonymous.post("holds", _body(world, time=at)).status_code == 201
    refused = world.anonymous.post("holds", _body(world, time="22:00"))
    assert_problem(refused, 429, "hold_limit_reached")


def test_a_hold_is_extended_and_released(world: World) -> None:
    token = world.anonymous.post("holds", _body(world)).json()["token"]
    with clock.freeze(NOW + timedelta(minutes=4)):
        longer = world.anonymous.post(f"holds/{token}/extend").json()
    assert longer["expires_at"] == "2026-06-01T11:09:00+02:00"
    assert longer["extensions_left"] == 9
    for _ in range(2):
        assert world.anonymous.delete(f"holds/{token}").status_code == 204
    assert not Hold.objects.exists()


def test_an_expired_hold_cannot_be_extended(world: World) -> None:
    token = world.anonymous.post("holds", _body(world)).json()["token"]
    with clock.freeze(NOW + timedelta(minutes=6)):
        assert_problem(world.anonymous.post(f"holds/{token}/extend"), 410, "hold_expired")
    assert_problem(world.anonymous.post("holds/no-such-token/extend"), 410, "hold_expired")


def test_a_full_time_cannot_be_held(world: World) -> None:
    for size in (2, 4):
        world.book(party_size=size)
    body = assert_problem(world.anonymous.post("holds", _body(world)), 409, "slot_unavailable")
    assert body["alternatives"]
