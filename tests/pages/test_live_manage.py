"""The open page of a booking: its socket, and the part of the page it fetches again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bookings import consumers
from bookings.models import Reservation
from bookings.selectors import manage_path, manage_token_of, view_token_of
from bookings.services import (
    reservation_approve,
    reservation_arrive,
    reservation_cancel,
    reservation_create,
    reservation_running_late,
    reservation_table_ready,
)
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.asgi import serving
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db(transaction=True)

PART = {"HX-Request": "true", "HX-Target": "visit"}
SEVEN = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(policy={"confirmation_mode": "approval"})


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


# --- The part of the page -------------------------------------------------------------------------


def test_the_page_fetches_the_booking_alone(client: Client, reservation: Reservation) -> None:
    response = client.get(manage_path(reservation), headers=PART)
    part = text_of(response)
    assert "<html" not in part
    assert "<title>Your request is with the restaurant" in part
    assert 'data-version="1"' in part
    assert "HX-Target" in response["Vary"]
    assert response["Cache-Control"] == "private, no-store"
    whole = text_of(client.get(manage_path(reservation)))
    assert f'data-page="{manage_path(reservation)}"' in whole


def test_the_part_says_what_has_become_of_the_booking(
    client: Client, reservation: Reservation
) -> None:
    path = manage_path(reservation)
    step: dict[str, Any] = {"reservation_id": reservation.pk, "actor": STAFF}
    reservation_approve(**step, now=NOW)
    assert 'data-status="Your booking is confirmed."' in text_of(client.get(path, headers=PART))
    reservation_arrive(**step, now=SEVEN)
    reservation_table_ready(**step, now=SEVEN)
    part = text_of(client.get(path, headers=PART))
    assert 'data-status="Your table is ready. Please come in' in part
    assert 'data-change="Your booking is for Friday 5 June, 19:00 · 2 guests."' in part


def test_who_may_only_look_gets_a_part_without_actions(
    client: Client, reservation: Reservation
) -> None:
    path = f"/v/{view_token_of(reservation)}/"
    part = text_of(client.get(path, headers=PART))
    assert "<form" not in part
    assert "/b/" not in part
    whole = text_of(client.get(path))
    assert f'data-page="{path}"' in whole
    assert manage_token_of(reservation) not in whole
    assert "/messages/" not in whole


# --- The socket -----------------------------------------------------------------------------------


@pytest.fixture
def address(transactional_db: Any) -> Iterator[str]:
    cache.clear()
    with clock.freeze(NOW), serving() as found:
        yield found


@contextmanager
def open_page(address: str, token: str, kind: str = "b") -> Iterator[ClientConnection]:
    url = f"{address.replace('http', 'ws', 1)}/ws/{kind}/{token}/"
    with connect(url, origin=Origin(address)) as socket:
        yield socket


def told(socket: ClientConnection) -> int:
    message = json.loads(socket.recv(timeout=5))
    assert set(message) == {"type", "version"}, "nothing about anybody is told"
    assert message["type"] == "reservation.changed"
    return int(message["version"])


def silent(socket: ClientConnection) -> bool:
    try:
        socket.recv(timeout=0.4)
    except TimeoutError:
        return True
    return False


def closed_with(socket: ClientConnection) -> int | None:
    try:
        while True:
            socket.recv(timeout=5)
    except ConnectionClosed:
        pass
    return socket.close_code


@pytest.mark.parametrize(("kind", "link"), [("b", manage_token_of), ("v", view_token_of)])
def test_every_change_is_told_after_the_commit(
    address: str, reservation: Reservation, kind: str, link: Any
) -> None:
    with open_page(address, link(reservation), kind) as page:
        assert told(page) == 1
        with transaction.atomic():
            reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
            assert silent(page)
        assert told(page) == 2
        reservation_running_late(reservation_id=reservation.pk, minutes=10, actor=GUEST, now=NOW)
        assert told(page) == 3
        reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
        assert told(page) == 4


def test_what_happened_before_the_socket_is_known_at_once(
    address: str, reservation: Reservation
) -> None:
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    with open_page(address, manage_token_of(reservation)) as page:
        assert told(page) == 2
        assert silent(page)


def test_another_booking_is_not_told_of(
    address: str, reservation: Reservation, restaurant: Restaurant
) -> None:
    other = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    with open_page(address, manage_token_of(other)) as page:
        told(page)
        reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
        assert silent(page)


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "1"])
def test_a_wrong_link_is_closed_so_that_a_browser_can_tell(
    address: str, reservation: Reservation, token: str
) -> None:
    with open_page(address, token) as page:
        assert closed_with(page) == 4403


def test_a_link_that_is_revoked_meanwhile_closes(address: str, reservation: Reservation) -> None:
    with open_page(address, manage_token_of(reservation)) as page:
        told(page)
        Reservation.objects.filter(pk=reservation.pk).update(manage_token_hash="revoked")
        reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
        assert closed_with(page) == 4403


def test_guesses_count_together_with_those_on_pages(
    address: str, reservation: Reservation, client: Client, settings: Any
) -> None:
    settings.RESERVEHUB_THROTTLES = True
    for number in range(31):
        with open_page(address, f"guess-{number}") as page:
            assert closed_with(page) == 4403
    assert client.get("/b/guess/").status_code == 429
    assert client.get(manage_path(reservation)).status_code == 200


def test_what_guests_say_is_not_heard(address: str, reservation: Reservation) -> None:
    with open_page(address, manage_token_of(reservation)) as page:
        told(page)
        page.send('{"type":"reservation.changed","version":99}')
        page.send(b"\x00" * 100)
        assert silent(page)
        page.send("x" * 201)
        assert closed_with(page) == 1009


def test_one_booking_has_a_bounded_number_of_open_pages(
    address: str, reservation: Reservation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MOST_PAGES", 1)
    token = manage_token_of(reservation)
    with open_page(address, token) as first:
        told(first)
        with open_page(address, token) as second:
            assert closed_with(second) == 1013
    with open_page(address, token) as third:
        assert told(third) == 1


def test_another_site_cannot_open_the_socket(address: str, reservation: Reservation) -> None:
    url = f"{address.replace('http', 'ws', 1)}/ws/b/{manage_token_of(reservation)}/"
    with pytest.raises(InvalidStatus), connect(url, origin=Origin("https://evil.example")):
        pass
