"""The alerts of an evening, and their number for the frame of every page (requirement E4)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookings.selectors import reservations_visible_to
from bookings.selectors.alerts import alerts_of
from bookings.selectors.floor import service_date_at
from staff.access import Desk, desk_view
from staff.presenters.alerts import lines_of, urgent, visible
from staff.presenters.day import asked_of


@require_GET
@desk_view()
def alerts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A part of pages: most urgent first. `?part=badge` is the number of urgent ones alone."""
    today = service_date_at(desk.restaurant, desk.now)
    asked = asked_of(request.GET.dict(), today=today)
    found = (
        alerts_of(desk.restaurant, service_date=asked.date, now=desk.now)
        if asked.date >= today  # nothing can be done about an evening that is over
        else []
    )
    shown = visible(found, desk.capabilities)
    context = {"restaurant": desk.restaurant, "count": urgent(shown)}
    if request.GET.get("part") == "badge":
        return render(request, "staff/alerts/badge.html", context)
    ids = {alert.reservation_id for alert in shown}
    rows = reservations_visible_to(desk.person).filter(restaurant=desk.restaurant).in_bulk(ids)
    lines = lines_of(shown, rows, desk.restaurant, desk.capabilities)
    return render(request, "staff/alerts/panel.html", context | {"lines": lines})
