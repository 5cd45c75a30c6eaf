"""A bistro with an account, its manager, and providers that answer for themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from payments.gateways import registry
from payments.models import PaymentAccount
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.bookings.deposits.bank import Bank
from tests.factories import NOW, make_member, make_restaurant


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(
        name="Bistro Anna",
        slug="bistro-anna",
        tables=(2, 2, 4, 4, 6, 8),
        policy={"cancel_cutoff_minutes": 24 * 60},
    )


@pytest.fixture
def account(restaurant: Restaurant) -> PaymentAccount:
    return PaymentAccount.objects.create(
        restaurant=restaurant, provider="simulator", created_at=NOW, updated_at=NOW
    )


@pytest.fixture
def office(restaurant: Restaurant) -> Client:
    """The manager."""
    client = Client()
    client.force_login(make_member(restaurant, Role.MANAGER, name="Maria"))
    return client


@pytest.fixture
def stand(restaurant: Restaurant) -> Client:
    """The host, who may take no money."""
    client = Client()
    client.force_login(make_member(restaurant, Role.HOST))
    return client


class NoKeys:
    """A provider that is off."""

    def __init__(self, provider: str) -> None:
        self._variable = f"{provider.upper()}_SECRET_KEY"

    def problem(self) -> str:
        return f"Set {self._variable}."


@pytest.fixture(autouse=True)
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The simulator is a bank in memory; the others have no keys."""
    found = Bank()
    monkeypatch.setattr(
        registry,
        "gateway_named",
        lambda provider: found if provider == "simulator" else NoKeys(provider),
    )
    return found
