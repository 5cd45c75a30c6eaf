"""For guests who ask the restaurant: what is stored as a file, being forgotten; and for how long
guests are known at all.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guests.privacy import ahead_of
from guests.selectors.privacy import records_of
from guests.services.erasing import StillAhead, guest_erase
from guests.services.privacy import guest_export
from guests.services.privacy_settings import (
    LEAST_MONTHS,
    MOST_MONTHS,
    idle_months_of,
    idle_months_set,
)
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import PageError, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.views.guest_page import guest_here


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """For how many months guests are known who no longer come."""
    organisation_id = desk.restaurant.organisation_id
    errors: list[PageError] = []
    typed = request.POST.get("idle_months", "")
    if request.method == "POST":
        months = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
        try:
            idle_months_set(
                organisation_id=organisation_id,
                idle_months=months,
                actor=desk.actor,
                now=desk.now,
            )
        except ValidationFailed as refusal:
            errors = [PageError(str(one.detail), "id_idle_months") for one in refusal.errors]
        else:
            messages.success(request, _("Saved."))
            return go_to(request, reverse("staff:privacy", args=[desk.restaurant.slug]))
    context = {
        "months": typed or idle_months_of(organisation_id),
        "least": LEAST_MONTHS,
        "most": MOST_MONTHS,
        "errors": errors,
        "has_errors": bool(errors),
    }
    status = 422 if errors else 200
    return show(
        request, desk, "staff/privacy/settings.html", context, section="guests", status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def of_guest(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Before somebody is forgotten: what that means, and what is in the way; then the deed."""
    guest = guest_here(desk, guest_id, Capability.CONFIGURE)
    if guest.anonymised_at is not None:
        raise NotFound
    status = 200
    if request.method == "POST":
        try:
            guest_erase(guest_id=guest.pk, actor=desk.actor, now=desk.now)
        except StillAhead as refusal:
            status = refusal.status
        else:
            messages.success(request, _("The guest is forgotten."))
            return go_to(request, reverse("staff:guests", args=[desk.restaurant.slug]))
    context = {"guest": guest, "ahead": ahead_of(records_of(guest), desk.now)}
    return show(request, desk, "staff/privacy/guest.html", context, section="guests", status=status)


@require_POST
@desk_view(Capability.CONFIGURE)
def export(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:  # noqa: ARG001
    """Everything that is stored about a guest who has asked for it, noted in the audit."""
    guest = guest_here(desk, guest_id, Capability.CONFIGURE)
    found = guest_export(guest_id=guest.pk, actor=desk.actor, now=desk.now)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="guest-{guest.pk}.json"'
    return response
