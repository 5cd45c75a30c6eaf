"""A restaurant that asks for a deposit, and what its guests see of a booking."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_create
from restaurants.models import Restaurant
from tests.bookings.deposits.people import make_house, make_rule
from tests.factories import GUEST, NOW, a_request
from tests.pages.conftest import text_of

THURSDAY_EVENING = datetime(2026, 6, 4, 18, 0, tzinfo=NOW.tzinfo)
"""23 hours before: too late for the money."""


def deposit_house() -> Restaurant:
    """A deposit of €10 for everybody; back until a day before."""
    house = make_house(name="Bistro Anna", slug="bistro-anna", city="Amsterdam")
    make_rule(house, amount_minor=1000)
    return house


def unpaid_booking(restaurant: Restaurant) -> Reservation:
    """It waits for €20."""
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


def look(
    client: Client, path: str, status: int = 200, *, headers: dict[str, str] | None = None
) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    return text_of(response)


def status_of(reservation: Reservation) -> tuple[str, str]:
    reservation.refresh_from_db()
    return reservation.status, reservation.deposit_status
