"""Who stands at the host stand, and for which restaurant. Every view of the staff area enters here.

Anonymous people are sent to the log-in; strangers get 404 (they shall not learn what exists);
members whose role lacks the capability 403.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import PermissionRefused
from reservehub.core.http import client_ip
from reservehub.core.pages import refusals_as_pages
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for, restaurants_visible_to
from staff.navigation import links

P = ParamSpec("P")

LAST = "staff_restaurant"
"""Session key: the slug of the restaurant looked at last."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One request at the host stand: where, who, when, and what they may do."""

    restaurant: Restaurant
    person: User
    actor: Actor
    capabilities: frozenset[Capability]
    now: datetime

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """:raises PermissionRefused: if the role here does not include it"""
        if capability not in self.capabilities:
            raise PermissionRefused


DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def actor_of(request: HttpRequest, person: User) -> Actor:
    """The staff member, for services and the audit."""
    return Actor(
        kind=ActorKind.PLATFORM if person.is_superuser else ActorKind.STAFF,
        user_id=person.pk,
        label=person.get_full_name(),
        channel="web",
        ip=client_ip(request),
    )


def desk_view(
    capability: Capability = Capability.VIEW_BOOK,
) -> Callable[[DeskView[P]], Callable[..., HttpResponse]]:
    """Turn `view(request, desk, ...)` into the view of an address that has the `slug` of a
    restaurant; refusals become pages."""

    def wrap(view: DeskView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @refusals_as_pages
        def entered(
            request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            response = view(request, desk_of(request, slug, capability), *args, **kwargs)
            if not response.has_header("Cache-Control"):
                response["Cache-Control"] = "private, no-store"
            return response

        return entered

    return wrap


def desk_of(request: HttpRequest, slug: str, capability: Capability) -> Desk:
    """:raises NotFound, PermissionRefused: as `restaurants.selectors.restaurant_for` does"""
    person = cast(User, request.user)
    restaurant = restaurant_for(person, slug, capability)
    if request.session.get(LAST) != restaurant.slug:
        request.session[LAST] = restaurant.slug
    return Desk(
        restaurant=restaurant,
        person=person,
        actor=actor_of(request, person),
        capabilities=capabilities_of(person, restaurant),
        now=clock.now(),
    )


def to_login(request: HttpRequest) -> HttpResponse:
    """To the log-in and back here; a fragment takes the whole page along."""
    response = redirect_to_login(request.headers.get("HX-Current-URL") or request.get_full_path())
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(response.url)
    return response


def show(
    request: HttpRequest,
    desk: Desk,
    template: str,
    context: dict[str, Any],
    *,
    section: str,
    status: int = 200,
) -> HttpResponse:
    """Render a whole page of the staff area, with its navigation and the restaurant switcher."""
    frame = {
        "desk": desk,
        "restaurant": desk.restaurant,
        "sections": links(desk.restaurant.slug, desk.capabilities, current=section),
        "places": restaurants_visible_to(desk.person).order_by("name")[:200],
    }
    return render(request, template, frame | context, status=status)
