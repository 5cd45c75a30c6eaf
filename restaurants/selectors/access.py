"""Who may see and do what (rule 110). Objects reach views only through these functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.second_factor import FACTORS
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.models import Membership, Organisation, Restaurant, Role
from restaurants.permissions import ROLE_CAPABILITIES, Capability
from restaurants.selectors.public import place_named

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Person = User | AnonymousUser

ALL = frozenset(Capability)


def roles_with(capability: Capability) -> list[str]:
    """The roles that include a capability."""
    return [role for role, found in ROLE_CAPABILITIES.items() if capability in found]


def restaurants_visible_to(
    user: Person, capability: Capability = Capability.VIEW_BOOK
) -> QuerySet[Restaurant]:
    """The restaurants in which a person has a capability; all for platform admins, none for
    strangers."""
    if not user.is_authenticated or not user.is_active:
        return Restaurant.objects.none()
    if user.is_superuser:
        return Restaurant.objects.all()
    return Restaurant.objects.filter(_member(user, roles_with(capability)))


def memberships_in_force(user: User) -> QuerySet[Membership]:
    """The roles a person may use now: none where the organisation asks for a second factor and the
    person has none (requirement A2)."""
    factor = Authenticator.objects.filter(user=user, type__in=FACTORS)
    return Membership.objects.filter(
        Q(organisation__requires_2fa=False) | Exists(factor), user=user
    )


def is_asked_for_second_factor(user: User) -> bool:
    """Whether one of the person's organisations asks for a second factor."""
    return Membership.objects.filter(user=user, organisation__requires_2fa=True).exists()


def _member(user: User, roles: list[str]) -> Exists:
    return Exists(
        memberships_in_force(user).filter(
            Q(restaurant=OuterRef("pk")) | Q(restaurant=None),
            organisation=OuterRef("organisation"),
            role__in=roles,
        )
    )


def restaurant_for(
    user: Person, id_or_slug: str, capability: Capability = Capability.VIEW_BOOK
) -> Restaurant:
    """The restaurant, if the person may do this there.

    :raises NotFound: for strangers, who shall not learn that it exists
    :raises PermissionRefused: for members whose role lacks the capability
    """
    if not user.is_authenticated or not user.is_active:
        raise NotFound
    if user.is_superuser:
        return place_named(Restaurant.objects.all(), id_or_slug)
    mine = Restaurant.objects.filter(_member(user, list(Role.values)))
    restaurant = place_named(mine, id_or_slug)
    if capability not in capabilities_of(user, restaurant):
        raise PermissionRefused(_("Your role here does not include this."))
    return restaurant


def capabilities_of(user: Person, restaurant: Restaurant) -> frozenset[Capability]:
    """What a person may do in a restaurant: the union of their roles there (rule 110)."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return ALL
    roles = (
        memberships_in_force(user)
        .filter(
            Q(restaurant=restaurant) | Q(restaurant=None),
            organisation_id=restaurant.organisation_id,
        )
        .values_list("role", flat=True)
    )
    return _capabilities(roles)


def _capabilities(roles: QuerySet[Membership, str] | list[str]) -> frozenset[Capability]:
    return frozenset().union(*(ROLE_CAPABILITIES.get(role, frozenset()) for role in roles))


def organisations_visible_to(
    user: Person, capability: Capability = Capability.CONFIGURE
) -> QuerySet[Organisation]:
    """Organisations in which the person has the capability for the whole of it or for one of its
    restaurants."""
    if not user.is_authenticated or not user.is_active:
        return Organisation.objects.none()
    if user.is_superuser:
        return Organisation.objects.all()
    return Organisation.objects.filter(
        Exists(
            memberships_in_force(user).filter(
                organisation=OuterRef("pk"), role__in=roles_with(capability)
            )
        )
    )


def organisations_owned_by(user: Person) -> QuerySet[Organisation]:
    """Organisations whose owner (of all of it) the person is: there they may open restaurants."""
    if not user.is_authenticated or not user.is_active:
        return Organisation.objects.none()
    if user.is_superuser:
        return Organisation.objects.all()
    owned = memberships_in_force(user).filter(
        organisation=OuterRef("pk"), role=Role.OWNER, restaurant=None
    )
    return Organisation.objects.filter(Exists(owned))


@dataclass(frozen=True)
class Access:
    """All that a person may do everywhere, read with two queries, for pages that ask many times."""

    is_everything: bool = False
    restaurants: Mapping[int, frozenset[Capability]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    organisations: Mapping[int, frozenset[Capability]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    owned_organisations: frozenset[int] = frozenset()
    owned_restaurants: frozenset[int] = frozenset()

    def restaurant_ids(self, capability: Capability) -> list[int]:
        return [key for key, found in self.restaurants.items() if capability in found]

    def organisation_ids(self, capability: Capability) -> list[int]:
        """Organisations where the person has it for the whole or for any restaurant."""
        return [key for key, found in self.organisations.items() if capability in found]

    def can(self, capability: Capability, restaurant_id: int | None = None) -> bool:
        """In this restaurant; anywhere, if none is named."""
        if self.is_everything:
            return True
        if restaurant_id is None:
            return any(capability in found for found in self.restaurants.values())
        return capability in self.restaurants.get(restaurant_id, frozenset())


def access_of(user: Person) -> Access:
    """What the person may do in each restaurant and organisation."""
    if not user.is_authenticated or not user.is_active:
        return Access()
    if user.is_superuser:
        return Access(is_everything=True)
    held = list(memberships_in_force(user).values_list("organisation_id", "restaurant_id", "role"))
    organisations = {organisation for organisation, _place, _role in held}
    places = Restaurant.objects.filter(organisation__in=organisations)
    owner_of = dict(places.values_list("pk", "organisation_id")) if held else {}
    return Access(
        restaurants={
            pk: found
            for pk, org in owner_of.items()
            if (found := _capabilities([r for o, p, r in held if o == org and p in (None, pk)]))
        },
        organisations={
            org: _capabilities([r for o, _place, r in held if o == org]) for org in organisations
        },
        owned_organisations=frozenset(
            o for o, place, role in held if role == Role.OWNER and place is None
        ),
        owned_restaurants=frozenset(
            pk
            for pk, org in owner_of.items()
            if any(o == org and p in (None, pk) and r == Role.OWNER for o, p, r in held)
        ),
    )
