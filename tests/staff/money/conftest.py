"""A bistro with an account, its manager, and providers that answer for themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from payments.gateways import registry
from payments.models import PaymentAccount
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(name="Bistro Anna", slug="bistro-anna", tables=(2, 4, 6, 8))


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


class StandInGateway:
    """A provider that is only asked whether it is on."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def problem(self) -> str:
        return self._problem


@pytest.fixture(autouse=True)
def _providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator is on; Stripe has no keys."""
    monkeypatch.setattr(
        "staff.presenters.deposits.gateway_named",
        lambda provider: StandInGateway(
            "" if provider == "simulator" else f"Set {provider.upper()}_SECRET_KEY."
        ),
    )
    assert set(registry.GATEWAYS) >= {"stripe", "adyen", "square", "simulator"}
