from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.errors import LastOwner
from restaurants.models import Membership, Restaurant, Role
from restaurants.permissions import ROLE_CAPABILITIES, Capability
from restaurants.selectors import (
    access_of,
    capabilities_of,
    restaurant_for,
    restaurant_public,
    restaurants_visible_to,
)
from restaurants.services import membership_grant, membership_revoke
from tests.factories import NOW, make_member, make_restaurant, make_user
from tests.races import run_together

pytestmark = pytest.mark.django_db


def as_staff(user: User) -> Actor:
    return Actor(kind=ActorKind.STAFF, user_id=user.pk)


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_do_exactly_what_it_says(role: str) -> None:
    restaurant = make_restaurant()
    user = make_member(restaurant, role)

    assert capabilities_of(user, restaurant) == ROLE_CAPABILITIES[role]
    for capability in Capability:
        allowed = capability in ROLE_CAPABILITIES[role]
        visible = restaurants_visible_to(user, capability)
        assert list(visible) == ([restaurant] if allowed else [])
        assert access_of(user).can(capability, restaurant.pk) is allowed
        if allowed:
            assert restaurant_for(user, restaurant.slug, capability) == restaurant
        else:
            with pytest.raises(PermissionRefused):
                restaurant_for(user, restaurant.slug, capability)


def test_strangers_and_other_owners_learn_nothing() -> None:
    restaurant = make_restaurant()
    other_owner = make_member(make_restaurant(), Role.OWNER)
    gone = make_member(restaurant, Role.OWNER, is_active=False)

    for user in (make_user(), other_owner, gone, AnonymousUser()):
        assert restaurant not in restaurants_visible_to(user)
        assert not capabilities_of(user, restaurant)
        assert not access_of(user).can(Capability.VIEW_BOOK, restaurant.pk)
        with pytest.raises(NotFound):
            restaurant_for(user, str(restaurant.pk))


def test_a_role_in_one_restaurant_does_not_reach_its_sister() -> None:
    restaurant = make_restaurant()
    sister = make_restaurant(organisation=restaurant.organisation)
    host = make_member(restaurant, Role.HOST)
    owner = make_user()
    Membership.objects.create(user=owner, organisation=restaurant.organisation, role=Role.OWNER)

    assert list(restaurants_visible_to(host)) == [restaurant]
    assert set(restaurants_visible_to(owner)) == {restaurant, sister}
    assert access_of(owner).owned_restaurants == {restaurant.pk, sister.pk}
    assert access_of(host).owned_restaurants == frozenset()


def test_platform_admins_see_everything() -> None:
    admin = User.objects.create_superuser("root@example.com", "secret-enough-1")

    restaurant = make_restaurant()

    assert set(restaurants_visible_to(admin, Capability.CONFIGURE)) == {restaurant}


def test_access_is_two_queries_however_many_restaurants() -> None:
    restaurant = make_restaurant()
    for _ in range(3):
        make_restaurant(organisation=restaurant.organisation)
    user = make_user()
    Membership.objects.create(user=user, organisation=restaurant.organisation, role=Role.MANAGER)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        access = access_of(user)

    assert len(queries) == 2
    assert len(access.restaurant_ids(Capability.CONFIGURE)) == 4


def test_guests_find_public_active_restaurants_only() -> None:
    assert restaurant_public(make_restaurant().slug)
    for hidden in (make_restaurant(is_public=False), make_restaurant(is_active=False)):
        with pytest.raises(NotFound):
            restaurant_public(hidden.slug)
    with pytest.raises(NotFound):
        restaurant_public("9" * 30)


# --- Memberships ------------------------------------------------------------------------------


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


def test_an_owner_lets_somebody_in_and_out(restaurant: Restaurant) -> None:
    owner, user = make_member(restaurant, Role.OWNER), make_user()

    membership = membership_grant(
        organisation=restaurant.organisation,
        restaurant=restaurant,
        user=user,
        role=Role.HOST,
        actor=as_staff(owner),
        now=NOW,
    )
    assert User.objects.get(pk=user.pk).is_staff
    membership_revoke(membership_id=membership.pk, actor=as_staff(owner), now=NOW)

    user.refresh_from_db()
    assert not user.is_staff
    assert not capabilities_of(user, restaurant)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HOST, None])
def test_nobody_but_an_owner_gives_roles(restaurant: Restaurant, role: str | None) -> None:
    user = make_user() if role is None else make_member(restaurant, role)
    if role is None:
        Membership.objects.create(
            user=user, organisation=make_restaurant().organisation, role=Role.OWNER
        )

    with pytest.raises(PermissionRefused):
        membership_grant(
            organisation=restaurant.organisation,
            restaurant=restaurant,
            user=user,
            role=Role.OWNER,
            actor=as_staff(user),
            now=NOW,
        )


def test_an_owner_of_one_restaurant_cannot_reach_for_the_organisation(
    restaurant: Restaurant,
) -> None:
    owner = make_member(restaurant, Role.OWNER)

    with pytest.raises(PermissionRefused):
        membership_grant(
            organisation=restaurant.organisation,
            user=owner,
            role=Role.OWNER,
            actor=as_staff(owner),
            now=NOW,
        )


def test_the_last_owner_stays(restaurant: Restaurant) -> None:
    owner = make_member(restaurant, Role.OWNER)

    with pytest.raises(LastOwner):
        membership_revoke(membership_id=owner.memberships.get().pk, actor=SYSTEM, now=NOW)
    with pytest.raises(LastOwner):
        membership_grant(
            organisation=restaurant.organisation,
            restaurant=restaurant,
            user=owner,
            role=Role.HOST,
            actor=as_staff(owner),
            now=NOW,
        )


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one(restaurant: Restaurant) -> None:
    one, two = make_member(restaurant, Role.OWNER), make_member(restaurant, Role.OWNER)
    places = {user.pk: user.memberships.get().pk for user in (one, two)}

    results = run_together(
        lambda: membership_revoke(membership_id=places[two.pk], actor=as_staff(one), now=NOW),
        lambda: membership_revoke(membership_id=places[one.pk], actor=as_staff(two), now=NOW),
    )

    assert Membership.objects.filter(role=Role.OWNER).count() == 1
    assert sum(result is None for result in results) == 1
