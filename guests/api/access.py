"""Who asks for a guest, and what they may see and do. Every view gets its object here.

The guest book is one for all restaurants of an organisation: a role in any of them opens it.
Strangers learn nothing (404); members whose role lacks the capability are told so (403).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from accounts.api.callers import account_of
from guests.models import Guest, GuestMerge, MergeCandidate, Segment, Tag
from guests.selectors import guest_capabilities, guest_for
from guests.selectors.profile import sees_health
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.views import actor_of
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.permissions import Capability
from restaurants.selectors import restaurant_for, restaurants_visible_to

READS = frozenset({Capability.VIEW_BOOK, Capability.SEE_CONTACT})
"""Either opens a profile; contacts need the second."""


class Access(NamedTuple):
    """A guest in the hands of somebody who may have them."""

    guest: Guest
    actor: Actor
    capabilities: frozenset[Capability]

    @property
    def sees_contact(self) -> bool:
        return Capability.SEE_CONTACT in self.capabilities

    @property
    def sees_health(self) -> bool:
        return sees_health(self.capabilities)


class Book(NamedTuple):
    """The guest book of a restaurant's organisation."""

    organisation_id: int
    actor: Actor
    capabilities: frozenset[Capability]


def reading(request: Request, guest_id: int) -> Access:
    """As somebody who works there; of a merged record the kept one.

    :raises NotFound: for strangers, and where there is no such guest
    :raises PermissionRefused: for roles that have nothing to do with guests
    """
    user = account_of(request)
    found = Guest.objects.filter(pk=guest_id).values_list("organisation", flat=True).first()
    if found is None:
        raise NotFound
    held = guest_capabilities(user, found)
    if not held:
        raise NotFound
    wanted = READS & held
    if not wanted:
        raise PermissionRefused
    guest = guest_for(user, guest_id, next(iter(wanted)))
    return Access(guest, actor_of(request, ActorKind.STAFF), held)


def changing(request: Request, guest_id: int, capability: Capability) -> Access:
    """As somebody with the capability.

    :raises NotFound, PermissionRefused: as `reading` does
    """
    user = account_of(request)
    guest = guest_for(user, guest_id, capability)
    held = guest_capabilities(user, guest.organisation_id)
    return Access(guest, actor_of(request, ActorKind.STAFF), held)


def book_of(request: Request, id_or_slug: str, capability: Capability) -> Book:
    """The book of the restaurant's organisation.

    :raises NotFound, PermissionRefused: as `restaurant_for` does
    """
    user = account_of(request)
    restaurant = restaurant_for(user, id_or_slug, capability)
    held = guest_capabilities(user, restaurant.organisation_id)
    return Book(restaurant.organisation_id, actor_of(request, ActorKind.STAFF), held)


def houses_of(request: Request, guest: Guest) -> list[int]:
    """The restaurants whose own notes this person may read."""
    user = account_of(request)
    mine = restaurants_visible_to(user, Capability.VIEW_BOOK) | restaurants_visible_to(
        user, Capability.SEE_CONTACT
    )
    houses = mine.filter(organisation=guest.organisation_id)
    return list(houses.values_list("pk", flat=True))


def tag_for(guest: Guest, tag_id: int) -> Tag:
    """:raises NotFound: also for tags of other organisations"""
    found = Tag.objects.filter(pk=tag_id, organisation=guest.organisation_id).first()
    if found is None:
        raise NotFound
    return found


def segment_for(request: Request, segment_id: int, capability: Capability) -> Segment:
    """:raises NotFound, PermissionRefused: as `reading` does"""
    found = Segment.objects.filter(pk=segment_id).first()
    if found is None:
        raise NotFound
    _require(request, found.organisation_id, capability)
    return found


def candidate_for(request: Request, candidate_id: int) -> tuple[MergeCandidate, Actor]:
    """:raises NotFound, PermissionRefused: as `reading` does"""
    found = MergeCandidate.objects.select_related("guest").filter(pk=candidate_id).first()
    if found is None:
        raise NotFound
    _require(request, found.guest.organisation_id, Capability.MERGE_GUESTS)
    return found, actor_of(request, ActorKind.STAFF)


def merge_for(request: Request, merge_id: int) -> tuple[GuestMerge, Actor]:
    """:raises NotFound, PermissionRefused: as `reading` does"""
    found = GuestMerge.objects.select_related("kept").filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    _require(request, found.kept.organisation_id, Capability.MERGE_GUESTS)
    return found, actor_of(request, ActorKind.STAFF)


def _require(request: Request, organisation_id: int, capability: Capability) -> None:
    held = guest_capabilities(account_of(request), organisation_id)
    if not held:
        raise NotFound
    if capability not in held:
        raise PermissionRefused


def parsed(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked body.

    :raises ValidationError: which the exception handler turns into 422 with pointers
    """
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    data: dict[str, Any] = body.validated_data
    return data
