"""The timeline: drawn with few queries, and parties are moved on it or told why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Occupancy, Reservation
from bookings.services import reservation_create, reservation_seat
from reservehub.core import clock
from restaurants.models import Restaurant, Role, ServicePeriod
from tests.factories import STAFF, a_request, make_member, make_restaurant
from tests.staff.evening import EVENING, fill, make_house

pytestmark = pytest.mark.django_db

AFTERNOON = EVENING - timedelta(hours=3)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(AFTERNOON):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 2, 4), slug="bistro-anna")


@pytest.fixture
def anna(restaurant: Restaurant) -> Reservation:
    request = a_request(restaurant, time=time(19))
    return reservation_create(request=request, actor=STAFF, now=AFTERNOON).reservation


def logged_in(house: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


@pytest.fixture
def host(restaurant: Restaurant) -> Client:
    return logged_in(restaurant)


def tables(row: Reservation) -> list[str]:
    rows = Occupancy.objects.filter(reservation=row).order_by("table__number")
    return [one.table.number for one in rows.select_related("table")]


def drop(client: Client, row: Reservation, **fields: Any) -> Any:
    """Drop the party: `to` is the number of a table."""
    numbers = {table.number: table.pk for table in row.restaurant.tables.all()}
    present = tables(row)
    data = {"version": row.version, "from_table": numbers[present[0]] if present else 0}
    if "to" in fields:
        data["to_table"] = numbers[fields.pop("to")]
    return client.post(
        f"/staff/bistro-anna/reservations/{row.pk}/move/",
        data | fields,
        headers={"HX-Request": "true"},
    )


def told(response: Any) -> Any:
    return json.loads(response["HX-Trigger"])["rh:done"]


def test_dropped_at_another_table_it_sits_there(host: Client, anna: Reservation) -> None:
    response = drop(host, anna, to="2")
    assert response.status_code == 200
    assert tables(anna) == ["2"]
    assert told(response)["text"] == "Anna de Vries: 19:00–20:30, table 2"


def test_dropped_at_another_time_and_table_both_change_at_once(
    host: Client, anna: Reservation
) -> None:
    assert drop(host, anna, to="3", shift=90).status_code == 200
    anna.refresh_from_db()
    assert (anna.local_time, tables(anna)) == (time(20, 30), ["3"])
    assert anna.ends_at - anna.starts_at == timedelta(minutes=90)


def test_a_pull_at_the_end_makes_the_stay_longer(host: Client, anna: Reservation) -> None:
    assert drop(host, anna, minutes=150).status_code == 200
    anna.refresh_from_db()
    assert anna.ends_at - anna.starts_at == timedelta(minutes=150)
    assert Occupancy.objects.get(reservation=anna).period.upper == anna.ends_at


def test_the_way_back_restores_time_table_and_length(host: Client, anna: Reservation) -> None:
    before = (anna.starts_at, anna.ends_at, tables(anna))
    done = told(drop(host, anna, to="3", shift=60, minutes=120))
    assert host.post(done["undo"], {"version": done["version"]}).status_code == 200
    anna.refresh_from_db()
    assert (anna.starts_at, anna.ends_at, tables(anna)) == before


def test_a_taken_table_is_refused_with_tables_that_are_free(
    host: Client, restaurant: Restaurant, anna: Reservation
) -> None:
    request = a_request(restaurant, guest_name="Bram Jansen", time=time(19, 30))
    bram = reservation_create(request=request, actor=STAFF, now=AFTERNOON).reservation
    response = drop(host, anna, to=tables(bram)[0])
    html = response.content.decode()
    assert response.status_code == 409
    assert "The table is taken at that time" in html
    assert "Table 3" in html
    assert tables(anna) == ["1"]


def test_a_small_table_can_be_forced_by_those_who_may(host: Client, restaurant: Restaurant) -> None:
    request = a_request(restaurant, party_size=4, time=time(19))
    four = reservation_create(request=request, actor=STAFF, now=AFTERNOON).reservation
    response = drop(host, four, to="1")
    assert response.status_code == 409
    assert "The party is too large for the table." in response.content.decode()
    assert 'name="overrides" value="capacity"' in response.content.decode()
    assert drop(host, four, to="1", overrides="capacity").status_code == 200
    assert tables(four) == ["1"]


def test_the_limit_of_the_kitchen_is_named_with_a_way_beyond_it(
    host: Client, restaurant: Restaurant, anna: Reservation
) -> None:
    request = a_request(restaurant, time=time(20))
    reservation_create(request=request, actor=STAFF, now=AFTERNOON)
    ServicePeriod.objects.filter(restaurant=restaurant).update(max_arriving_covers=2)
    response = drop(host, anna, shift=60)
    assert "The limit of guests arriving at once is reached" in response.content.decode()
    assert drop(host, anna, shift=60, overrides="pacing").status_code == 200


def test_the_slower_of_two_hosts_is_told_who_was_faster(host: Client, anna: Reservation) -> None:
    assert drop(host, anna, to="2").status_code == 200
    response = drop(host, anna, to="3")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody was faster" in html
    assert "table 2" in html


def test_a_seated_party_stays_longer_but_not_into_the_next_one(
    host: Client, restaurant: Restaurant, anna: Reservation
) -> None:
    seated = reservation_seat(reservation_id=anna.pk, actor=STAFF, now=anna.starts_at)
    with clock.freeze(anna.starts_at + timedelta(minutes=30)):
        assert drop(host, seated, minutes=120).status_code == 200
        anna.refresh_from_db()
        assert anna.ends_at - anna.starts_at == timedelta(minutes=120)
        request = a_request(
            restaurant, time=time(21, 15), table_ids=(restaurant.tables.get(number="1").pk,)
        )
        reservation_create(request=request, actor=STAFF, now=clock.now())
        assert drop(host, anna, minutes=180).status_code == 409


def test_strangers_and_viewers_move_nothing(restaurant: Restaurant, anna: Reservation) -> None:
    assert drop(logged_in(restaurant, Role.VIEWER), anna, to="2").status_code == 403
    other = make_restaurant()
    assert drop(logged_in(other, Role.OWNER), anna, to="2").status_code == 404
    assert tables(anna) == ["1"]


def test_a_party_of_another_restaurant_is_not_found(restaurant: Restaurant) -> None:
    other = make_restaurant()
    theirs = reservation_create(request=a_request(other), actor=STAFF, now=AFTERNOON).reservation
    path = f"/staff/bistro-anna/reservations/{theirs.pk}/move/"
    assert logged_in(restaurant).post(path, {"shift": 15}).status_code == 404


@pytest.mark.parametrize("bad", [{"shift": "x"}, {"minutes": 5}, {"tables": "1+x"}])
def test_nonsense_is_refused(host: Client, anna: Reservation, bad: dict[str, Any]) -> None:
    assert drop(host, anna, **bad).status_code == 422


def test_drawing_and_table_tell_of_the_same_parties(restaurant: Restaurant) -> None:
    with clock.freeze(EVENING):
        house = make_house(tables=9, slug="large-house")
        fill(house, 30)
        client = logged_in(house)
        drawing = client.get(f"/staff/{house.slug}/timeline/").content.decode()
        table = client.get(f"/staff/{house.slug}/timeline/?show=table").content.decode()
    drawn = set(re.findall(r'class="tl-bar"[^>]*data-party="(\d+)"', drawing)) - {"0"}
    assert drawn == set(re.findall(r'<tr data-party="(\d+)"', table))
    assert len(drawn) > 20


@pytest.mark.parametrize("page", ["timeline/", "timeline/?show=table", "list/", "alerts/", "heat/"])
def test_sixty_tables_and_250_parties_take_at_most_fifteen_queries(page: str) -> None:
    with clock.freeze(EVENING):
        house = make_house(60)
        fill(house, 250)
        client = logged_in(house)
        client.get(f"/staff/{house.slug}/{page}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/staff/{house.slug}/{page}").status_code == 200
    assert len(captured) <= 15, [one["sql"][:80] for one in captured]
