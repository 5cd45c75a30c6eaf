"""The loyalty programme at the host stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guests.models import LoyaltyProgramme, LoyaltyTier
from restaurants.models import Restaurant, Role
from tests.factories import make_member, make_restaurant

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant()


def enter(place: Restaurant, role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(make_member(place, role))
    return client


def sheet(*tiers: tuple[str, str, str], stored: int = 0, **fields: str) -> dict[str, str]:
    """The form as a browser sends it: `stored` rows were shown filled, two more empty."""
    rows = {"tier-INITIAL_FORMS": str(stored), "tier-TOTAL_FORMS": str(stored + 2)}
    for number, tier in enumerate(tiers):
        names = ("name", "from_points", "benefit")
        rows |= {f"tier-{number}-{name}": text for name, text in zip(names, tier, strict=True)}
    return {"points_per_visit": "10", "points_per_unit": "0", **rows, **fields}


def tiers() -> list[tuple[Any, ...]]:
    return list(LoyaltyTier.objects.values_list("name", "from_points", "benefit"))


def test_a_programme_is_started_with_tiers_changed_and_switched_off(place: Restaurant) -> None:
    client, url = enter(place), reverse("staff:loyalty", args=[place.slug])
    assert client.get(url).status_code == 200
    silver, gold = ("Silver", "20", ""), ("Gold", "100", "A glass of wine")
    assert client.post(url, sheet(gold, silver, is_active="on"))["Location"] == url
    programme = LoyaltyProgramme.objects.get()
    assert programme.is_active
    assert tiers() == [("Silver", 20, ""), ("Gold", 100, "A glass of wine")]
    page = client.get(url).content.decode()
    assert 'value="A glass of wine"' in page
    client.post(url, sheet(("", "", ""), gold, stored=2, points_per_visit="5"))
    programme.refresh_from_db()
    assert (programme.is_active, programme.points_per_visit) == (False, 5)
    assert tiers() == [("Gold", 100, "A glass of wine")]


def test_what_is_wrong_is_told_beside_its_row_and_nothing_is_saved(place: Restaurant) -> None:
    client, url = enter(place), reverse("staff:loyalty", args=[place.slug])
    wrong = {
        "Enter a name.": sheet(("", "20", "Wine")),
        "Enter a number of points, 0 for none.": sheet(("Silver", "", "")),
        "Enter the points in digits": sheet(("Silver", "many", "")),
        "Enter 0 or more": sheet(points_per_visit="-1"),
        "Two tiers begin with the same points": sheet(("Silver", "20", ""), ("Gold", "20", "")),
    }
    for words, sent in wrong.items():
        response = client.post(url, sent)
        assert response.status_code == 422, words
        assert response.content.decode().count(words) >= 2
    assert not LoyaltyProgramme.objects.exists()


def test_only_those_who_configure_the_house_open_it(place: Restaurant) -> None:
    url = reverse("staff:loyalty", args=[place.slug])
    assert enter(place, Role.HOST).get(url).status_code == 403
    assert enter(make_restaurant()).get(url).status_code == 404
    guests = reverse("staff:guests", args=[place.slug])
    assert url in enter(place).get(guests).content.decode()
    assert url not in enter(place, Role.HOST).get(guests).content.decode()
