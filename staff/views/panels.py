"""The panel beside the plan, as a fragment: of a table or a reservation; where a party may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookings.models import Reservation
from reservehub.core.errors import NotFound
from restaurants.models import Table
from restaurants.permissions import Capability
from staff.access import Desk, desk_view
from staff.forms.steps import StepForm
from staff.presenters.moment import moment_of
from staff.presenters.panels import card_of, table_panel
from staff.presenters.refusals import Problem
from staff.presenters.seats import seats_for


@dataclass(frozen=True)
class Refusal:
    """What was not done: the answer's status, why, which step, and what was typed."""

    status: int
    problem: Problem
    step: str = ""
    form: StepForm | None = None


def reservation_here(desk: Desk, reservation_id: int) -> Reservation:
    """:raises NotFound: also for reservations of other restaurants"""
    found = (
        Reservation.objects.select_related("restaurant")
        .filter(pk=reservation_id, restaurant=desk.restaurant)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def table_here(desk: Desk, table_id: int) -> Table:
    """:raises NotFound: also for tables of other restaurants"""
    found = (
        Table.objects.select_related("area").filter(pk=table_id, restaurant=desk.restaurant).first()
    )
    if found is None:
        raise NotFound
    return found


def table_panel_page(
    request: HttpRequest,
    desk: Desk,
    table: Table | None,
    *,
    reservation: Reservation | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The panel of a table, with the card of a reservation if one is named."""
    context: dict[str, Any] = {"panel": None, "card": None}
    if table is not None:
        moment = moment_of(desk.restaurant, _asked(request), now=desk.now)
        panel = table_panel(desk, table, service_date=moment.service_date, at=moment.at)
        context = {"panel": panel, "card": panel.card}
        if reservation is not None and refusal is not None:
            context["card"] = card_of(desk, reservation)
    return _fragment(request, desk, context, refusal)


def reservation_panel_page(
    request: HttpRequest,
    desk: Desk,
    reservation: Reservation,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The panel of a reservation."""
    return _fragment(request, desk, {"panel": None, "card": card_of(desk, reservation)}, refusal)


def _asked(request: HttpRequest) -> dict[str, str]:
    return (request.POST if request.method == "POST" else request.GET).dict()


def _fragment(
    request: HttpRequest, desk: Desk, context: dict[str, Any], refusal: Refusal | None
) -> HttpResponse:
    typed = {k: v for k, v in request.POST.dict().items() if k != "csrfmiddlewaretoken"}
    context |= {
        "restaurant": desk.restaurant,
        "may_edit": desk.can(Capability.EDIT_BOOK),
        "is_answer": request.method == "POST",
        "problem": refusal.problem if refusal else None,
        "refused_step": refusal.step if refusal else "",
        "typed": typed if refusal else {},
        "retry_url": request.path if refusal else "",
        "moment": {k: v for k, v in _asked(request).items() if k in ("date", "time", "mode")},
    }
    status = refusal.status if refusal else 200
    return render(request, "staff/panels/panel.html", context, status=status)


@require_GET
@desk_view()
def table(request: HttpRequest, desk: Desk, table_id: int) -> HttpResponse:
    """A table and its evening, at the moment the plan shows."""
    return table_panel_page(request, desk, table_here(desk, table_id))


@require_GET
@desk_view()
def reservation(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """One reservation and what can be done with it."""
    return reservation_panel_page(request, desk, reservation_here(desk, reservation_id))


@require_GET
@desk_view(Capability.EDIT_BOOK)
def seats(_request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Where this party could sit now, for lighting up tables while it is moved.

    :raises TransitionRefused: if its visit is over
    """
    return JsonResponse(seats_for(desk, reservation_here(desk, reservation_id)))
