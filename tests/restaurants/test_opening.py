from __future__ import annotations

import pytest

from reservehub.core.errors import ValidationFailed
from restaurants.models import Organisation
from restaurants.services import organisation_create, restaurant_create
from tests.factories import NOW, STAFF, make_user

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Café Ünïcode", "country": "NL", "timezone": "Europe/Amsterdam"}


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(name="Organisation", slug="organisation")


def test_a_new_restaurant_has_a_policy_turn_times_and_an_area(organisation: Organisation) -> None:
    restaurant = restaurant_create(organisation=organisation, fields=FIELDS, actor=STAFF, now=NOW)

    assert restaurant.slug == "cafe-unicode"
    assert restaurant.policy.horizon_days == 60
    assert [band["minutes"] for band in restaurant.turn_times.get().bands] == [
        90,
        105,
        120,
        150,
        180,
    ]
    assert restaurant.areas.get().name == "Main room"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Щи да каша", "shchi-da-kasha"), ("1984", "restaurant-1984"), ("寿司", "restaurant")],
)
def test_every_name_gives_an_address_of_letters(
    organisation: Organisation, name: str, slug: str
) -> None:
    fields = {**FIELDS, "name": name}

    first = restaurant_create(organisation=organisation, fields=fields, actor=STAFF, now=NOW)
    second = restaurant_create(organisation=organisation, fields=fields, actor=STAFF, now=NOW)

    assert (first.slug, second.slug) == (slug, f"{slug}-2")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"country": "nl"}, "/country"),
        ({"currency": "euro"}, "/currency"),
        ({"name": ""}, "/name"),
        ({"slug": "1984"}, "/slug"),
        ({"phone": "12"}, "/phone"),
    ],
)
def test_a_restaurant_that_makes_no_sense_is_refused(
    organisation: Organisation, fields: dict[str, str], pointer: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        restaurant_create(
            organisation=organisation, fields={**FIELDS, **fields}, actor=STAFF, now=NOW
        )

    assert refused.value.errors[0].pointer == pointer
    assert not organisation.restaurants.exists()


def test_who_opens_an_organisation_owns_it() -> None:
    user = make_user()

    organisation = organisation_create(name="New", owner=user, actor=STAFF, now=NOW)

    assert user.memberships.get().organisation == organisation
    assert user.is_staff
