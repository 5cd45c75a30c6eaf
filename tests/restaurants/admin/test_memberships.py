from __future__ import annotations

import pytest
from django.test import Client

from restaurants.models import (
    Membership,
    Restaurant,
)
from tests.factories import (
    make_restaurant,
    make_user,
)
from tests.restaurants.admin.world import (
    url,
)

pytestmark = pytest.mark.django_db


def test_an_owner_gives_and_takes_roles_by_email(client: Client, restaurant: Restaurant) -> None:
    user = make_user("new@example.com")
    form = {
        "email": "NEW@example.com",
        "organisation": restaurant.organisation_id,
        "restaurant": restaurant.pk,
        "role": "host",
        "_save": "Save",
    }

    answer = client.post(url(Membership, "add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    membership = Membership.objects.get(user=user)
    assert membership.role == "host"

    answer = client.post(
        url(Membership, "change", membership.pk), {"role": "manager", "_save": "1"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    membership.refresh_from_db()
    assert membership.role == "manager"

    client.post(url(Membership, "delete", membership.pk), {"post": "yes"})
    assert not Membership.objects.filter(user=user).exists()


def test_unknown_people_and_other_organisations_are_refused(
    client: Client, restaurant: Restaurant
) -> None:
    other = make_restaurant()
    form = {
        "email": "nobody@example.com",
        "organisation": restaurant.organisation_id,
        "restaurant": restaurant.pk,
        "role": "host",
    }

    assert "Nobody has an account" in client.post(url(Membership, "add"), form).content.decode()
    make_user("known@example.com")
    for foreign in (
        {"restaurant": other.pk},
        {"organisation": other.organisation_id, "restaurant": other.pk},
        {"restaurant": ""},
    ):
        answer = client.post(
            url(Membership, "add"), {**form, "email": "known@example.com", **foreign}
        )
        assert answer.status_code == 200, foreign
    assert not Membership.objects.filter(user__email="known@example.com").exists()


def test_the_last_owner_cannot_leave(client: Client, restaurant: Restaurant) -> None:
    membership = Membership.objects.get(restaurant=restaurant)

    answer = client.post(url(Membership, "delete", membership.pk), {"post": "yes"}, follow=True)

    assert "last owner" in answer.content.decode()
    assert Membership.objects.filter(pk=membership.pk).exists()
