from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.core.management import call_command

from accounts.models import User
from bookings.models import Occupancy, Reservation
from bookings.selectors import reservations_of_customer
from bookings.services import reservation_create, reservations_rederive
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from restaurants.services import config_save
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def booked(restaurant: Restaurant) -> Reservation:
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


def test_a_corrected_zone_keeps_the_wall_time_and_moves_the_table() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = booked(restaurant)
    restaurant.timezone = "Europe/Lisbon"
    config_save(instance=restaurant, actor=STAFF, now=NOW)

    run_deliveries()

    reservation.refresh_from_db()
    assert (reservation.local_time, reservation.service_date) == (time(19), FRIDAY)
    assert reservation.starts_at == datetime(2026, 6, 5, 18, 0, tzinfo=UTC)
    row = Occupancy.objects.get(reservation=reservation)
    assert (row.period.lower, row.period.upper) == (reservation.starts_at, reservation.ends_at)


def test_deriving_again_changes_nothing() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = booked(restaurant)
    Restaurant.objects.filter(pk=restaurant.pk).update(timezone="Europe/Lisbon")
    with clock.freeze(NOW):
        call_command("rederive_times")
    reservation.refresh_from_db()
    assert reservation.version == 2
    assert not reservations_rederive(restaurant_id=restaurant.pk, actor=SYSTEM, now=NOW)


def test_the_past_is_not_rewritten() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = booked(restaurant)
    Restaurant.objects.filter(pk=restaurant.pk).update(timezone="Europe/Lisbon")
    after = reservation.ends_at
    assert not reservations_rederive(restaurant_id=restaurant.pk, actor=SYSTEM, now=after)


def test_a_customer_sees_bookings_made_before_signing_up() -> None:
    restaurant = make_restaurant(tables=(2,))
    reservation = booked(restaurant)
    user = User.objects.create_user("later@example.com")
    guest = reservation.guest
    assert guest is not None
    guest.user = user
    guest.save()
    assert list(reservations_of_customer(user)) == [reservation]
