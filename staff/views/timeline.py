"""The timeline of an evening, and moving a party on it (requirements E3-E5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from bookings import lifecycle
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.selectors import reservations_visible_to, tables_of
from bookings.selectors.floor import service_date_at
from bookings.selectors.service import service_of
from bookings.services import (
    Changes,
    reservation_assign_tables,
    reservation_extend,
    reservation_modify,
)
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import is_fragment, varies
from reservehub.core.timezones import to_wall
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.moving import MoveForm
from staff.presenters.day import asked_of, counts_of, day_bar, parties_of
from staff.presenters.listing import Chips
from staff.presenters.moving import moved_text, refusal_of
from staff.presenters.timeline import timeline_of

_DROP = ("shift", "minutes", "from_table", "to_table")


@require_GET
@desk_view()
def timeline(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole page, or its changing part for htmx."""
    today = service_date_at(desk.restaurant, desk.now)
    asked = asked_of(request.GET.dict(), today=today, shows=("table",))
    service = service_of(desk.restaurant, service_date=asked.date, now=desk.now)
    chips = Chips(desk.restaurant, desk.capabilities, now=desk.now)
    parties = parties_of(service, asked)
    context: dict[str, Any] = {
        "restaurant": desk.restaurant,
        "asked": asked,
        "bar": day_bar(service, asked, parties),
        "counts": counts_of(parties),
        "timeline": timeline_of(service, parties, chips),
        "is_table": asked.show == "table",
        "drawing_query": asked.query(show=""),
        "table_query": asked.query(show="table"),
        "can_edit": chips.edits,
    }
    if is_fragment(request, "timeline"):
        return varies(render(request, "staff/timeline/body.html", context))
    return varies(show(request, desk, "staff/timeline/page.html", context, section="timeline"))


@require_POST
@desk_view(Capability.EDIT_BOOK)
def move(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Drop a party at another table or time, or with another length; nothing of it or all.

    Answers with the event `rh:done`, which carries the way back, or with the objections and what is
    possible instead.
    """
    found = reservations_visible_to(desk.person, Capability.EDIT_BOOK)
    row = found.filter(restaurant=desk.restaurant, pk=reservation_id).first()
    if row is None:
        raise NotFound
    # The way back is an address whose query says what to restore.
    given = request.GET.copy()
    given.update(request.POST)
    form = MoveForm(given)
    if not form.is_valid():
        return HttpResponse(status=422)
    if form.cleaned_data["overrides"]:
        desk.require(Capability.OVERRIDE_PACING)
    before = [table.pk for table in tables_of([row])[row.pk]]
    try:
        after = _move(desk, row, before, form)
    except DomainError as refusal:
        context = {
            "problem": refusal_of(
                desk,
                row,
                refusal,
                shift=form.cleaned_data["shift"],
                minutes=form.cleaned_data["minutes"],
                accepted=form.cleaned_data["overrides"],
            ),
            "action": request.path,
            "typed": {name: given[name] for name in _DROP if given.get(name)},
            "version": Reservation.objects.values_list("version", flat=True).get(pk=row.pk),
            "restaurant": desk.restaurant,
        }
        return render(request, "staff/timeline/refusal.html", context, status=refusal.status)
    return _done(request, desk, row, before, after)


def _move(desk: Desk, row: Reservation, before: list[int], form: MoveForm) -> Reservation:
    data = form.cleaned_data
    about = {
        "reservation_id": row.pk,
        "actor": desk.actor,
        "now": desk.now,
        "expected_version": data["version"],
    }
    tables = form.tables_after(before)
    is_elsewhere = set(tables) != set(before)
    stretch = data["minutes"] - _minutes(row) if data["minutes"] else 0
    if Status(row.status) in lifecycle.AT_TABLE and stretch and not is_elsewhere:
        return reservation_extend(minutes=stretch, **about)
    if not data["shift"] and not stretch and is_elsewhere:
        return reservation_assign_tables(table_ids=tables, overrides=data["overrides"], **about)
    starts_at = row.starts_at + timedelta(minutes=data["shift"])
    wall, fold = to_wall(starts_at, desk.restaurant.timezone)
    return reservation_modify(
        changes=Changes(
            time=wall.time(),
            fold=fold,
            table_ids=tables,
            minutes=data["minutes"] or _minutes(row),
            overrides=data["overrides"],
        ),
        **about,
    )


def _minutes(row: Reservation) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def _done(
    request: HttpRequest, desk: Desk, row: Reservation, before: list[int], after: Reservation
) -> HttpResponse:
    shift = int((row.starts_at - after.starts_at).total_seconds() // 60)
    back = urlencode(
        {
            "tables": "+".join(str(pk) for pk in before),
            "shift": shift,
            "minutes": _minutes(row),
        }
    )
    told = {
        "text": moved_text(after, desk.restaurant),
        # Nobody is put back to nowhere: a party that had no table keeps the one it was given.
        "undo": f"{request.path}?{back}" if before else None,
        "version": after.version,
        "reservation_id": after.pk,
    }
    response = HttpResponse()
    response["HX-Trigger"] = json.dumps({"rh:done": told})
    return response
