"""Guests who ask the restaurant: owners and managers export and erase for them."""

from __future__ import annotations

import pytest
from django.test import Client

from bookings.services import reservation_create
from guests.models import Guest, PrivacySettings
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import GUEST, NOW, a_request, make_member, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def guest(restaurant: Restaurant) -> Guest:
    return make_guest(restaurant.organisation, name="Anna")


@pytest.fixture
def manager(client: Client, restaurant: Restaurant) -> Client:
    client.force_login(make_member(restaurant, Role.MANAGER))
    return client


def test_a_guest_who_asks_is_given_everything_and_forgotten(
    manager: Client, restaurant: Restaurant, guest: Guest
) -> None:
    page = f"/staff/{restaurant.slug}/guests/{guest.pk}/privacy/"
    assert page in manager.get(f"/staff/{restaurant.slug}/guests/{guest.pk}/").content.decode()
    found = manager.post(f"{page}export/").json()
    assert found["guests"]["contacts"][0]["name"] == "Anna"

    assert "cannot be taken back" in manager.get(page).content.decode()
    assert Guest.objects.get().anonymised_at is None
    assert manager.post(page).status_code == 303
    assert Guest.objects.get().anonymised_at is not None
    assert manager.get(page).status_code == 404
    actions = set(AuditEntry.objects.values_list("action", "actor_kind"))
    assert {("guests.guest.exported", "staff"), ("guests.guest.erased", "staff")} <= actions


def test_what_is_to_come_is_named(manager: Client, restaurant: Restaurant) -> None:
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    page = f"/staff/{restaurant.slug}/guests/{booked.reservation.guest_id}/privacy/"
    with clock.freeze(NOW):
        response = manager.post(page)

    assert response.status_code == 409
    assert "Cancel it first" in response.content.decode()


def test_the_house_says_how_long_guests_are_known(manager: Client, restaurant: Restaurant) -> None:
    url = f"/staff/{restaurant.slug}/privacy/"
    assert 'value="24"' in manager.get(url).content.decode()
    assert manager.post(url, {"idle_months": "36"}).status_code == 303
    assert PrivacySettings.objects.get().idle_months == 36
    for wrong in ("0", "121", "soon", ""):
        assert manager.post(url, {"idle_months": wrong}).status_code == 422
    assert AuditEntry.objects.filter(action="guests.privacy_settings.changed").count() == 1


@pytest.mark.parametrize("role", [Role.HOST, Role.VIEWER, Role.MARKETING])
def test_others_may_not(client: Client, restaurant: Restaurant, guest: Guest, role: str) -> None:
    client.force_login(make_member(restaurant, role))
    one = f"/staff/{restaurant.slug}/guests/{guest.pk}/privacy/"
    assert client.get(f"/staff/{restaurant.slug}/privacy/").status_code == 403
    assert client.post(one).status_code == 403
    assert client.post(f"{one}export/").status_code == 403
    assert Guest.objects.get().anonymised_at is None


def test_guests_of_others_are_not_found(manager: Client, restaurant: Restaurant) -> None:
    other = make_guest(make_restaurant().organisation)
    one = f"/staff/{restaurant.slug}/guests/{other.pk}/privacy/"
    assert manager.post(one).status_code == 404
    assert manager.post(f"{one}export/").status_code == 404
