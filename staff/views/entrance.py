"""The way in: to the restaurant looked at last, or the only one, or a choice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.second_factor import lacks_second_factor
from reservehub.core.errors import NotFound
from reservehub.core.pages import refusals_as_pages
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to
from staff.access import last_place, to_login, to_second_factor


@require_GET
@refusals_as_pages
def entrance(request: HttpRequest) -> HttpResponse:
    """:raises NotFound: for people who work nowhere"""
    if not request.user.is_authenticated:
        return to_login(request)
    places = list(restaurants_visible_to(request.user).order_by("name")[:200])
    last = last_place(request)
    for place in places:
        if place.slug == last or len(places) == 1:
            return redirect("staff:floor", place.slug)
    if not places:  # who works with guests only, such as marketing
        book = restaurants_visible_to(request.user, Capability.SEE_CONTACT).order_by("name")
        house = book.filter(slug=last).first() or book.first()
        if house is not None:
            return redirect("staff:guests", house.slug)
    if not places and lacks_second_factor(request.user):
        return to_second_factor(request)
    if not places:
        raise NotFound
    return render(request, "staff/entrance.html", {"places": places})
