"""Changing and cancelling by the guest (requirement C6, rules 70-73)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.errors import DeadlinePassed, SlotUnavailable
from bookings.forms import CancelForm, ChangeForm, FinderForm
from bookings.models import Reservation
from bookings.presenters.clock import clock_text
from bookings.presenters.finder import Alternative, Choice, alternatives_of
from bookings.presenters.panel import Panel, panel_of
from bookings.presenters.visit import visit_of
from bookings.services import Changes, reservation_cancel, reservation_modify
from bookings.views.common import actor_of, private_page
from bookings.views.finding import Finder, Own, finder_of
from bookings.views.manage import manage_context, refused, reservation_of
from bookings.views.restaurant import Place
from reservehub.core import clock
from reservehub.core.errors import DomainError, VersionConflict
from reservehub.core.pages import PageError, errors_of, go_to, is_fragment, refusals_as_pages


@require_http_methods(["GET", "POST"])
@private_page
@refusals_as_pages
def change(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the finder around the present booking; POST: the move itself."""
    reservation = reservation_of(request, token)
    place = Place(reservation.restaurant)
    if request.method == "POST":
        return _change(request, token, reservation, place)
    finder = _finder(reservation, place, _with_defaults(request.GET, reservation))
    panel = _panel(place, finder) if finder.answer and finder.answer.available else None
    context = _context(reservation, finder, panel)
    if is_fragment(request, "panel") and panel is not None:
        return render(request, "pages/parts/change_panel.html", context)
    if is_fragment(request, "panel", "choices"):
        response = render(request, "pages/parts/choices_response.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#choices", "outerHTML"
        return response
    return render(request, "pages/change.html", context)


def _with_defaults(query: QueryDict, reservation: Reservation) -> FinderForm:
    """Without a wish the finder shows the day, party and area of the booking."""
    data = query.copy()
    data.setdefault("guests", str(reservation.party_size))
    if "slot" not in data:
        data.setdefault("date", reservation.service_date.isoformat())
    data.setdefault("area", str(reservation.area_preference_id or ""))
    return FinderForm(data)


def _finder(reservation: Reservation, place: Place, form: FinderForm) -> Finder:
    return finder_of(
        restaurant=place.restaurant,
        periods=place.periods,
        areas=place.areas,
        form=form,
        url=_links(reservation)["change"],
        now=clock.now(),
        own=Own(reservation_id=reservation.pk),
    )


def _links(reservation: Reservation) -> dict[str, str]:
    links: dict[str, str] = manage_context(reservation)["links"]
    return links


def _panel(place: Place, finder: Finder, *, alternatives: Sequence[Alternative] = ()) -> Panel:
    return panel_of(
        restaurant=place.restaurant,
        choice=finder.choice,
        answer=finder.answer,
        party_size=finder.party_size,
        area=place.area(finder.area_id),
        nonce="",
        action="",
        now=clock.now(),
        alternatives=alternatives,
    )


def _context(
    reservation: Reservation,
    finder: Finder,
    panel: Panel | None,
    errors: Sequence[PageError] = (),
) -> dict[str, Any]:
    context = manage_context(reservation)
    return context | {
        "finder": finder,
        "panel": panel,
        "errors": errors,
        "has_errors": bool(errors),
    }


def _change(
    request: HttpRequest, token: str, reservation: Reservation, place: Place
) -> HttpResponse:
    data = request.POST.copy()
    if data.get("instead"):
        data["slot"] = str(data["instead"])
    form = ChangeForm(data)
    if not form.is_valid():
        return _change_refused(request, reservation, place, form, errors_of(form), status=422)
    choice: Choice = form.cleaned_data["slot"]
    try:
        reservation_modify(
            reservation_id=reservation.pk,
            changes=Changes(
                date=choice.date,
                time=choice.time,
                fold=choice.fold,
                party_size=form.cleaned_data["guests"],
                area_id=form.cleaned_data["area"] or 0,
            ),
            actor=actor_of(request),
            now=clock.now(),
            expected_version=form.cleaned_data["version"],
        )
    except SlotUnavailable as refusal:
        at = clock_text(choice.time, place.restaurant)
        others = alternatives_of(
            refusal.extra.get("alternatives", ()), wished=choice.date, restaurant=place.restaurant
        )
        errors = [PageError(_("%(time)s is not free any more.") % {"time": at})]
        return _change_refused(
            request, reservation, place, form, errors, status=409, alternatives=others
        )
    except VersionConflict:
        text = _("The booking was changed in the meantime. This is how it is now; try again.")
        fresh = reservation_of(request, token)
        return _change_refused(request, fresh, place, form, [PageError(text)], status=409)
    except DomainError as error:
        errors = [PageError(str(error))]
        return _change_refused(request, reservation, place, form, errors, status=error.status)
    return go_to(request, reverse("bookings:manage", args=[token]))


def _change_refused(
    request: HttpRequest,
    reservation: Reservation,
    place: Place,
    form: ChangeForm,
    errors: Sequence[PageError],
    *,
    status: int,
    alternatives: Sequence[Alternative] = (),
) -> HttpResponse:
    wish = FinderForm({name: form.data.get(name, "") for name in ("slot", "guests", "area")})
    finder = _finder(reservation, place, wish)
    panel = _panel(place, finder, alternatives=alternatives) if finder.choice else None
    context = _context(reservation, finder, panel, errors)
    is_part = is_fragment(request, "panel")
    template = "pages/parts/change_panel.html" if is_part else "pages/change.html"
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@private_page
@refusals_as_pages
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks once more, POST cancels: two taps, and a mail scanner cancels nothing (rule 76)."""
    reservation = reservation_of(request, token)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _cancel_page(request, reservation, form)
    if not form.is_valid():
        return _cancel_page(request, reservation, form, errors_of(form), status=422)
    now = clock.now()
    try:
        _check_in_time(reservation, now=now)
        reservation_cancel(
            reservation_id=reservation.pk,
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=now,
            expected_version=form.cleaned_data["version"],
        )
    except VersionConflict:
        text = _("The booking was changed in the meantime. This is how it is now; try again.")
        fresh = reservation_of(request, token)
        return _cancel_page(request, fresh, CancelForm(), [PageError(text)], status=409)
    except DomainError as error:
        return refused(request, token, error)
    return go_to(request, reverse("bookings:manage", args=[token]))


def _check_in_time(reservation: Reservation, *, now: datetime) -> None:
    """Past the cut-off the page offers the telephone only (rule 72).

    :raises DeadlinePassed: then
    """
    visit = visit_of(reservation, now=now)
    if visit.is_phone_needed and not visit.can_cancel:
        raise DeadlinePassed(visit.deadline_text, phone=str(reservation.restaurant.phone))


def _cancel_page(
    request: HttpRequest,
    reservation: Reservation,
    form: CancelForm,
    errors: Sequence[PageError] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    context = manage_context(reservation)
    context |= {"form": form, "errors": errors, "has_errors": bool(errors)}
    return render(request, "pages/cancel.html", context, status=status)
