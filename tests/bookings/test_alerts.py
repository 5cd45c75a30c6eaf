"""The alerts of a real evening, read with two queries."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Occupancy, Reservation
from bookings.selectors.alerts import alerts_of
from bookings.services import reservation_create, reservation_seat
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def fresh(restaurant: Restaurant) -> Restaurant:
    return Restaurant.objects.select_related("policy").get(pk=restaurant.pk)


def test_the_alerts_of_an_evening_in_the_restaurants_time() -> None:
    restaurant = make_restaurant(tables=(2, 4), policy={"grace_minutes": 20})
    sits = book(restaurant, time=time(18), party_size=4, guest_name="Boris")
    after = book(restaurant, time=time(19, 45), party_size=4, guest_name="Clara")
    late = book(restaurant, time=time(19, 30), guest_name="Anna")
    lost = book(restaurant, time=time(21), guest_name="Dora")
    Occupancy.objects.filter(reservation=lost).delete()
    reservation_seat(reservation_id=sits.pk, actor=STAFF, now=sits.starts_at)

    found = alerts_of(fresh(restaurant), service_date=FRIDAY, now=late.starts_at + 17 * MINUTE)

    assert [(one.kind.value, one.reservation_id) for one in found] == [
        ("ask", late.pk),
        ("overtime_threatens", after.pk),
        ("late", after.pk),
        ("unassigned", lost.pk),
    ]
    assert found[1].words == "Boris still sits at table 2; Clara comes at 19:45."
    assert found[3].words == "Dora, party of 2 at 21:00, has no table."


def test_the_number_of_queries_does_not_grow_with_the_evening() -> None:
    counts = []
    for tables in ((2,), (2,) * 12):
        restaurant = make_restaurant(tables=tables)
        for _ in tables:
            book(restaurant)
        one = fresh(restaurant)
        alerts_of(one, service_date=FRIDAY, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            alerts_of(one, service_date=FRIDAY, now=NOW)
        counts.append(len(queries))
    assert counts == [2, 2]
