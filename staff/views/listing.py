"""The list of an evening: arrivals, requests, seated, left; and the search (requirement E4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookings.selectors.floor import service_date_at
from bookings.selectors.service import parties_found, party_of, service_of
from reservehub.core.pages import is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.presenters.day import Asked, asked_of, day_bar, parties_of
from staff.presenters.listing import SHOWS, Chip, Chips, groups_of, show_tabs, shown_groups

ELSEWHERE = 20


@require_GET
@desk_view()
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole page, or its changing part for htmx."""
    today = service_date_at(desk.restaurant, desk.now)
    asked = asked_of(request.GET.dict(), today=today, shows=SHOWS)
    service = service_of(desk.restaurant, service_date=asked.date, now=desk.now)
    chips = Chips(desk.restaurant, desk.capabilities, now=desk.now)
    parties = parties_of(service, asked)
    everything = groups_of(service, parties, chips, text=asked.text)
    context: dict[str, Any] = {
        "restaurant": desk.restaurant,
        "desk": desk,
        "asked": asked,
        "bar": day_bar(service, asked, parties),
        "groups": shown_groups(everything, asked),
        "tabs": show_tabs(everything, asked),
        "elsewhere": _elsewhere(desk, asked, chips),
        "can_edit": desk.can(Capability.EDIT_BOOK),
        "sees_contact": chips.sees_contact,
        "now": desk.now,
    }
    if is_fragment(request, "list"):
        return varies(render(request, "staff/list/body.html", context))
    return varies(show(request, desk, "staff/list/page.html", context, section="list"))


def _elsewhere(desk: Desk, asked: Asked, chips: Chips) -> list[Chip]:
    """Matches on other days from today on: "I have booked, but I do not know for when"."""
    if len(asked.text) < 3:
        return []
    rows = parties_found(
        desk.restaurant,
        text=asked.text,
        since=asked.today,
        but_not_on=asked.date,
        sees_contact=chips.sees_contact,
        limit=ELSEWHERE,
    )
    return [chips.chip(party_of(row), {}, is_live=False, with_date=True) for row in rows]
