"""The bill of a visit by API."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_seat
from reservehub.core import clock
from tests.api.conftest import DINNER_TIME, World, assert_problem, pointers
from tests.factories import STAFF


@pytest.fixture
def party(world: World) -> Reservation:
    booked = world.book()
    return reservation_seat(reservation_id=booked.pk, actor=STAFF, now=DINNER_TIME)


def euros(cents: int, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": {"amount_minor": cents, "currency": currency}}


def test_a_bill_is_entered_read_corrected_and_taken_back(world: World, party: Reservation) -> None:
    path = f"reservations/{party.pk}"
    with clock.freeze(DINNER_TIME):
        assert world.host.get(path).json()["bill"] is None
        entered = world.host.put(f"{path}/bill", euros(12_050))
        assert entered.status_code == 200
        assert entered.json()["bill"] == {"amount_minor": 12_050, "currency": "EUR"}
        assert world.viewer.get(path).json()["bill"]["amount_minor"] == 12_050
        again = world.host.put(f"{path}/bill", euros(12_050))
        assert again.headers["ETag"] == entered.headers["ETag"]
        gone = world.host.delete(f"{path}/bill", If_Match=again.headers["ETag"])
        assert (gone.status_code, gone.json()["bill"]) == (200, None)
        assert world.host.delete(f"{path}/bill").headers["ETag"] == gone.headers["ETag"]


def test_guests_do_not_see_it(world: World, party: Reservation) -> None:
    with clock.freeze(DINNER_TIME):
        world.host.put(f"reservations/{party.pk}/bill", euros(100))
        seen = world.anonymous.get(
            f"reservations/{party.pk}", **{"X-Manage-Token": manage_token_of(party)}
        )
    assert seen.status_code == 200
    assert "bill" not in seen.json()


def test_a_change_to_an_older_version_is_refused(world: World, party: Reservation) -> None:
    path = f"reservations/{party.pk}/bill"
    with clock.freeze(DINNER_TIME):
        old = world.host.get(f"reservations/{party.pk}").headers["ETag"]
        world.host.put(path, euros(100), If_Match=old)
        assert_problem(world.host.put(path, euros(200), If_Match=old), 412, "precondition_failed")
        assert_problem(world.host.delete(path, If_Match=old), 412, "precondition_failed")
        stale = {**euros(200), "version": party.version}
        assert_problem(world.host.put(path, stale), 409, "version_conflict")
        assert_problem(world.host.delete(path, {"version": party.version}), 409, "version_conflict")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/amount"),
        (euros(-1), "/amount/amount_minor"),
        (euros(10**12), "/amount"),
        (euros(100, "USD"), "/amount"),
        (euros(100, "euro"), "/amount/currency"),
        ({**euros(100), "tip": 1}, "/tip"),
    ],
)
def test_what_is_wrong_with_it_is_named(
    world: World, party: Reservation, body: dict[str, Any], pointer: str
) -> None:
    with clock.freeze(DINNER_TIME):
        refused = world.host.put(f"reservations/{party.pk}/bill", body)
    assert pointers(assert_problem(refused, 422, "validation_failed")) == {pointer}
