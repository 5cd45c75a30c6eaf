"""Who asks for a reservation, and what they may do with it. Every view gets its object here.

A stranger learns nothing: a reservation that is not theirs does not exist (404). A member whose
role lacks the capability is told so (403).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from bookings import selectors
from bookings.api.parameters import MANAGE_TOKEN_HEADER
from bookings.models import Reservation
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.views import actor_of
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for


class Rights:
    """What whoever has a thing of a restaurant in their hands may do with it."""

    actor: Actor
    capabilities: frozenset[Capability]

    @property
    def is_staff(self) -> bool:
        return self.actor.kind in (ActorKind.STAFF, ActorKind.PLATFORM)

    @property
    def sees_contact(self) -> bool:
        return not self.is_staff or Capability.SEE_CONTACT in self.capabilities

    def require(self, capability: Capability) -> None:
        """:raises PermissionRefused: if staff lack it; guests are bound by deadlines instead"""
        if self.is_staff and capability not in self.capabilities:
            raise PermissionRefused


@dataclass(frozen=True)
class Access(Rights):
    """A reservation in the hands of somebody who may have it."""

    reservation: Reservation
    actor: Actor
    capabilities: frozenset[Capability] = frozenset()


def manage_token_in(request: Request) -> str:
    """The manage token of the header, or of the query."""
    return request.headers.get(MANAGE_TOKEN_HEADER) or request.query_params.get("token", "")


def any_access(request: Request, reservation_id: int) -> Access:
    """As the holder of the manage token, as staff, or as the customer who owns it.

    :raises NotAuthenticated: for callers who present nothing
    :raises NotFound: for everybody else's reservations
    """
    token = manage_token_in(request)
    if token:
        return _by_token(request, reservation_id, token)
    if not request.user.is_authenticated:
        raise NotAuthenticated(_("Send the manage token or log in."))
    reservation = _with_restaurant(reservation_id)
    capabilities = capabilities_of(request.user, reservation.restaurant)
    if Capability.VIEW_BOOK in capabilities:
        return Access(reservation, actor_of(request, ActorKind.STAFF), capabilities)
    if reservation.customer_id == request.user.pk:
        return Access(reservation, actor_of(request, ActorKind.CUSTOMER))
    raise PermissionRefused if capabilities else NotFound


def staff_access(request: Request, reservation_id: int, capability: Capability) -> Access:
    """As staff with the capability.

    :raises NotFound: for strangers, also to the restaurant
    :raises PermissionRefused: for members whose role lacks it
    """
    reservation = _with_restaurant(reservation_id)
    restaurant_for(request.user, str(reservation.restaurant_id), capability)
    capabilities = capabilities_of(request.user, reservation.restaurant)
    return Access(reservation, actor_of(request, ActorKind.STAFF), capabilities)


def staff_restaurant(
    request: Request, id_or_slug: str, capability: Capability
) -> tuple[Restaurant, Actor]:
    """The restaurant and the staff member, for what concerns no single reservation."""
    restaurant = restaurant_for(request.user, id_or_slug, capability)
    return restaurant, actor_of(request, ActorKind.STAFF)


def answered(reservation_id: int) -> Reservation:
    """The reservation of an answer this caller has just got."""
    return _with_restaurant(reservation_id)


def _by_token(request: Request, reservation_id: int, token: str) -> Access:
    reservation = selectors.reservation_by_manage_token(token)
    if reservation.pk != reservation_id:
        raise NotFound
    return Access(reservation, actor_of(request, ActorKind.GUEST))


def _with_restaurant(reservation_id: int) -> Reservation:
    found = (
        Reservation.objects.select_related("restaurant__policy").filter(pk=reservation_id).first()
    )
    if found is None:
        raise NotFound
    return found
