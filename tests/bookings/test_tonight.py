from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.selectors.tonight import tonight_of
from bookings.services import reservation_create
from reservehub.core import clock
from reservehub.core.models import Delivery, DeliveryStatus, OutboxEvent
from restaurants.completeness import setup_steps
from restaurants.models import Restaurant, Role, Table
from tests.factories import GUEST, NOW, a_request, make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4, 4))


def client_of(restaurant: Restaurant, role: str) -> Client:
    client = Client()
    client.force_login(make_member(restaurant, role, is_staff=True))
    return client


def test_covers_are_counted_by_the_quarter_of_an_hour(restaurant: Restaurant) -> None:
    first = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    later = first.starts_at - timedelta(minutes=30)
    (evening,) = tonight_of([restaurant], now=later)
    assert (evening.covers, evening.parties, evening.seated) == (first.party_size, 1, 0)
    assert [quarter.covers for quarter in evening.quarters] == [first.party_size]
    assert [row.pk for row in evening.arrivals] == [first.pk]
    assert tonight_of([restaurant], now=later + timedelta(days=1))[0].parties == 0


def test_the_number_of_restaurants_does_not_change_the_number_of_queries() -> None:
    places = [make_restaurant() for _ in range(4)]
    counts = []
    for some in (places[:1], places):
        with CaptureQueriesContext(connection) as seen:
            tonight_of(some, now=NOW)
            setup_steps(some)
        counts.append(len(seen))
    assert counts == [2, 2]


@pytest.mark.parametrize("role", [Role.HOST, Role.OWNER, Role.VIEWER])
def test_the_admin_site_opens_with_tonight(restaurant: Restaurant, role: str) -> None:
    other = make_restaurant()
    page = client_of(restaurant, role).get("/admin/")
    text = page.content.decode()
    assert page.status_code == 200
    assert restaurant.name in text
    assert f'id="tonight-{other.pk}"' not in text


def test_dead_deliveries_are_for_the_platform_only(restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    event = OutboxEvent.objects.latest("pk")
    Delivery.objects.create(
        event=event,
        handler="x",
        status=DeliveryStatus.DEAD,
        next_attempt_at=NOW,
        finished_at=NOW,
    )
    platform = Client()
    platform.force_login(make_user(is_staff=True, is_superuser=True))
    assert platform.get("/admin/").context["dead_deliveries"] == 1
    assert client_of(restaurant, Role.OWNER).get("/admin/").context["dead_deliveries"] == 0


def test_set_up_says_what_is_missing(restaurant: Restaurant) -> None:
    done = {step.key: step.is_done for step in setup_steps([restaurant])[restaurant.pk]}
    assert done["tables"]
    assert not done["cover"]
    Table.objects.filter(restaurant=restaurant).update(is_active=False)
    make_member(restaurant, Role.OWNER)
    make_member(restaurant, Role.HOST)
    done = {step.key: step.is_done for step in setup_steps([restaurant])[restaurant.pk]}
    assert (done["tables"], done["team"]) == (False, True)
