"""Who stands at the host stand, and for which restaurant. Every view of the staff area enters here.

Anonymous people are sent to the log-in; strangers get 404 (they shall not learn what exists);
members whose role lacks the capability 403.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.errors import PinLocked, PinWrong, SecondFactorMissing
from accounts.models import User
from accounts.second_factor import lacks_second_factor
from accounts.services import pin_check
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import DomainError, NotFound, PermissionRefused
from reservehub.core.http import client_ip
from reservehub.core.pages import refusals_as_pages
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import (
    access_of,
    capabilities_of,
    restaurant_for,
    restaurants_visible_to,
)
from staff.navigation import links
from staff.shared import PinNeeded, Shared, cookie_manner, is_idle, note_deed, shared_of

P = ParamSpec("P")

_LAST = "staff_restaurant"
"""Cookie: the slug of the restaurant looked at last."""


class NobodyHere(PermissionRefused):
    """The shared tablet waits for somebody to take over."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One request at the host stand: where, who, when, and what they may do.

    :param person: who acts
    :param account: who logged in; somebody else only on a shared tablet
    """

    restaurant: Restaurant
    person: User
    actor: Actor
    capabilities: frozenset[Capability]
    now: datetime
    account: User
    is_shared: bool = False

    @property
    def is_owner(self) -> bool:
        """Whether they decide who works here; by the log-in as well, on a shared tablet."""
        return all(
            access.is_everything or self.restaurant.pk in access.owned_restaurants
            for access in (access_of(one) for one in {self.person, self.account})
        )

    @property
    def sees_book(self) -> bool:
        """Whether the floor, its alerts and its live changes are for them; marketing works with
        guests only."""
        return Capability.VIEW_BOOK in self.capabilities

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """:raises PermissionRefused: if the role here does not include it"""
        if capability not in self.capabilities:
            raise PermissionRefused


DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]

SENSITIVE = frozenset({Capability.CONFIGURE, Capability.CHARGE_REFUND, Capability.EXPORT})
"""What asks for the PIN again on a shared tablet whose person has done nothing for a while."""
SENSITIVE_STEPS = frozenset({"cancel", "decline", "no-show", "withdraw-deposit"})
PIN_FIELD = "_pin"


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
    *,
    for_owners: bool = False,
) -> Callable[[DeskView[P]], Callable[..., HttpResponse]]:
    """Turn `view(request, desk, ...)` into the view of an address that has the `slug` of a
    restaurant; refusals become pages.

    :param for_owners: only owners of the restaurant may enter
    """

    def wrap(view: DeskView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @refusals_as_pages
        def entered(
            request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            try:
                desk = desk_of(request, slug, capability)
                if for_owners and not desk.is_owner:
                    raise PermissionRefused
                _ask_for_the_pin(request, desk, capability, kwargs)
            except SecondFactorMissing:
                return to_second_factor(request)
            except NobodyHere:
                return leave_for(request, reverse("staff:switch", args=[slug]))
            except (PinNeeded, PinWrong, PinLocked) as refusal:
                return pin_page(request, slug, refusal)
            shared = shared_of(request)
            response = view(request, desk, *args, **kwargs)
            _finish(request, response, desk, shared)
            return response

        return entered

    return wrap


def _finish(
    request: HttpRequest, response: HttpResponse, desk: Desk, shared: Shared | None
) -> None:
    """Keep the page to this person, and remember where they were and that they did something."""
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-store"
    if last_place(request) != desk.restaurant.slug:
        remember_place(response, desk.restaurant.slug)
    if shared is not None and request.method == "POST":
        note_deed(response, shared, desk.now)


def account_view(view: DeskView[P]) -> Callable[..., HttpResponse]:
    """The same for pages about the device itself: the desk is that of the logged-in person, also
    while somebody else, or nobody, stands before a shared tablet."""

    @wraps(view)
    @refusals_as_pages
    def entered(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_login(request)
        account = request.user
        try:
            restaurant = restaurant_for(account, slug, Capability.VIEW_BOOK)
        except NotFound:
            if lacks_second_factor(account):
                return to_second_factor(request)
            raise
        desk = Desk(
            restaurant=restaurant,
            person=account,
            actor=actor_of(request, account),
            capabilities=capabilities_of(account, restaurant),
            now=clock.now(),
            account=account,
            is_shared=shared_of(request) is not None,
        )
        response = view(request, desk, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return entered


def last_place(request: HttpRequest) -> str:
    """The slug of the restaurant that this browser looked at last, or nothing."""
    return request.COOKIES.get(_LAST, "")


def remember_place(response: HttpResponse, slug: str) -> None:
    """Lead here the next time. Not in the session, which is saved as a whole: a page that begins
    before a change of it and ends afterwards would undo the change."""
    response.set_cookie(_LAST, slug, max_age=settings.SESSION_COOKIE_AGE, **cookie_manner())


def desk_of(request: HttpRequest, slug: str, capability: Capability) -> Desk:
    """Who stands at this desk: the logged-in person, or whoever took over their shared tablet.

    :raises NotFound, PermissionRefused: as `restaurants.selectors.restaurant_for` does
    :raises SecondFactorMissing: if the organisation asks for one
    :raises NobodyHere: if a shared tablet is locked, or its person works here no more
    """
    account = cast(User, request.user)
    shared = shared_of(request)
    try:
        restaurant = restaurant_for(account, slug, Capability.VIEW_BOOK if shared else capability)
    except NotFound:
        if lacks_second_factor(account):
            raise SecondFactorMissing from None
        raise
    held = capabilities_of(account, restaurant)
    person = account
    if shared is not None and shared.person_id != account.pk:
        person = _person_before(shared, restaurant)
        # A PIN never opens more than the password of the log-in did.
        held &= capabilities_of(person, restaurant)
    if capability not in held:
        raise PermissionRefused(_("Your role here does not include this."))
    return Desk(
        restaurant=restaurant,
        person=person,
        actor=actor_of(request, person),
        capabilities=held,
        now=clock.now(),
        account=account,
        is_shared=shared is not None,
    )


def _person_before(shared: Shared, restaurant: Restaurant) -> User:
    if shared.person_id is None:
        raise NobodyHere
    person = User.objects.filter(pk=shared.person_id, is_active=True).first()
    if person is None or not capabilities_of(person, restaurant):
        raise NobodyHere
    return person


def _ask_for_the_pin(
    request: HttpRequest, desk: Desk, capability: Capability, kwargs: Mapping[str, Any]
) -> None:
    """:raises PinNeeded, PinWrong, PinLocked: before a sensitive deed after an idle while"""
    shared = shared_of(request)
    if shared is None or request.method != "POST":
        return
    is_sensitive = (
        capability in SENSITIVE
        or kwargs.get("step") in SENSITIVE_STEPS
        or bool(request.POST.get("overrides"))
    )
    if is_sensitive and is_idle(shared, desk.now):
        pin = request.POST.get(PIN_FIELD)
        if pin is None:
            raise PinNeeded
        pin_check(user=desk.person, pin=pin, device=shared.device, now=desk.now)


def pin_page(request: HttpRequest, slug: str, refusal: DomainError) -> HttpResponse:
    """Ask for the PIN and send everything typed again; a fragment leaves for the switch page."""
    if request.headers.get("HX-Request") == "true":
        return leave_for(request, reverse("staff:switch", args=[slug]))
    hidden = {PIN_FIELD, "csrfmiddlewaretoken"}
    typed = [(k, v) for k, values in request.POST.lists() if k not in hidden for v in values]
    is_wrong = not isinstance(refusal, PinNeeded)
    context = {"typed": typed, "refusal": refusal if is_wrong else None, "slug": slug}
    return render(request, "staff/switch/pin.html", context, status=refusal.status)


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, and back here afterwards; a fragment takes the whole page along."""
    here = request.headers.get("HX-Current-URL") or request.get_full_path()
    parts = urlsplit(here)
    back = urlencode({"next": f"{parts.path}?{parts.query}" if parts.query else parts.path})
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(f"{url}?{back}")
    return redirect(f"{url}?{back}" if request.method == "GET" else url)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page where a second factor is set up, saying why."""
    messages.info(
        request,
        _("Your organisation asks for a second factor. Set up one of these, then come back."),
    )
    url = reverse("mfa_index")
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(url)
    return redirect(url)


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
    shown = Capability.VIEW_BOOK if desk.sees_book else Capability.SEE_CONTACT
    frame = {
        "desk": desk,
        "restaurant": desk.restaurant,
        "sections": links(desk.restaurant.slug, desk.capabilities, current=section),
        "places": restaurants_visible_to(desk.person, shown).order_by("name")[:200],
    }
    return render(request, template, frame | context, status=status)
