"""The settings of a restaurant. What would strand bookings is shown before it is saved (B8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import PageError, errors_of, go_to
from restaurants import impact
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.services import config_delete, config_save
from staff.access import Desk, desk_view, show
from staff.forms.settings import SettingForm
from staff.views.settings_kinds import KINDS, Kind

ANYWAY = "save_anyway"


@require_GET
@desk_view(Capability.CONFIGURE)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All kinds of settings, and whether online bookings are on."""
    restaurant = desk.restaurant
    paused = restaurant.paused_until
    context = {
        "kind": None,
        "is_paused": paused is not None and paused > desk.now,
        "paused_until": paused and paused.astimezone(ZoneInfo(restaurant.timezone)),
        "guest_url": restaurant.get_absolute_url(),
    }
    return _show(request, desk, "staff/settings/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def kind(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """The list of one kind, or its form where there is only one."""
    found = _kind(kind)
    if found.rows is None:
        return _edit(request, desk, found, found.new(desk.restaurant))
    if request.method == "POST":
        raise NotFound
    rows = found.rows(desk.restaurant)
    lines = [(row, found.line(row)) for row in rows] if found.line else []
    return _show(request, desk, "staff/settings/list.html", {"kind": found, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def add(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """A new setting of a kind."""
    found = _kind(kind)
    if found.rows is None or not found.can_add:
        raise NotFound
    return _edit(request, desk, found, found.new(desk.restaurant))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def edit(request: HttpRequest, desk: Desk, kind: str, pk: int) -> HttpResponse:
    """One setting of a kind."""
    found = _kind(kind)
    return _edit(request, desk, found, _row(desk.restaurant, found, pk))


@require_POST
@desk_view(Capability.CONFIGURE)
def delete(request: HttpRequest, desk: Desk, kind: str, pk: int) -> HttpResponse:
    """Delete one setting, after a look at the bookings it would strand."""
    found = _kind(kind)
    row = _row(desk.restaurant, found, pk)
    if not found.can_add:
        raise NotFound
    name = str(row)

    def apply() -> None:
        config_delete(instance=row, actor=desk.actor, now=desk.now)

    try:
        stranded = [] if ANYWAY in request.POST else _dry_run(desk, apply, [])
        row.pk = pk  # deleting took it away, and undoing does not bring it back
        if stranded:
            context = {"kind": found, "row": row, "name": name, "stranded": stranded}
            return _show(request, desk, "staff/settings/delete.html", context, status=409)
        apply()
    except DomainError as refusal:
        row.pk = pk
        form = found.form(instance=row, restaurant=desk.restaurant)
        texts = [str(error.detail) for error in refusal.errors] or [str(refusal)]
        errors = [PageError(text) for text in texts]
        return _form(request, desk, found, form, errors=errors, status=refusal.status)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return go_to(request, _list_url(desk, found))


@require_POST
@desk_view(Capability.CONFIGURE)
def pause(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take no online bookings for a while, or take them again."""
    restaurant = desk.restaurant
    restaurant.paused_until = _paused_until(restaurant, request.POST.get("pause", ""), desk.now)
    config_save(instance=restaurant, actor=desk.actor, now=desk.now)
    if restaurant.paused_until is None:
        messages.success(request, _("Online bookings are on again."))
    else:
        messages.success(request, _("Online bookings are paused."))
    return go_to(request, reverse("staff:settings", args=[restaurant.slug]))


def _paused_until(restaurant: Restaurant, wish: str, now: datetime) -> datetime | None:
    if wish in {"60", "120"}:
        return now + timedelta(minutes=int(wish))
    if wish != "today":
        return None
    zone = ZoneInfo(restaurant.timezone)
    local = now.astimezone(zone)
    ends = datetime.combine(local.date(), restaurant.business_day_cut, zone)
    return ends if ends > local else ends + timedelta(days=1)


def _kind(key: str) -> Kind:
    """:raises NotFound: for anything that is no kind of setting"""
    if key not in KINDS:
        raise NotFound
    return KINDS[key]


def _row(restaurant: Restaurant, kind: Kind, pk: int) -> Model:
    """:raises NotFound: also for rows of other restaurants"""
    row: Model | None = None if kind.rows is None else kind.rows(restaurant).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _list_url(desk: Desk, kind: Kind) -> str:
    return reverse("staff:settings-kind", args=[desk.restaurant.slug, kind.key])


def _edit(request: HttpRequest, desk: Desk, kind: Kind, instance: Model) -> HttpResponse:
    if request.method != "POST":
        return _form(request, desk, kind, kind.form(instance=instance, restaurant=desk.restaurant))
    form = kind.form(request.POST, request.FILES, instance=instance, restaurant=desk.restaurant)
    if not form.is_valid():
        form.ask_for_files_again()
        return _form(request, desk, kind, form, status=422)

    def apply() -> None:
        form.store(actor=desk.actor, now=desk.now)

    try:
        stranded = [] if ANYWAY in request.POST else _dry_run(desk, apply, form.rows())
        if stranded:
            form.ask_for_files_again()
            return _form(request, desk, kind, form, stranded=stranded, status=409)
        with transaction.atomic():
            apply()
            form.store_files(actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        form.add_refusal(refusal)
        form.ask_for_files_again()
        return _form(request, desk, kind, form, status=refusal.status)
    messages.success(request, _("Saved."))
    return go_to(request, _list_url(desk, kind))


def _dry_run(desk: Desk, apply: Callable[[], None], rows: list[Model]) -> list[impact.Stranded]:
    """What the change would strand; new rows are as unsaved as before."""
    new = [row for row in rows if row._state.adding]  # noqa: SLF001 - public in all but name
    try:
        return impact.preview(restaurant_id=desk.restaurant.pk, apply=apply, now=desk.now)
    finally:
        for row in new:
            row._state.adding = True  # noqa: SLF001
            row.pk = None


def _form(
    request: HttpRequest,
    desk: Desk,
    kind: Kind,
    form: SettingForm,
    *,
    errors: list[PageError] | None = None,
    stranded: list[impact.Stranded] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = errors if errors is not None else errors_of(form) if form.is_bound else []
    context = {
        "kind": kind,
        "form": form,
        "row": form.instance if kind.rows is not None and form.instance.pk else None,
        "back_url": _list_url(desk, kind) if kind.rows is not None else None,
        "errors": found,
        "has_errors": bool(found),
        "stranded": stranded or [],
    }
    return _show(request, desk, "staff/settings/form.html", context, status=status)


def _show(
    request: HttpRequest, desk: Desk, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    frame = {"kinds": KINDS.values(), "current": context.get("current", context["kind"])}
    return show(request, desk, template, frame | context, section="settings", status=status)
