"""Guests from another system: a file, what its columns mean, a look, and then all of them."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guests.importing.mapping import FIELDS
from guests.importing.rows import escaped
from guests.models import GuestImport, ImportStatus
from guests.selectors.imports import import_of, imports_of
from guests.services.importing import (
    import_check,
    import_discard,
    import_progress,
    import_read,
    import_start,
)
from reservehub.core.errors import ValidationFailed
from reservehub.core.pages import PageError, errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.imports import FileForm, MappingForm

SHOWN = 20
SHOWN_ERRORS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def imports(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Earlier imports, and a new file."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    errors: list[PageError] = []
    if is_sent:
        errors = [] if form.is_valid() else errors_of(form)
        if not errors:
            file = form.cleaned_data["file"]
            try:
                found = import_read(
                    organisation_id=desk.restaurant.organisation_id,
                    data=file.read(),
                    file_name=file.name,
                    actor=desk.actor,
                    now=desk.now,
                )
            except ValidationFailed as refusal:
                errors = [PageError(str(one.detail), "id_file") for one in refusal.errors]
            else:
                return go_to(request, _url(desk, "import", found.pk))
    context = {
        "form": form,
        "errors": errors,
        "has_errors": bool(errors),
        "imports": imports_of(desk.restaurant.organisation_id)[:SHOWN],
    }
    return _show(request, desk, "list.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def one(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Where an import stands; POST says what the columns mean and has every row looked at."""
    found = import_of(desk.restaurant.organisation_id, pk)
    is_open = found.status in (ImportStatus.READ, ImportStatus.CHECKED, ImportStatus.FAILED)
    if request.method == "POST" and is_open:
        return _map(request, desk, found)
    if found.status == ImportStatus.READ or (is_open and "columns" in request.GET):
        return _mapping_page(request, desk, found, _form_of(found, None))
    return _show(request, desk, "one.html", _context(found))


def _map(request: HttpRequest, desk: Desk, found: GuestImport) -> HttpResponse:
    form = _form_of(found, request.POST)
    if not form.is_valid():
        return _mapping_page(request, desk, found, form, errors_of(form))
    try:
        import_check(import_id=found.pk, mapping=form.mapping(), now=desk.now)
    except ValidationFailed as refusal:
        errors = [
            PageError(str(one.detail), f"id_{one.pointer.strip('/')}") for one in refusal.errors
        ]
        return _mapping_page(request, desk, found, form, errors)
    return go_to(request, _url(desk, "import", found.pk))


def _form_of(found: GuestImport, data: Any) -> MappingForm:
    return MappingForm(data, columns=found.columns, mapping=found.mapping)


def _mapping_page(
    request: HttpRequest,
    desk: Desk,
    found: GuestImport,
    form: MappingForm,
    errors: list[PageError] | None = None,
) -> HttpResponse:
    context = {
        "found": found,
        "form": form,
        "sample": found.rows[:3],
        "errors": errors or [],
        "has_errors": bool(errors),
    }
    return _show(request, desk, "mapping.html", context, status=422 if errors else 200)


def _context(found: GuestImport) -> dict[str, Any]:
    progress = import_progress(found)
    percent = 100 * progress.done // max(progress.total, 1)
    rows = found.result.get("errors", [])[:SHOWN_ERRORS]
    return {
        "found": found,
        "result": found.result,
        "errors_shown": [(row[0], FIELDS.get(row[1], row[1]), *row[2:]) for row in rows],
        "is_running": found.status == ImportStatus.RUNNING,
        "is_done": found.status == ImportStatus.DONE,
        "is_failed": found.status == ImportStatus.FAILED,
        "is_discarded": found.status == ImportStatus.DISCARDED,
        "progress": progress,
        "percent": percent,
    }


@require_GET
@desk_view(Capability.CONFIGURE)
def progress(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A part of the page: how far it is, and what came of it."""
    found = import_of(desk.restaurant.organisation_id, pk)
    context = {"restaurant": desk.restaurant, **_context(found)}
    return render(request, "staff/imports/state.html", context)


@require_POST
@desk_view(Capability.CONFIGURE)
def start(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Have it imported."""
    found = import_of(desk.restaurant.organisation_id, pk)
    try:
        import_start(
            import_id=found.pk,
            leaves_out_bad_rows=request.POST.get("leave_out") == "yes",
            actor=desk.actor,
            now=desk.now,
        )
    except ValidationFailed as refusal:
        messages.error(request, str(refusal.errors[0].detail))
    return go_to(request, _url(desk, "import", pk))


@require_POST
@desk_view(Capability.CONFIGURE)
def discard(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Forget the file."""
    found = import_of(desk.restaurant.organisation_id, pk)
    import_discard(import_id=found.pk, actor=desk.actor, now=desk.now)
    messages.success(request, _("The file is forgotten. Nothing was imported."))
    return go_to(request, _url(desk, "imports"))


@require_GET
@desk_view(Capability.CONFIGURE)
def errors(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:  # noqa: ARG001
    """What is wrong, as a file to work through."""
    found = import_of(desk.restaurant.organisation_id, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-errors.csv"'
    response.write("\ufeff")  # or spreadsheets read it as Latin-1
    lines = csv.writer(response)
    lines.writerow([_("Row"), _("Field"), _("Value"), _("What to do")])
    for line, name, value, remedy in found.result.get("errors", []):
        lines.writerow([line, FIELDS.get(name, name), escaped(value), escaped(remedy)])
    return response


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])


def _show(
    request: HttpRequest, desk: Desk, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(request, desk, f"staff/imports/{name}", context, section="guests", status=status)
