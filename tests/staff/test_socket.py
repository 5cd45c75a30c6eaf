"""The live socket against a real server: every change recolours, strangers stay outside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from bookings import realtime
from bookings.models import Reservation
from bookings.presenters.floor import floor_data
from bookings.selectors.floor import floor_of
from bookings.services import (
    reservation_arrive,
    reservation_create,
    reservation_seat,
    table_block,
)
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.models import Membership, Restaurant, Role
from restaurants.services import membership_revoke
from staff import feed
from tests.asgi import Watcher, serving, watching
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_member,
    make_restaurant,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

SEVEN = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
"""Friday 19:00 in Amsterdam, when the guests of these tests come."""


@pytest.fixture(autouse=True)
def _only_what_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds do not look by themselves, which would hide a message that nobody sends."""
    monkeypatch.setattr(feed, "LOOKS_EVERY", 60.0)


@pytest.fixture(autouse=True)
def _friday_at_seven(transactional_db: Any) -> Iterator[None]:
    with clock.freeze(SEVEN):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4))


@pytest.fixture
def address(transactional_db: Any) -> Iterator[str]:
    with serving() as found:
        yield found


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def tables(restaurant: Restaurant) -> list[int]:
    return list(restaurant.tables.order_by("pk").values_list("pk", flat=True))


def test_a_screen_begins_with_the_floor_as_it_is(address: str, restaurant: Restaurant) -> None:
    book(restaurant)
    host = make_member(restaurant)
    restaurant.refresh_from_db()
    floor = floor_of(restaurant, service_date=FRIDAY, at=SEVEN, now=SEVEN, is_live=True)
    with watching(address, restaurant.pk, host) as screen:
        snapshot = screen.next()
    assert snapshot.pop("type") == "snapshot"
    assert snapshot.pop("seq") == 0
    assert snapshot == floor_data(floor, restaurant)


def test_steps_of_a_visit_recolour_its_table_at_once(address: str, restaurant: Restaurant) -> None:
    visit = book(restaurant)
    first, _second = tables(restaurant)
    step: dict[str, Any] = {"reservation_id": visit.pk, "actor": STAFF, "now": SEVEN}
    with watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        started = time.monotonic()
        reservation_arrive(**step)
        arrived = screen.table(first, "arrived")
        assert time.monotonic() - started < 1
        raw = screen.until(lambda m: m["type"] == "reservation.status")
        reservation_seat(**step)
        seated = screen.table(first, "seated")
    assert (arrived["colour"], arrived["line"]) == ("red", "2 Anna")
    assert (raw["reservation_id"], raw["status"]) == (visit.pk, "arrived")
    assert seated["seq"] > raw["seq"] > arrived["seq"]
    assert seated["time"] == "0:00 / 1:30"


def test_a_booking_by_the_api_colours_the_table(address: str, restaurant: Restaurant) -> None:
    host = make_member(restaurant)
    client = Client()
    client.force_login(host)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    visit = book(restaurant)
    with watching(address, restaurant.pk, host) as screen:
        screen.next()
        token = httpx.get(f"{address}/accounts/login/").cookies.get("csrftoken") or ""
        answer = httpx.post(
            f"{address}/api/v1/reservations/{visit.pk}/check-in",
            headers={
                "Cookie": f"{cookie}; csrftoken={token}",
                "X-CSRFToken": token,
                "Idempotency-Key": "arrive-1",
            },
            json={},
        )
        assert answer.status_code == 200, answer.text
        screen.table(tables(restaurant)[0], "arrived")


def test_a_change_that_nobody_announced_shows_within_seconds(
    address: str, restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOKS_EVERY", 1.0)
    visit = book(restaurant)
    with watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        Reservation.objects.filter(pk=visit.pk).update(is_vip=True, version=2)
        again = screen.until(lambda m: m["type"] == "snapshot")
    assert again["tables"][0]["signs"][0] == "vip"


def test_a_table_that_turns_by_itself_is_told(address: str, restaurant: Restaurant) -> None:
    book(restaurant)
    first, _second = tables(restaurant)
    with (
        clock.freeze(SEVEN - timedelta(milliseconds=300)),
        watching(address, restaurant.pk, make_member(restaurant)) as screen,
    ):
        assert screen.next()["tables"][0]["status"] == "soon"
        with clock.freeze(SEVEN):
            late = screen.table(first, "late")
    assert late["time"] == "+0"


def test_blocks_and_holds_are_seen(address: str, restaurant: Restaurant) -> None:
    first, second = tables(restaurant)
    with watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        table_block(
            restaurant_id=restaurant.pk,
            table_ids=(second,),
            starts_at=SEVEN,
            ends_at=SEVEN + timedelta(hours=2),
            reason="private party",
            actor=STAFF,
            now=SEVEN,
        )
        assert screen.table(second, "blocked")["line"] == "private party"
        made = httpx.post(
            f"{address}/api/v1/holds",
            headers={"Idempotency-Key": "hold-1"},
            json={
                "restaurant": restaurant.slug,
                "date": FRIDAY.isoformat(),
                "time": "20:00",
                "party_size": 2,
            },
        )
        assert made.status_code == 201, made.text
        assert screen.table(first, "soon")["signs"] == ["hold"]
        httpx.delete(f"{address}/api/v1/holds/{made.json()['token']}")
        screen.table(first, "available")


def test_a_burst_is_told_in_few_messages(address: str, restaurant: Restaurant) -> None:
    visit = book(restaurant)
    with watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        for number in range(30):
            Reservation.objects.filter(pk=visit.pk).update(version=2 + number)
            visit.refresh_from_db()
            realtime.push_tables(visit, tables(restaurant)[:1])
        last = screen.until(lambda m: m["type"] == "table.status" and m["version"] == 31)
    told = [m for m in screen.seen if m["type"] == "table.status"]
    assert len(told) < 20
    assert last["seq"] >= len(told)


# --- Who may look on ------------------------------------------------------------------------------


def closed_with(screen: Watcher) -> int:
    with pytest.raises(ConnectionClosed):
        screen.until(lambda _message: False)
    received = screen.socket.close_code
    assert received is not None
    return received


ROLES = {
    "anonymous": False,
    "customer": False,
    "other owner": False,
    "marketing": False,
    "viewer": True,
    "host": True,
    "manager": True,
    "owner": True,
}


@pytest.mark.parametrize("who", ROLES)
def test_only_those_who_may_see_the_book_are_let_in(
    who: str, address: str, restaurant: Restaurant
) -> None:
    if who == "anonymous":
        person = None
    elif who == "customer":
        person = make_user()
    elif who == "other owner":
        person = make_member(make_restaurant(), Role.OWNER)
    else:
        person = make_member(restaurant, Role(who))
    with watching(address, restaurant.pk, person) as screen:
        if ROLES[who]:
            assert screen.next()["type"] == "snapshot"
        else:
            assert closed_with(screen) == 4403


def test_a_restaurant_that_does_not_exist_is_closed_to_all(address: str) -> None:
    with watching(address, 987_654, make_user(is_superuser=True)) as screen:
        assert closed_with(screen) == 4403


def test_who_is_let_go_is_shown_out(address: str, restaurant: Restaurant) -> None:
    leaver, stayer = make_member(restaurant), make_member(restaurant)
    membership = Membership.objects.get(user=leaver)
    with (
        watching(address, restaurant.pk, leaver) as gone,
        watching(address, restaurant.pk, stayer) as here,
    ):
        gone.next()
        here.next()
        membership_revoke(membership_id=membership.pk, actor=SYSTEM, now=SEVEN)
        assert closed_with(gone) == 4403
        here.socket.send('{"type":"ping"}')
        assert here.until(lambda m: m["type"] == "pong")


def test_viewers_learn_nothing_about_health(address: str, restaurant: Restaurant) -> None:
    visit = book(restaurant)
    Reservation.objects.filter(pk=visit.pk).update(dietary_restrictions=["nuts"])
    with (
        watching(address, restaurant.pk, make_member(restaurant, Role.VIEWER)) as viewer,
        watching(address, restaurant.pk, make_member(restaurant)) as host,
    ):
        assert "allergy" not in viewer.next()["tables"][0]["signs"]
        assert "allergy" in host.next()["tables"][0]["signs"]


def test_another_site_cannot_open_the_socket(address: str, restaurant: Restaurant) -> None:
    url = f"{address.replace('http', 'ws', 1)}/ws/staff/{restaurant.pk}/"
    with pytest.raises(InvalidStatus), connect(url, origin=Origin("https://evil.example")):
        pass


def test_a_shared_tablet_shows_what_its_person_may_see(
    address: str, restaurant: Restaurant
) -> None:
    visit = book(restaurant)
    Reservation.objects.filter(pk=visit.pk).update(dietary_restrictions=["nuts"])
    host, viewer = make_member(restaurant), make_member(restaurant, Role.VIEWER)
    with watching(address, restaurant.pk, host, before=viewer.pk) as screen:
        assert "allergy" not in screen.next()["tables"][0]["signs"]
    with watching(address, restaurant.pk, host, before=None) as locked:
        assert closed_with(locked) == 4403
