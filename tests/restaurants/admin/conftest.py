"""An owner at the admin site, at a fixed moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reservehub.core import clock
from restaurants.models import (
    Restaurant,
    Role,
)
from tests.factories import (
    NOW,
    make_restaurant,
)
from tests.restaurants.admin.world import (
    logged_in,
    staff,
)


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def client(restaurant: Restaurant) -> Client:
    return logged_in(staff(restaurant, Role.OWNER))
