"""Payments of a restaurant: the list with its sums, what needs somebody, one payment (J1-J5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from bookings.models import DepositStatus, Reservation
from bookings.selectors import reservations_visible_to
from bookings.selectors.deposit_rules import deposit_rules_of
from bookings.selectors.floor import service_date_at
from bookings.selectors.money import (
    references_of,
    reservations_of_payments,
    reservations_with_rule,
    span_of_days,
    unredeemed_of,
)
from payments.models import Payment, PaymentStatus
from payments.selectors import payments_visible_to
from payments.selectors.reconciliation import differences_open
from payments.selectors.staff import (
    Position,
    course_of,
    open_disputes,
    payments_listed,
    payments_page,
    payments_sums,
    refused_instructions,
    silent_instructions,
)
from reservehub.core.errors import NotFound
from reservehub.core.pages import errors_of
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.payments import FilterForm
from staff.presenters.looks import difference_looks, silent_looks
from staff.presenters.payment_page import (
    dispute_boxes,
    facts_of,
    step_links,
    terms_rows,
    timeline_of,
    unsettled_of,
)
from staff.presenters.payments import (
    Trouble,
    payment_badge,
    payment_rows,
    totals_of,
    troubles_of,
    unredeemed_rows,
    visit_text,
)

PAGE = 50
TROUBLES_SHOWN = 20
REFUSED_SHOWN_FOR = timedelta(days=14)


@require_GET
@desk_view(Capability.CHARGE_REFUND)
def payments(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A fixed number of queries, however many payments there are."""
    place = desk.restaurant
    today = service_date_at(place, desk.now)
    rules = [(row.pk, row.name) for row in deposit_rules_of(place)]
    form = FilterForm(request.GET.dict(), rules=rules, today=today)
    context: dict[str, Any] = {"form": form, "troubles": troubles_here(desk)}
    context |= _looks_here(desk)
    context["unredeemed"] = unredeemed_rows(unredeemed_of(place, now=desk.now, today=today), place)
    if not form.is_valid():
        errors = errors_of(form)
        context |= {"errors": errors, "has_errors": True, "rows": [], "totals": []}
        return _show(request, desk, "list.html", context, status=422)
    found = _found(desk, form)
    after = position_of(request.GET.get("after", ""), place.pk)
    page, following = payments_page(found, after=after, size=PAGE)
    asked = {name: value for name, value in request.GET.items() if value and name != "after"}
    since, until = form.span()
    context |= {
        "rows": payment_rows(page, place),
        "totals": totals_of(payments_sums(found)),
        "since": since,
        "until": until,
        "is_search": bool(form.cleaned_data["q"]),
        "is_first": after is None,
        "first_query": urlencode(asked),
        "next_query": urlencode({**asked, "after": following.pk}) if following else "",
    }
    return _show(request, desk, "list.html", context)


def _found(desk: Desk, form: FilterForm) -> QuerySet[Payment]:
    """What was asked for. A number is looked for on all days."""
    place, asked = desk.restaurant, form.cleaned_data
    if asked["q"]:
        found = payments_listed(place, since=None, until=None)
        mine = Reservation.objects.filter(restaurant=place, reference__iendswith=asked["q"])
        found = found.filter(reference__in=references_of(mine))
    else:
        first, last = form.span()
        since, until = span_of_days(place, first, last)
        found = payments_listed(place, since=since, until=until)
    if asked["rule"]:
        mine = reservations_with_rule(place, asked["rule"])
        found = found.filter(reference__in=references_of(mine))
    if asked["status"] in PaymentStatus.values:
        return found.filter(status=asked["status"])
    if asked["status"] in DepositStatus.values:
        mine = Reservation.objects.filter(restaurant=place, deposit_status=asked["status"])
        return found.filter(reference__in=references_of(mine))
    return found


def position_of(text: str, restaurant_id: int) -> Position | None:
    """Where a page begins: after the payment whose number stands in the address."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    found = Payment.objects.filter(pk=int(text), restaurant=restaurant_id)
    row = found.values_list("created_at", "pk").first()
    return Position(*row) if row else None


def troubles_here(desk: Desk) -> list[Trouble]:
    """What needs somebody: at most three queries."""
    disputes = open_disputes(desk.restaurant)[:TROUBLES_SHOWN]
    refused = refused_instructions(desk.restaurant, since=desk.now - REFUSED_SHOWN_FOR)
    return troubles_of(list(disputes), list(refused[:TROUBLES_SHOWN]), desk.restaurant)


def _looks_here(desk: Desk) -> dict[str, Any]:
    """Without word from the provider, and where the two books differ: at most four queries."""
    place = desk.restaurant
    silent = silent_instructions(place)[:TROUBLES_SHOWN]
    differences = differences_open(place, now=desk.now)[:TROUBLES_SHOWN]
    return {
        "silent": silent_looks(list(silent), place),
        "differences": difference_looks(list(differences), place),
    }


def payment_here(desk: Desk, payment_id: int) -> tuple[Payment, Reservation | None]:
    """A payment of this restaurant and what it is for.

    :raises NotFound: also for payments of others
    """
    visible = payments_visible_to(desk.person, Capability.CHARGE_REFUND)
    payment = visible.filter(restaurant=desk.restaurant, pk=payment_id).first()
    if payment is None:
        raise NotFound
    found = reservations_of_payments([payment]).get(payment.pk)
    if found is None:
        return payment, None
    mine = reservations_visible_to(desk.person).filter(restaurant=desk.restaurant, pk=found.pk)
    return payment, mine.first()


@require_GET
@desk_view(Capability.CHARGE_REFUND)
def payment(request: HttpRequest, desk: Desk, payment_id: int) -> HttpResponse:
    """One payment with everything that happened to it."""
    found, reservation = payment_here(desk, payment_id)
    course = course_of(found)
    context = {
        "payment": found,
        "reservation": reservation,
        "badge": payment_badge(found, reservation),
        "visit": visit_text(reservation) if reservation else "",
        "facts": facts_of(found),
        "terms": terms_rows(reservation) if reservation else [],
        "steps": step_links(found, reservation, desk.restaurant),
        "timeline": timeline_of(course, found, desk.restaurant),
        "disputes": dispute_boxes(course, desk.restaurant),
        "unsettled": unsettled_of(course, found),
    }
    return _show(request, desk, "page.html", context)


def _show(
    request: HttpRequest, desk: Desk, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(
        request, desk, f"staff/payments/{template}", context, section="settings", status=status
    )
