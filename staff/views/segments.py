"""Saved filters of guests: who is in them, changing them, taking them along as a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guests.conditions import BadConditions
from guests.models import Guest, Segment
from guests.selectors.segments import (
    guests_in_segment,
    segment_count,
    segments_of,
    segments_with_counts,
)
from guests.selectors.tags import tags_by_guest, tags_of
from guests.services.conditions import conditions_check
from guests.services.segments import segment_delete, segment_exported, segment_save
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import PageError, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.conditions import ConditionRows

PAGE = 50


@require_GET
@desk_view(Capability.SEE_CONTACT)
def segments(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every segment with how many are in it now."""
    found = segments_with_counts(desk.restaurant.organisation_id, now=desk.now)
    context = {"segments": found, "can_edit": desk.can(Capability.EXPORT)}
    return show(request, desk, "staff/segments/list.html", context, section="guests")


@require_GET
@desk_view(Capability.SEE_CONTACT)
def segment(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Who is in it, by name."""
    found = _segment(desk, pk)
    try:
        people = guests_in_segment(found, now=desk.now).order_by("name", "pk")
        page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    except BadConditions:
        return go_to(request, _url(desk, "segment-edit", found.pk))
    tags = tags_by_guest([guest.pk for guest in page])
    context = {
        "segment": found,
        "page": page,
        "people": [(guest, tags.get(guest.pk, [])) for guest in page],
        "can_edit": desk.can(Capability.EXPORT),
    }
    return show(request, desk, "staff/segments/people.html", context, section="guests")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EXPORT)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new segment."""
    return _edit(request, desk, Segment(organisation=desk.restaurant.organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EXPORT)
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Another name or other conditions."""
    return _edit(request, desk, _segment(desk, pk))


@require_POST
@desk_view(Capability.EXPORT)
def delete(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Forget the filter."""
    found = _segment(desk, pk)
    segment_delete(segment_id=found.pk, actor=desk.actor, now=desk.now)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return go_to(request, _url(desk, "segments"))


@require_POST
@desk_view(Capability.SEE_CONTACT)
def count(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A part of the page: how many would be in it. Nothing is stored."""
    rows = _rows(desk)
    number, refusal = None, ""
    try:
        conditions = conditions_check(
            rows.read(request.POST), organisation_id=desk.restaurant.organisation_id
        )
    except ValidationFailed as error:
        refusal = str(error.errors[0].detail)
    else:
        asked = Segment(organisation=desk.restaurant.organisation, conditions=conditions)
        number = segment_count(asked, now=desk.now)
    context = {"number": number, "refusal": refusal}
    return render(request, "staff/segments/count.html", context)


@require_POST
@desk_view(Capability.EXPORT)
def export(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:  # noqa: ARG001
    """The people of a segment as CSV, noted in the audit."""
    desk.require(Capability.SEE_CONTACT)
    found = _segment(desk, pk)
    people = list(guests_in_segment(found, now=desk.now).order_by("name", "pk"))
    segment_exported(segment=found, count=len(people), actor=desk.actor, now=desk.now)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="segment-{found.pk}.csv"'
    response.write("\ufeff")  # or spreadsheets read it as Latin-1
    lines = csv.writer(response)
    lines.writerow(["name", "phone", "email", "language", "vip", "marketing_consent"])
    lines.writerows([safe_cell(cell) for cell in _cells(guest)] for guest in people)
    return response


def _cells(guest: Guest) -> list[str]:
    return [
        guest.name,
        str(guest.phone or ""),
        guest.email or "",
        guest.language,
        "yes" if guest.is_vip else "no",
        "yes" if guest.has_marketing_consent else "no",
    ]


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: a name may begin with `=`, and a phone number
    does begin with `+`.
    """
    is_formula = text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r"))
    return f"'{text}" if is_formula else text


def _edit(request: HttpRequest, desk: Desk, found: Segment) -> HttpResponse:
    rows = _rows(desk)
    if request.method != "POST":
        rows.show(found.conditions)
        return _page(request, desk, found, rows)
    found.name = request.POST.get("name", "")
    found.conditions = rows.read(request.POST)
    if "more" in request.POST:
        rows.add_blank()
        return _page(request, desk, found, rows)
    try:
        saved = segment_save(segment=found, actor=desk.actor, now=desk.now)
    except ValidationFailed as refusal:
        return _page(request, desk, found, rows, errors=page_errors(rows, refusal), status=422)
    messages.success(request, _("Saved."))
    return go_to(request, _url(desk, "segment", saved.pk))


def page_errors(
    rows: ConditionRows, refusal: ValidationFailed, *, below: str = "/conditions"
) -> list[PageError]:
    """One line each, leading to its row or its field."""
    rows.add_refusal(refusal, below=below)
    in_rows = [
        PageError(text, f"question-{row.number}") for row in rows.rows for text in row.errors
    ]
    others = [
        PageError(str(error.detail), f"id_{error.pointer.strip('/')}")
        for error in refusal.errors
        if not error.pointer.startswith(f"{below}/")
    ]
    return others + in_rows


def _page(
    request: HttpRequest,
    desk: Desk,
    found: Segment,
    rows: ConditionRows,
    *,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    rows.add_blank()
    context: Mapping[str, Any] = {
        "segment": found,
        "rows": rows,
        "errors": errors,
        "has_errors": bool(errors),
        "name_errors": [error.text for error in errors if error.field_id == "id_name"],
        "count_url": _url(desk, "segment-count"),
    }
    return show(
        request, desk, "staff/segments/edit.html", dict(context), section="guests", status=status
    )


def _rows(desk: Desk) -> ConditionRows:
    tags = list(tags_of(desk.restaurant.organisation_id))
    return ConditionRows(tags=tags, currency=desk.restaurant.currency)


def _segment(desk: Desk, pk: int) -> Segment:
    """:raises NotFound: also for segments of other organisations"""
    found = segments_of(desk.restaurant.organisation_id).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])
