"""Who asks for a party of the queue, and what they may do. Every view gets its party here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from bookings.api.access import Rights, manage_token_in
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.views import actor_of
from reservehub.core.errors import NotFound
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for
from waitlist.models import QueueEntry
from waitlist.selectors.queue import queue_entry_by_token


@dataclass(frozen=True)
class Access(Rights):
    """A party in the hands of somebody who may have it."""

    entry: QueueEntry
    actor: Actor
    capabilities: frozenset[Capability] = frozenset()


def any_access(request: Request, party_id: int) -> Access:
    """As the holder of the token, or as staff.

    :raises NotAuthenticated: for callers who present nothing
    :raises NotFound: for everybody else's parties
    """
    token = manage_token_in(request)
    if token:
        entry = queue_entry_by_token(token)
        if entry.pk != party_id:
            raise NotFound
        return Access(entry, actor_of(request, ActorKind.GUEST))
    if not request.user.is_authenticated:
        raise NotAuthenticated(_("Send the token or log in."))
    return staff_access(request, party_id, Capability.VIEW_BOOK)


def staff_access(request: Request, party_id: int, capability: Capability) -> Access:
    """As staff with the capability.

    :raises NotFound: for strangers, also to the restaurant
    :raises PermissionRefused: for members whose role lacks it
    """
    entry = party_of(party_id)
    restaurant_for(request.user, str(entry.restaurant_id), capability)
    capabilities = capabilities_of(request.user, entry.restaurant)
    return Access(entry, actor_of(request, ActorKind.STAFF), capabilities)


def party_of(party_id: int) -> QueueEntry:
    """The party as it is now; whether the caller may have it has been asked.

    :raises NotFound: if there is none
    """
    rows = QueueEntry.objects.select_related("restaurant__policy", "guest", "area")
    found = rows.filter(pk=party_id).first()
    if found is None:
        raise NotFound
    return found
