"""A house, a party that has booked there, and its host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from bookings.models import Reservation
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import NOW
from tests.notifications.world import book, make_house
from tests.staff.messages.talk import logged_in


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_house()


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return book(house)


@pytest.fixture
def host(house: Restaurant) -> Client:
    return logged_in(house, Role.HOST, name="Hanna Host")
