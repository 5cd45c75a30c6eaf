"""A house with a guest book, on a frozen Monday morning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import NOW, make_restaurant


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant(name="Bistro Nord")
