"""The floor plan of one service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from reservehub.core.pages import is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.presenters.floor import floor_page
from staff.presenters.moment import moment_of


@require_GET
@desk_view()
def floor(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The floor now, at another moment, or for most of a day; `?table=` or `?reservation=` opens
    its panel. htmx may ask for a part alone: `#floor-view`, `#floor-stage`, `#floor-summary`.
    """
    moment = moment_of(desk.restaurant, request.GET.dict(), now=desk.now)
    sees_contact = desk.can(Capability.SEE_CONTACT)
    context = {
        "page": floor_page(desk.restaurant, moment, sees_contact=sees_contact),
        "may_edit": desk.can(Capability.EDIT_BOOK),
        "restaurant": desk.restaurant,
    }
    for target in ("floor-view", "floor-summary", "floor-stage"):
        if is_fragment(request, target):
            template = f"staff/floor/fragment-{target.removeprefix('floor-')}.html"
            return varies(render(request, template, context | {"is_fragment": True}))
    context |= {
        "panel_url": _panel_url(request, desk),
        "alerts_url": reverse("staff:alerts", args=[desk.restaurant.slug]),
    }
    return varies(show(request, desk, "staff/floor.html", context, section="floor"))


def _panel_url(request: HttpRequest, desk: Desk) -> str:
    for kind in ("reservation", "table"):
        chosen = request.GET.get(kind, "")
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            return reverse(f"staff:{kind}-panel", args=[desk.restaurant.slug, int(chosen)])
    return ""
