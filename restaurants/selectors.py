"""Restaurants and their settings, as far as the asker may see them (rule 110, requirement A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.models import Membership, Organisation, Restaurant
from restaurants.permissions import ROLE_CAPABILITIES, Capability

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def restaurants_public() -> QuerySet[Restaurant]:
    """The restaurants anybody may see."""
    return Restaurant.objects.select_related("policy").filter(is_active=True, is_public=True)


def _named(queryset: QuerySet[Restaurant], id_or_slug: str) -> Restaurant | None:
    """By number or slug; a slug of digits only is possible, so the slug is tried as well."""
    wanted = Q(slug=id_or_slug)
    if id_or_slug.isascii() and id_or_slug.isdigit() and len(id_or_slug) < 19:
        wanted |= Q(pk=int(id_or_slug))
    return queryset.filter(wanted).order_by("pk").first()


def restaurant_public(id_or_slug: str) -> Restaurant:
    """:raises NotFound: if it does not exist or is not public"""
    restaurant = _named(restaurants_public(), id_or_slug)
    if restaurant is None:
        raise NotFound
    return restaurant


def roles_with(capability: Capability) -> list[str]:
    """The roles that have a capability."""
    return [role for role, owned in ROLE_CAPABILITIES.items() if capability in owned]


def restaurants_visible_to(
    user: User | AnonymousUser, capability: Capability | None = None
) -> QuerySet[Restaurant]:
    """The restaurants of the user's memberships, with a capability if one is named; all for the platform admin."""
    restaurants = Restaurant.objects.select_related("policy")
    if not user.is_authenticated or not user.is_active:
        return restaurants.none()
    if user.is_superuser:
        return restaurants
    memberships = Membership.objects.filter(user=user, organisation=OuterRef("organisation")).filter(
        Q(restaurant=None) | Q(restaurant=OuterRef("pk"))
    )
    if capability is not None:
        memberships = memberships.filter(role__in=roles_with(capability))
    return restaurants.filter(Exists(memberships))


def organisations_visible_to(
    user: User | AnonymousUser, capability: Capability | None = None
) -> QuerySet[Organisation]:
    """The organisations in all of whose restaurants the user has a role (with a capability)."""
    if not user.is_authenticated or not user.is_active:
        return Organisation.objects.none()
    if user.is_superuser:
        return Organisation.objects.all()
    memberships = Membership.objects.filter(
        user=user, organisation=OuterRef("pk"), restaurant=None
    )
    if capability is not None:
        memberships = memberships.filter(role__in=roles_with(capability))
    return Organisation.objects.filter(Exists(memberships))


def capabilities_of(user: User | AnonymousUser, restaurant: Restaurant) -> frozenset[Capability]:
    """What the user may do in a restaurant: the sum of the roles held there."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset(Capability)
    roles = Membership.objects.filter(
        Q(restaurant=None) | Q(restaurant=restaurant),
        user=user,
        organisation=restaurant.organisation_id,
    ).values_list("role", flat=True)
    return frozenset().union(*(ROLE_CAPABILITIES[role] for role in roles))


def restaurant_for(
    user: User | AnonymousUser, id_or_slug: str, capability: Capability
) -> Restaurant:
    """A restaurant the user works in.

    :raises NotFound: for strangers: they do not learn that it exists
    :raises PermissionRefused: for members whose role lacks the capability
    """
    restaurant = _named(restaurants_visible_to(user), id_or_slug)
    if restaurant is None:
        raise NotFound
    if capability not in capabilities_of(user, restaurant):
        raise PermissionRefused
    return restaurant
