"""The tables of a restaurant: list and grid, one form for each, many at once by pasting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookings.floor import TableView
from bookings.selectors.floor import floor_of, service_date_at
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import errors_of, go_to
from restaurants import services
from restaurants.layout import natural_key
from restaurants.models import Table
from restaurants.permissions import Capability
from restaurants.selectors import areas_of, tables_of
from staff.access import Desk, desk_view, show
from staff.forms.tables import PasteForm, TableForm
from staff.presenters.floor import STATE_WORDS

SECTION = "tables"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A table and how it is now; archived ones have no state."""

    table: Table
    view: TableView | None

    @property
    def word(self) -> str:
        return _("archived") if self.view is None else str(STATE_WORDS[self.view.state])


@require_GET
@desk_view()
def tables(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`?area=` narrows it, `?view=list` shows lines instead of cards, `?archived=1` the others."""
    return _page(request, desk, PasteForm())


def _page(
    request: HttpRequest, desk: Desk, paste_form: PasteForm, *, status: int = 200
) -> HttpResponse:
    areas = list(areas_of(desk.restaurant))
    chosen = next((area for area in areas if str(area.pk) == request.GET.get("area")), None)
    everything = list(tables_of(desk.restaurant, with_archived=True))
    with_archived = request.GET.get("archived") == "1"
    found = [
        table
        for table in everything
        if (chosen is None or table.area_id == chosen.pk) and table.is_active is not with_archived
    ]
    found.sort(key=lambda table: (table.area.position, natural_key(table.number)))
    states = _states(desk)
    context = {
        "rows": [Row(table=table, view=states.get(table.pk)) for table in found],
        "areas": areas,
        "chosen": chosen,
        "is_list": request.GET.get("view") == "list",
        "with_archived": with_archived,
        "archived_count": sum(not table.is_active for table in everything),
        "seats": sum(table.seats for table in found),
        "may_configure": desk.can(Capability.CONFIGURE),
        "paste_form": paste_form,
        "errors": errors_of(paste_form),
        "has_errors": bool(paste_form.errors),
    }
    return show(request, desk, "staff/tables/page.html", context, section=SECTION, status=status)


def _states(desk: Desk) -> dict[int, TableView]:
    floor = floor_of(
        desk.restaurant,
        service_date=service_date_at(desk.restaurant, desk.now),
        at=desk.now,
        now=desk.now,
        is_live=True,
    )
    return {view.table_id: view for view in floor.tables}


@require_http_methods(["GET", "POST"])
@desk_view(Capability.CONFIGURE)
def create(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new table, free at once."""
    return _edit(request, desk, Table(restaurant=desk.restaurant))


@require_http_methods(["GET", "POST"])
@desk_view(Capability.CONFIGURE)
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One table."""
    return _edit(request, desk, _table(desk, pk))


def _edit(request: HttpRequest, desk: Desk, table: Table) -> HttpResponse:
    is_new = table.pk is None
    if request.method == "GET":
        return _form_page(
            request, desk, table, TableForm(instance=table, restaurant=desk.restaurant)
        )
    form = TableForm(request.POST, instance=table, restaurant=desk.restaurant)
    if not form.is_valid():
        return _form_page(request, desk, table, form, status=422)
    try:
        services.config_save_all(instances=form.rows(), actor=desk.actor, now=desk.now)
    except DomainError as refused:
        form.add_refusal(refused)
        if is_new:
            table.pk = None
        return _form_page(request, desk, table, form, refusal=refused, status=refused.status)
    text = _("Table %(number)s is made and can be booked.") if is_new else _("%(number)s is saved.")
    messages.success(request, text % {"number": table.number})
    if request.POST.get("do") == "another":
        return go_to(request, _url(desk, "table-create"))
    return go_to(request, _url(desk, "tables"))


def _form_page(
    request: HttpRequest,
    desk: Desk,
    table: Table,
    form: TableForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "table": table,
        "title": table.number if table.pk else "",
        "form": form,
        "errors": errors_of(form),
        "has_errors": bool(form.errors),
        "bookings": [] if refusal is None else refusal.extra.get("stranded", []),
    }
    return show(request, desk, "staff/tables/form.html", context, section=SECTION, status=status)


@require_POST
@desk_view(Capability.CONFIGURE)
def archive(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Out of use; refused with the bookings that stand in the way and where to move them."""
    table = _table(desk, pk)
    return _done_or_refused(
        request,
        desk,
        table,
        lambda: services.table_archive(table_id=pk, actor=desk.actor, now=desk.now),
        _("Table %(number)s is archived. You find it below, with its history."),
    )


@require_POST
@desk_view(Capability.CONFIGURE)
def unarchive(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Into use again."""
    table = _table(desk, pk)
    return _done_or_refused(
        request,
        desk,
        table,
        lambda: services.table_unarchive(table_id=pk, actor=desk.actor, now=desk.now),
        _("Table %(number)s can be booked again."),
    )


@require_POST
@desk_view(Capability.CONFIGURE)
def delete(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """For good; only a table nobody ever sat at (rule 40)."""
    table = _table(desk, pk)
    return _done_or_refused(
        request,
        desk,
        table,
        lambda: services.config_delete(instance=table, actor=desk.actor, now=desk.now),
        _("Table %(number)s is deleted."),
    )


def _done_or_refused(
    request: HttpRequest, desk: Desk, table: Table, work: Callable[[], object], words: str
) -> HttpResponse:
    number = table.number
    try:
        work()
    except DomainError as refused:
        table = _table(desk, table.pk)
        context = {
            "table": table,
            "refusal": refused,
            "bookings": refused.extra.get("stranded", []),
        }
        return show(
            request,
            desk,
            "staff/tables/refused.html",
            context,
            section=SECTION,
            status=refused.status,
        )
    messages.success(request, words % {"number": number})
    return go_to(request, _url(desk, "tables"))


@require_POST
@desk_view(Capability.CONFIGURE)
def paste(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`4x2, 3x4 terrace, bar 10` makes tables."""
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    try:
        made = services.tables_from_text(
            restaurant=desk.restaurant,
            text=form.cleaned_data["text"],
            actor=desk.actor,
            now=desk.now,
        )
    except DomainError as refused:
        form.add_refusal(refused)
        return _page(request, desk, form, status=refused.status)
    text = ngettext("%(count)s table made: %(n)s", "%(count)s tables made: %(n)s", len(made))
    numbers = ", ".join(table.number for table in made[:30]) + (" …" if len(made) > 30 else "")
    messages.success(request, text % {"count": len(made), "n": numbers})
    return go_to(request, _url(desk, "tables"))


def _table(desk: Desk, pk: int) -> Table:
    """:raises NotFound: also for tables of other restaurants"""
    found = tables_of(desk.restaurant, with_archived=True).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _url(desk: Desk, name: str, **more: Any) -> str:
    return reverse(f"staff:{name}", kwargs={"slug": desk.restaurant.slug, **more})
