"""Finding a booking again without its link (requirement C6)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.forms import LookupForm
from bookings.selectors import manage_path, reservation_lookup
from bookings.views.common import private_page
from bookings.views.limits import limit
from reservehub.core.errors import NotFound
from reservehub.core.pages import PageError, errors_of, go_to, refusals_as_pages


@require_http_methods(["GET", "POST"])
@private_page
@refusals_as_pages
def lookup(request: HttpRequest) -> HttpResponse:
    """Reference and e-mail together open the booking; a mismatch says nothing about either."""
    if request.method != "POST":
        return render(request, "pages/lookup.html", {"form": LookupForm()})
    limit(request, "lookup", count=10, seconds=600)
    form = LookupForm(request.POST)
    errors = errors_of(form)
    if form.is_valid():
        try:
            reservation = reservation_lookup(
                reference=form.cleaned_data["reference"], email=form.cleaned_data["email"]
            )
        except NotFound:
            text = _("No booking has this reference and this e-mail. Check both.")
            errors = [PageError(text, form["reference"].auto_id)]
        else:
            return go_to(request, manage_path(reservation))
    context = {"form": form, "errors": errors, "has_errors": True}
    return render(request, "pages/lookup.html", context, status=422)
