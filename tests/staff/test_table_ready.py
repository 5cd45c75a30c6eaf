"""A party waits and its table is ready: one tap at the stand, and the guest's page says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.errors import TablesMissing, TransitionRefused
from bookings.models import Occupancy, Reservation
from bookings.selectors import manage_path
from bookings.services import (
    Changes,
    reservation_arrive,
    reservation_create,
    reservation_modify,
    reservation_seat,
    reservation_table_ready,
    reservation_undo,
)
from reservehub.core import clock
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant, Role
from staff.presenters.actions import Action, call_action, more_actions
from tests.factories import GUEST, NOW, STAFF, a_request, make_member, make_restaurant
from tests.staff.evening import EVENING
from tests.staff.test_floor import book, logged_in, take, told, url

pytestmark = pytest.mark.django_db

SOON = EVENING + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def _friday_evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(4, 4, 4))


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return book(house)


def called(party: Reservation, **fields: Any) -> Reservation:
    about: dict[str, Any] = {"reservation_id": party.pk, "actor": STAFF, "now": EVENING}
    return reservation_table_ready(**about | fields)


def arrived(party: Reservation) -> Reservation:
    return reservation_arrive(reservation_id=party.pk, actor=STAFF, now=EVENING)


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def test_the_party_is_called_and_everybody_learns_it(party: Reservation) -> None:
    waits = arrived(party)
    ready = called(party)
    assert (ready.status, ready.table_ready_at) == ("arrived", EVENING)
    assert ready.version == waits.version + 1
    assert events()[-1] == "bookings.reservation.table_ready"
    assert AuditEntry.objects.latest("pk").action == "reservation.table_ready"


def test_nobody_is_called_twice(party: Reservation) -> None:
    first = called(arrived(party))
    again = called(party, now=SOON, expected_version=first.version - 1)
    assert (again.version, again.table_ready_at) == (first.version, EVENING)
    assert events().count("bookings.reservation.table_ready") == 1


def test_who_is_expected_now_may_be_called_from_the_bar_next_door(party: Reservation) -> None:
    assert called(party).status == "confirmed"


@pytest.mark.parametrize("days", [-4, 1], ids=["days before", "when it is over"])
def test_a_party_of_another_time_is_not_called(party: Reservation, days: int) -> None:
    with pytest.raises(TransitionRefused):
        called(party, now=EVENING + timedelta(days=days))


def test_who_sits_is_not_called(party: Reservation) -> None:
    reservation_seat(reservation_id=party.pk, actor=STAFF, now=EVENING)
    with pytest.raises(TransitionRefused):
        called(party)


def test_without_a_table_none_is_ready(party: Reservation) -> None:
    Occupancy.objects.filter(reservation=party).delete()
    with pytest.raises(TablesMissing):
        called(party)


def test_a_stale_screen_and_a_wrong_number_are_refused(party: Reservation) -> None:
    with pytest.raises(VersionConflict):
        called(party, expected_version=party.version + 1)
    with pytest.raises(NotFound):
        called(party, reservation_id=0)


def test_taking_the_arrival_back_takes_the_call_along(party: Reservation) -> None:
    called(arrived(party))
    back = reservation_undo(reservation_id=party.pk, actor=STAFF, now=SOON)
    assert (back.status, back.table_ready_at) == ("confirmed", None)
    assert called(party, now=SOON).table_ready_at == SOON


def test_another_time_forgets_the_call(party: Reservation) -> None:
    called(party)
    changes = Changes(time=(EVENING + timedelta(hours=3, minutes=20)).time())
    moved = reservation_modify(reservation_id=party.pk, changes=changes, actor=STAFF, now=SOON)
    assert moved.table_ready_at is None


# --- At the stand ---------------------------------------------------------------------------------


def steps(actions: tuple[Action, ...]) -> list[str]:
    return [action.step for action in actions]


def test_the_button_is_there_for_those_who_can_be_called(party: Reservation) -> None:
    assert call_action(party, has_table=True) is None
    assert "table-ready" in steps(more_actions(party, has_table=True, now=EVENING))
    assert "table-ready" not in steps(more_actions(party, has_table=False, now=EVENING))
    assert "table-ready" not in steps(more_actions(party, has_table=True, now=NOW))
    waits = arrived(party)
    assert call_action(waits, has_table=True) == Action(step="table-ready", label="Table is ready")
    assert call_action(waits, has_table=False) is None
    assert "table-ready" not in steps(more_actions(waits, has_table=True, now=EVENING))


def test_one_tap_calls_and_then_the_panel_says_when(house: Restaurant, party: Reservation) -> None:
    host = logged_in(house, Role.HOST)
    waits = arrived(party)
    panel = host.get(url("reservation-panel", house, party.pk)).content.decode()
    assert 'data-step="table-ready"' in panel
    answer = take(host, house, waits, "table-ready")
    assert answer.status_code == 200
    assert told(answer)["text"] == "Anna de Vries called to table 1"
    assert told(answer)["undo"] is None
    panel = answer.content.decode()
    assert 'data-step="table-ready"' not in panel
    assert "Told at 19:40 that the table is ready" in panel
    assert take(host, house, waits, "table-ready").status_code == 200
    assert events().count("bookings.reservation.table_ready") == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETING])
def test_only_those_who_edit_the_book_call_a_party(
    house: Restaurant, party: Reservation, role: str
) -> None:
    answer = take(logged_in(house, role), house, arrived(party), "table-ready")
    assert answer.status_code in {403, 404}
    party.refresh_from_db()
    assert party.table_ready_at is None


def test_the_api_calls_a_party(house: Restaurant, party: Reservation) -> None:
    host = Client()
    host.force_login(make_member(house))
    path = f"/api/v1/reservations/{party.pk}/table-ready"
    arrived(party)
    answer = host.post(path, {}, content_type="application/json", headers={"If-Match": '"2"'})
    assert answer.status_code == 200, answer.content
    assert answer.json()["table_ready_at"] == "2026-06-05T19:40:00+02:00"
    assert host.post(path, {}, content_type="application/json").json()["version"] == 3


# --- The guest's page -----------------------------------------------------------------------------


def test_the_guest_reads_it_until_seated(client: Client, party: Reservation) -> None:
    path, words = manage_path(party), "Your table is ready"
    assert words not in client.get(path).content.decode()
    called(arrived(party))
    assert words in client.get(path).content.decode()
    reservation_seat(reservation_id=party.pk, actor=STAFF, now=SOON)
    assert words not in client.get(path).content.decode()


def test_guests_cannot_call_themselves(house: Restaurant) -> None:
    mine = reservation_create(request=a_request(house), actor=GUEST, now=NOW)
    answer = Client().post(
        f"/api/v1/reservations/{mine.reservation.pk}/table-ready",
        {},
        content_type="application/json",
        headers={"X-Manage-Token": mine.manage_token},
    )
    assert answer.status_code in {401, 403, 404}
