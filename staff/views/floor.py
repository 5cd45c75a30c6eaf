"""The floor plan of one service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from staff.access import Desk, desk_view, show


@require_GET
@desk_view()
def floor(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Tonight's floor."""
    return show(request, desk, "staff/floor.html", {}, section="floor")
