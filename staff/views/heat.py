"""The heat map of an evening, a part that pages include (requirement E4)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookings.selectors.floor import service_date_at
from bookings.selectors.service import service_of
from staff.access import Desk, desk_view
from staff.presenters.day import asked_of
from staff.presenters.heat import heat_of


@require_GET
@desk_view()
def heat(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Covers per pacing interval against the limits."""
    today = service_date_at(desk.restaurant, desk.now)
    asked = asked_of(request.GET.dict(), today=today)
    service = service_of(desk.restaurant, service_date=asked.date, now=desk.now)
    context = {"heat": heat_of(service, asked.period_id), "restaurant": desk.restaurant}
    return render(request, "staff/heat/panel.html", context)
