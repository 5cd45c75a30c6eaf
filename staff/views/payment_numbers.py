"""What payments add up to: taken, given back, kept, fees; by day and by rule; as a file (J5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST
from import_export.formats.base_formats import CSV, XLSX, TablibFormat

from bookings.models import DepositRule
from bookings.selectors.floor import service_date_at
from bookings.selectors.money import Analysis, Basis, money_of
from payments.services.exports import payments_exported
from reservehub.core.errors import NotFound
from reservehub.core.pages import errors_of
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.payments import NumbersForm
from staff.presenters.payment_numbers import blocks_of, dataset_of, headings

FORMATS: Mapping[str, type[TablibFormat]] = {"csv": CSV, "xlsx": XLSX}


@require_GET
@desk_view(Capability.CHARGE_REFUND)
def numbers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A chosen time, by the day the money moved or the evening it was for."""
    form = _form(request, desk)
    context: dict[str, Any] = {"form": form, "headings": headings()}
    if not form.is_valid():
        context |= {"errors": errors_of(form), "has_errors": True, "blocks": []}
        return _show(request, desk, context, status=422)
    analyses, names = _analyses(desk, form)
    since, until = form.span()
    context |= {
        "blocks": blocks_of(analyses, names),
        "since": since,
        "until": until,
        "can_export": desk.can(Capability.EXPORT),
        "query": urlencode({"since": since, "until": until, "by": form.cleaned_data["by"]}),
    }
    return _show(request, desk, context)


@require_POST
@desk_view(Capability.EXPORT)
def export(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same as a file, noted in the audit.

    :raises NotFound: for a form of file there is not
    """
    desk.require(Capability.CHARGE_REFUND)
    kind = FORMATS.get(request.POST.get("format", ""))
    form = _form(request, desk)
    if kind is None or not form.is_valid():
        raise NotFound
    since, until = form.span()
    data = dataset_of(*_analyses(desk, form))
    payments_exported(
        restaurant=desk.restaurant,
        since=since,
        until=until,
        rows=len(data),
        actor=desk.actor,
        now=desk.now,
    )
    made = kind()
    response = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    name = f"payments-{desk.restaurant.slug}-{since}-{until}.{made.get_extension()}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(request: HttpRequest, desk: Desk) -> NumbersForm:
    today = service_date_at(desk.restaurant, desk.now)
    return NumbersForm({"by": Basis.MOVED, **request.GET.dict()}, today=today)


def _analyses(desk: Desk, form: NumbersForm) -> tuple[list[Analysis], dict[int, str]]:
    """Three queries, however long the time."""
    first, last = form.span()
    found = money_of(desk.restaurant, first=first, last=last, basis=Basis(form.cleaned_data["by"]))
    names = DepositRule.objects.filter(restaurant=desk.restaurant).values_list("pk", "name")
    return found, dict(names)


def _show(
    request: HttpRequest, desk: Desk, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(
        request, desk, "staff/payments/numbers.html", context, section="settings", status=status
    )
