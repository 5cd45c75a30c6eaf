"""One restaurant, its people and a stranger's restaurant, seen through the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, override_settings
from rest_framework.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Membership, Restaurant, Role
from tests.factories import GUEST, NOW, a_request, make_member, make_restaurant, make_user

DINNER_TIME = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
"""Friday 19:00 in Amsterdam, when the usual party of the tests is due."""


@dataclass
class Api:
    """A caller: anonymous, or with an access token."""

    user: User | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def headers(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {AccessToken.for_user(self.user)}"} if self.user else {}
        return {**own, **(extra or {})}

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            headers=self.headers(headers),
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, headers=_named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, _named(headers))

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PUT", path, body, _named(headers))

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, _named(headers))

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("DELETE", path, body, _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@dataclass
class World:
    """Everybody has one role; `other_owner` owns the restaurant next door."""

    restaurant: Restaurant
    next_door: Restaurant
    owner: Api
    manager: Api
    host: Api
    viewer: Api
    marketing: Api
    admin: Api
    customer: Api
    stranger: Api
    other_owner: Api
    anonymous: Api

    @property
    def path(self) -> str:
        return f"restaurants/{self.restaurant.slug}"

    def book(self, **fields: Any) -> Reservation:
        """A booking of the customer, made through the service."""
        wish = {"customer_id": self.customer.user.pk if self.customer.user else None, **fields}
        return reservation_create(
            request=a_request(self.restaurant, **wish), actor=GUEST, now=clock.now()
        ).reservation

    def token(self, reservation: Reservation) -> str:
        return manage_token_of(reservation)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """On Monday 1 June 2026, 11:00 in Amsterdam."""
    with clock.freeze(NOW):
        yield make_world()


def make_world() -> World:
    restaurant = make_restaurant(name="Bistro Anna", city="Amsterdam", cuisine="French")
    next_door = make_restaurant(name="Next Door", city="Utrecht", cuisine="Thai")

    def member(role: str) -> Api:
        return Api(make_member(restaurant, role))

    owner = make_user()
    Membership.objects.create(
        user=owner, organisation=restaurant.organisation, restaurant=None, role=Role.OWNER
    )
    other = make_user()
    Membership.objects.create(
        user=other, organisation=next_door.organisation, restaurant=None, role=Role.OWNER
    )
    return World(
        restaurant=restaurant,
        next_door=next_door,
        owner=Api(owner),
        manager=member(Role.MANAGER),
        host=member(Role.HOST),
        viewer=member(Role.VIEWER),
        marketing=member(Role.MARKETING),
        admin=Api(make_user(is_superuser=True, is_staff=True)),
        customer=Api(make_user()),
        stranger=Api(make_user()),
        other_owner=Api(other),
        anonymous=Api(),
    )


def booking_body(world: World, **fields: Any) -> dict[str, Any]:
    """Two for Friday 19:00."""
    return {
        "restaurant": world.restaurant.slug,
        "date": "2026-06-05",
        "time": "19:00",
        "party_size": 2,
        "guest_name": "Maria Jansen",
        "guest_email": "maria@example.com",
        **fields,
    }


def assert_problem(response: Any, status: int, code: str = "") -> dict[str, Any]:
    """It is RFC 9457 with this status and, if given, this code."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == f"/problems/{body['code']}"
    assert not code or body["code"] == code, body
    return body


def pointers(body: dict[str, Any]) -> set[str]:
    return {error["pointer"] for error in body["errors"]}


@contextmanager
def rates(chosen: dict[str, str]) -> Iterator[None]:
    """Limits on, these instead of the usual ones, and no calls counted yet."""
    settings: Any = api_settings
    before = settings.DEFAULT_THROTTLE_RATES
    caches["default"].clear()
    settings.DEFAULT_THROTTLE_RATES = chosen
    try:
        with override_settings(RESERVEHUB_THROTTLES=True):
            yield
    finally:
        settings.DEFAULT_THROTTLE_RATES = before
        caches["default"].clear()
