"""Two hundred guests press "book" in the same second, through the real server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bookings.models import Occupancy, Reservation
from restaurants.models import Restaurant
from tests.concurrency.racing import assert_book_is_sound, deadlocks
from tests.concurrency.server import WebServer
from tests.factories import make_restaurant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RIVALS = 200
BOOKINGS = "/api/v1/reservations"


def environment(tmp_path: Path) -> dict[str, str]:
    """The test database, and Redis of the test cluster."""
    about = connection.settings_dict
    return {
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**about),
        "REDIS_URL": settings.CACHES["default"]["LOCATION"],
        "RESERVEHUB_HOME": str(tmp_path),
    }


def a_wish(restaurant: Restaurant, number: int = 1) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=3)
    return {
        "restaurant": restaurant.slug,
        "date": day.isoformat(),
        "time": "19:00",
        "party_size": 2,
        "guest_name": "Anna de Vries",
        "guest_email": f"guest-{number}@example.com",
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with WebServer(environment=environment(tmp_path), log=tmp_path / "web.log") as running:
        yield running


def test_of_two_hundred_callers_one_gets_the_last_table(server: WebServer) -> None:
    restaurant = make_restaurant(tables=(2,))
    bodies = [a_wish(restaurant, number) for number in range(RIVALS)]
    before = deadlocks()

    answers = server.post_together(BOOKINGS, bodies)

    won = [answer for answer in answers if answer.status == 201]
    lost = [answer for answer in answers if answer.status == 409]
    assert len(won) == 1, json.dumps([answer.body for answer in answers if answer not in lost])
    assert len(lost) == RIVALS - 1
    for answer in lost:
        assert answer.body["code"] == "slot_unavailable"
        times = [other["time"] for other in answer.body["alternatives"]]
        assert times == ["20:30", "20:45", "21:00"]
    assert deadlocks() == before
    assert Reservation.objects.count() == Occupancy.objects.count() == 1
    assert_book_is_sound()
    took = sorted(answer.seconds for answer in answers)
    print(f"p50 {took[RIVALS // 2]:.2f} s, p95 {took[int(RIVALS * 0.95)]:.2f} s")  # noqa: T201


def test_a_request_that_broke_off_does_not_use_up_its_key(server: WebServer) -> None:
    """The guest's connection broke after half the request; the same request again must work."""
    wish, key = a_wish(make_restaurant()), "key-1"
    text = json.dumps(wish).encode()
    head = [
        f"POST {BOOKINGS} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        f"Idempotency-Key: {key}",
    ]
    for part in (b"", text[:20], text[:-1]):
        with socket.create_connection(("127.0.0.1", server.port), 10) as broken:
            broken.sendall("\r\n".join([*head, "", ""]).encode() + part)
            broken.shutdown(socket.SHUT_WR)
            broken.recv(1)

    answer = server.ask("POST", BOOKINGS, wish, headers={"Idempotency-Key": key})

    assert answer.status == 201, answer.body
