"""A frozen Monday morning and a small restaurant to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from django.core.cache import cache
from django.test import Client

from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import NOW, make_restaurant


@pytest.fixture(autouse=True)
def _at_monday_morning() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant(db: Any) -> Restaurant:
    """Two tables, for two and for four; dinner 18:00-22:00."""
    return make_restaurant(name="Bistro Anna", slug="bistro-anna", city="Amsterdam")


class Page(Protocol):
    """An answer of the test client, as far as it is read here."""

    content: bytes


def text_of(response: Page) -> str:
    """The page as one line of HTML."""
    return re.sub(r"\s+", " ", response.content.decode())


def book(client: Client, restaurant: Restaurant, **changes: str) -> Any:
    """Send the panel of Friday 19:00 for two, changed as told."""
    data = {
        "slot": "2026-06-05T19:00",
        "guests": "2",
        "area": "",
        "name": "Anna de Vries",
        "contact": "anna@example.com",
        "nonce": "nonce-1",
        **changes,
    }
    return client.post(f"/r/{restaurant.slug}/book/", data)
