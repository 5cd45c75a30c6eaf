"""The loyalty programme: on or off, what a visit earns, tiers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guests.models import LoyaltyProgramme
from guests.selectors.loyalty import programme_of
from guests.services.loyalty import loyalty_programme_save
from reservehub.core.errors import ValidationFailed
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.loyalty import LoyaltySheet


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def loyalty(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One programme for all houses of the organisation."""
    programme = programme_of(desk.restaurant.organisation_id)
    data = request.POST if request.method == "POST" else None
    sheet = LoyaltySheet(programme, data)
    if data is not None and sheet.is_valid():
        try:
            _save(desk, programme, sheet)
        except ValidationFailed as refusal:
            sheet.add_refusal(refusal)
        else:
            messages.success(request, _("The programme is saved."))
            return go_to(request, reverse("staff:loyalty", args=[desk.restaurant.slug]))
    forms = [sheet.programme, *sheet.rows] if data is not None else []
    errors = [error for form in forms for error in errors_of(form)]
    context = {
        "form": sheet.programme,
        "tiers": sheet.tiers,
        "rows": sheet.rows,
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request,
        desk,
        "staff/guests/loyalty.html",
        context,
        section="guests",
        status=422 if errors else 200,
    )


def _save(desk: Desk, programme: LoyaltyProgramme | None, sheet: LoyaltySheet) -> None:
    saved = programme or LoyaltyProgramme(organisation=desk.restaurant.organisation)
    for name, value in sheet.programme.cleaned_data.items():
        setattr(saved, name, value)
    loyalty_programme_save(
        programme=saved, tiers=sheet.tiers_given(), actor=desk.actor, now=desk.now
    )
