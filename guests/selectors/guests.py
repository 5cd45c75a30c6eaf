"""Reading the guest book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guests.models import Guest
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.permissions import Capability
from restaurants.selectors import access_of, organisations_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def guests_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[Guest]:
    """Guests of the organisations where the person has the capability in at least one
    restaurant; records merged into others are left out."""
    return Guest.objects.filter(
        organisation__in=organisations_visible_to(user, capability), merged_into=None
    )


def guest_capabilities(user: User | AnonymousUser, organisation_id: int) -> frozenset[Capability]:
    """What a person may do with the guest book of an organisation: what they may do in any of its
    restaurants, as the book is one for all of them.
    """
    access = access_of(user)
    if access.is_everything:
        return frozenset(Capability)
    return access.organisations.get(organisation_id, frozenset())


def guest_for(
    user: User | AnonymousUser, guest_id: int, capability: Capability = Capability.SEE_CONTACT
) -> Guest:
    """The guest with the organisation, if the person may do this there. Of a record that was
    merged, the kept one (rule 100).

    :raises NotFound: for strangers, who shall not learn that it exists
    :raises PermissionRefused: for members whose roles lack the capability
    """
    found = (
        Guest.objects.select_related("organisation", "merged_into__organisation")
        .filter(pk=guest_id)
        .first()
    )
    if found is None:
        raise NotFound
    held = guest_capabilities(user, found.organisation_id)
    if not held:
        raise NotFound
    if capability not in held:
        raise PermissionRefused(_("Your role here does not include this."))
    return found.merged_into or found
