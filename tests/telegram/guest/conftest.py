"""Anna and her telephone, on a frozen Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache

from reservehub.core import clock
from restaurants.models import Restaurant
from telegram_bot.guest.models import GuestProfile
from tests.factories import NOW, make_restaurant
from tests.telegram.guest.phone import Phone
from tests.telegram.server import TelegramServer

PHONE = "+31612345678"


@pytest.fixture
def at() -> datetime:
    """When it is; a test with another `at` is parametrized with it."""
    return NOW


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    cache.clear()
    with clock.freeze(at):
        yield


@pytest.fixture
def restaurant(transactional_db: None) -> Restaurant:
    """Two tables, for two and for four; dinner 18:00-22:00."""
    return make_restaurant(
        name="Bistro Anna",
        slug="bistro-anna",
        city="Amsterdam",
        address_line1="Prinsengracht 1",
        latitude=52.37,
        longitude=4.89,
    )


@pytest.fixture
def newcomer(bot: TelegramServer, restaurant: Restaurant) -> Phone:
    """Nobody knows her number yet."""
    return Phone(bot.add_user("Anna de Vries"))


@pytest.fixture
def anna(newcomer: Phone) -> Phone:
    """She shared her number some day."""
    user = newcomer.user
    GuestProfile.objects.create(
        user_id=user.id,
        chat_id=user.id,
        name=user.name,
        phone=PHONE,
        created_at=NOW,
        updated_at=NOW,
    )
    return newcomer
