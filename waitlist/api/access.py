"""Who asks for an entry, and what they may do with it. Every view gets its object here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from bookings.api.access import Rights, manage_token_in
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.views import actor_of
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for
from waitlist import selectors
from waitlist.models import WaitlistEntry


@dataclass(frozen=True)
class Access(Rights):
    """An entry in the hands of somebody who may have it."""

    entry: WaitlistEntry
    actor: Actor
    capabilities: frozenset[Capability] = frozenset()


def any_access(request: Request, entry_id: int) -> Access:
    """As the holder of the token, as staff, or as the customer whose entry it is.

    :raises NotAuthenticated: for callers who present nothing
    :raises NotFound: for everybody else's entries
    """
    token = manage_token_in(request)
    if token:
        entry = selectors.entry_by_token(token)
        if entry.pk != entry_id:
            raise NotFound
        return Access(entry, actor_of(request, ActorKind.GUEST))
    if not request.user.is_authenticated:
        raise NotAuthenticated(_("Send the token or log in."))
    entry = _entry(entry_id)
    capabilities = capabilities_of(request.user, entry.restaurant)
    if Capability.VIEW_BOOK in capabilities:
        return Access(entry, actor_of(request, ActorKind.STAFF), capabilities)
    if entry.customer_id == request.user.pk:
        return Access(entry, actor_of(request, ActorKind.CUSTOMER))
    raise PermissionRefused if capabilities else NotFound


def staff_access(request: Request, entry_id: int, capability: Capability) -> Access:
    """As staff with the capability.

    :raises NotFound: for strangers, also to the restaurant
    :raises PermissionRefused: for members whose role lacks it
    """
    entry = _entry(entry_id)
    restaurant_for(request.user, str(entry.restaurant_id), capability)
    capabilities = capabilities_of(request.user, entry.restaurant)
    return Access(entry, actor_of(request, ActorKind.STAFF), capabilities)


def answered(entry_id: int) -> WaitlistEntry:
    """The entry of an answer this caller has just got."""
    return _entry(entry_id)


def _entry(entry_id: int) -> WaitlistEntry:
    found = (
        WaitlistEntry.objects.select_related("restaurant__policy", "guest")
        .filter(pk=entry_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found
