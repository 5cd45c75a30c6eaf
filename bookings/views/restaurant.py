"""The page of a restaurant: look, choose, and the panel of a chosen time (requirement D1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bookings.deposits import Terms
from bookings.forms import BookingForm, FinderForm
from bookings.presenters.clock import clock_text
from bookings.presenters.panel import Panel, panel_of
from bookings.presenters.profile import profile_of
from bookings.selectors.prices import chosen_terms
from bookings.views.finding import Finder, Own, finder_of
from bookings.views.holding import own_hold_id
from reservehub.core import clock
from reservehub.core.pages import is_fragment, refusals_as_pages, varies
from reservehub.core.tokens import new_nonce
from restaurants.models import Area, Restaurant, ServicePeriod
from restaurants.selectors import restaurant_public


class Place:
    """A restaurant with what its pages need beside it: two more queries."""

    def __init__(self, restaurant: Restaurant) -> None:
        self.restaurant = restaurant
        self.areas: list[Area] = list(restaurant.areas.all())
        self.periods: list[ServicePeriod] = list(restaurant.service_periods.all())
        self.url = reverse("bookings:restaurant", args=[restaurant.slug])

    def area(self, area_id: int | None) -> Area | None:
        return next((area for area in self.areas if area.pk == area_id), None)


@require_GET
@refusals_as_pages
def restaurant(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole page, the choices after a change, or the panel of a time."""
    place = Place(restaurant_public(slug))
    finder = build_finder(request, place)
    context = page_context(request, place, finder)
    if is_fragment(request, "panel") and context["panel"] is not None:
        return varies(render(request, "pages/parts/panel_response.html", context))
    if is_fragment(request, "panel"):
        # The time went while the guest looked at it: fresh times instead of a panel.
        response = render(request, "pages/parts/choices_response.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#choices", "outerHTML"
        return varies(response)
    if is_fragment(request, "choices"):
        return varies(render(request, "pages/parts/choices_response.html", context))
    return varies(render(request, "pages/restaurant.html", context))


def build_finder(request: HttpRequest, place: Place) -> Finder:
    """The finder for what the address asks."""
    return finder_of(
        restaurant=place.restaurant,
        periods=place.periods,
        areas=place.areas,
        form=FinderForm(request.GET),
        url=place.url,
        now=clock.now(),
        own=Own(hold_id=own_hold_id(request, place.restaurant)),
    )


def page_context(request: HttpRequest, place: Place, finder: Finder) -> dict[str, Any]:
    """What the templates of a GET print."""
    panel = panel_for(request, place, finder)
    gone = ""
    if finder.choice is not None and panel is None:
        at = clock_text(finder.choice.time, place.restaurant)
        gone = _("%(time)s was just taken. These times are free:") % {"time": at}
    return {
        "restaurant": place.restaurant,
        "profile": profile_of(place.restaurant, place.periods),
        "finder": finder,
        "panel": panel,
        "gone": gone,
        "form": blank_form(request, place),
    }


def panel_for(request: HttpRequest, place: Place, finder: Finder) -> Panel | None:
    """The panel of the chosen time, if it can be booked."""
    if finder.choice is None or finder.answer is None or not finder.answer.available:
        return None
    return panel_of(
        restaurant=place.restaurant,
        choice=finder.choice,
        answer=finder.answer,
        party_size=finder.party_size,
        area=place.area(finder.area_id),
        nonce=new_nonce(),
        action=reverse("bookings:book", args=[place.restaurant.slug]),
        now=clock.now(),
        terms=terms_of_choice(request, place, finder),
    )


def terms_of_choice(request: HttpRequest, place: Place, finder: Finder) -> Terms | None:
    """What the chosen time costs; None if nothing, or it cannot be booked."""
    if finder.choice is None or finder.answer is None or not finder.answer.available:
        return None
    return chosen_terms(
        finder.answer,
        restaurant=place.restaurant,
        day=finder.choice.date,
        party_size=finder.party_size,
        area_id=finder.area_id,
        hold_id=own_hold_id(request, place.restaurant),
        now=clock.now(),
    )


def blank_form(request: HttpRequest, place: Place) -> BookingForm:
    """An empty form; a customer who is logged in need not type who they are."""
    form = BookingForm(None, country=place.restaurant.country, area_ids=frozenset())
    user = request.user
    if user.is_authenticated:
        form.initial = {"name": user.name, "contact": user.email}
    return form
