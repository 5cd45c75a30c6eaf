"""The place of the waitlist, which this version does not have yet: said rather than pretended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show


@require_GET
@desk_view()
def waiting(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What to do with people at the door until there is a waitlist."""
    context = {"can_edit": desk.can(Capability.EDIT_BOOK)}
    return show(request, desk, "staff/waiting.html", context, section="waitlist")
