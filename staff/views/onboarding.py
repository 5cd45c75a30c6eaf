"""Setting up a restaurant: name, place, hours, tables, preview, link (requirement B3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reservehub.core import clock
from reservehub.core.api.throttling import count_request
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.http import caller_of
from reservehub.core.pages import errors_of, go_to, is_fragment, refusals_as_pages
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import access_of, organisations_owned_by
from restaurants.services import config_save, tables_from_text, tables_in_text
from restaurants.services.onboarding import (
    missing_to_open,
    onboarding_begin,
    onboarding_hours_set,
    onboarding_tables_clear,
    restaurant_open,
)
from staff.access import Desk, actor_of, desk_view, to_login
from staff.forms.base import HouseForm
from staff.forms.onboarding import (
    HoursForm,
    NameForm,
    PlaceForm,
    TablesForm,
    hours_initial,
)
from staff.presenters.onboarding import preview_of, table_groups
from staff.shared import shared_of

NAMED = "staff_start"
"""Session key: name and kind of a restaurant that has no place yet."""

STEPS = {
    "name": gettext_lazy("Name"),
    "where": gettext_lazy("Place"),
    "hours": gettext_lazy("Hours"),
    "tables": gettext_lazy("Tables"),
    "preview": gettext_lazy("Preview"),
    "share": gettext_lazy("Share"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def start(request: HttpRequest) -> HttpResponse:
    """The first step, or back to where one left off."""
    if not request.user.is_authenticated:
        return to_login(request)
    if shared_of(request) is not None:
        return redirect("staff:home")
    form = NameForm(request.POST or None, initial=request.session.get(NAMED))
    if request.method == "POST" and form.is_valid():
        request.session[NAMED] = form.cleaned_data
        return go_to(request, reverse("staff:start-where"))
    drafts = [] if form.is_bound else _drafts(request)
    status = 422 if form.errors else 200
    return _page(request, None, "name", {"form": form, "drafts": drafts}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def start_where(request: HttpRequest) -> HttpResponse:
    """The second step makes the draft: only now its clock is known."""
    if not request.user.is_authenticated:
        return to_login(request)
    named = request.session.get(NAMED)
    if not named or shared_of(request) is not None:
        return redirect("staff:start")
    russian = get_language() == "ru"
    zone = "Europe/Moscow" if russian else "Europe/Amsterdam"
    form = PlaceForm(request.POST or None, initial={"timezone": zone})
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return _page(request, None, "where", {"form": form, "guesses": True}, status=status)
    count_request(request, scope="restaurants", caller=caller_of(request))
    fields = {**form.cleaned_data, **named, "language": get_language() or "en"}
    try:
        restaurant = onboarding_begin(
            owner=request.user,
            organisation=organisations_owned_by(request.user).order_by("pk").first(),
            fields=fields,
            actor=actor_of(request, request.user),
            now=clock.now(),
        )
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, None, "where", {"form": form}, status=refusal.status)
    del request.session[NAMED]
    return go_to(request, _url(restaurant, "hours"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE, for_owners=True)
def step(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    """One step of a draft; each can be taken again until it is right."""
    if step not in STEPS:
        raise NotFound
    return _VIEWS[step](request, desk)


@require_GET
@desk_view(Capability.CONFIGURE)
def qr(request: HttpRequest, desk: Desk) -> HttpResponse:  # noqa: ARG001 - of every view
    """The link of the booking page as a picture to print."""
    picture = segno.make(_link(desk.restaurant), error="m").svg_inline(border=4, scale=10)
    response = HttpResponse(
        f'<?xml version="1.0" encoding="utf-8"?>\n{picture}'.replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        ),
        content_type="image/svg+xml",
    )
    response["Content-Disposition"] = f'attachment; filename="{desk.restaurant.slug}.svg"'
    return response


def _name(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    form = NameForm(
        request.POST or None, initial={"name": restaurant.name, "kind": restaurant.kind}
    )
    return _fields_step(request, desk, "name", form, after="where")


def _where(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    names = list(PlaceForm.base_fields)
    initial = {name: getattr(restaurant, name) for name in names}
    form = PlaceForm(request.POST or None, initial=initial)
    return _fields_step(request, desk, "where", form, after="hours")


def _fields_step(
    request: HttpRequest, desk: Desk, step: str, form: HouseForm, *, after: str
) -> HttpResponse:
    """A step whose fields are those of the restaurant."""
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, step, {"form": form}, status=422 if form.errors else 200)
    restaurant = desk.restaurant
    for name, value in form.cleaned_data.items():
        setattr(restaurant, name, value)
    try:
        config_save(instance=restaurant, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, desk, step, {"form": form}, status=refusal.status)
    return go_to(request, _url(restaurant, after))


def _hours(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    initial = hours_initial(restaurant)
    has_hours = initial["preset"] == "keep"
    form = HoursForm(request.POST or None, initial=initial, has_hours=has_hours)
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, "hours", {"form": form}, status=422 if form.errors else 200)
    hours = form.hours()
    try:
        if hours:
            onboarding_hours_set(restaurant=restaurant, hours=hours, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, desk, "hours", {"form": form}, status=refusal.status)
    return go_to(request, _url(restaurant, "tables"))


def _tables(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    form = TablesForm(request.POST or None)
    form.is_valid()
    text = form.cleaned_data.get("text", "").strip() if form.is_bound else ""
    wanted = []
    try:
        if "clear" in request.POST:
            onboarding_tables_clear(restaurant=restaurant, actor=desk.actor, now=desk.now)
            return go_to(request, _url(restaurant, "tables"))
        if text:
            wanted = tables_in_text(restaurant=restaurant, text=text)
        if request.method == "POST" and "look" not in request.POST and form.is_valid():
            if text:
                tables_from_text(restaurant=restaurant, text=text, actor=desk.actor, now=desk.now)
            if restaurant.tables.exists():
                return go_to(request, _url(restaurant, "preview"))
            form.add_error("text", _("Write at least one table, for example 4x2."))
    except DomainError as refusal:
        form.add_refusal(refusal)
    context = {
        "form": form,
        "wanted": table_groups(wanted),
        "tables": table_groups(restaurant.tables.select_related("area").order_by("pk")),
    }
    if is_fragment(request, "tables-preview"):
        return render(request, "staff/start/tables_preview.html", context)
    return _page(request, desk, "tables", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    if request.method == "POST":
        try:
            restaurant_open(restaurant=restaurant, actor=desk.actor, now=desk.now)
        except DomainError as refusal:
            messages.warning(request, str(refusal))
            return go_to(request, _url(restaurant, missing_to_open(restaurant)[0]))
        return go_to(request, _url(restaurant, "share"))
    context = {
        "missing": missing_to_open(restaurant),
        "preview": preview_of(restaurant, now=desk.now),
        "tables": table_groups(restaurant.tables.select_related("area").order_by("pk")),
        "periods": restaurant.service_periods.filter(is_active=True),
        "zone": ZoneInfo(restaurant.timezone),
    }
    return _page(request, desk, "preview", context)


def _share(request: HttpRequest, desk: Desk) -> HttpResponse:
    restaurant = desk.restaurant
    if not restaurant.is_public:
        return redirect(_url(restaurant, "preview"))
    link = _link(restaurant)
    picture = segno.make(link, error="m").svg_inline(border=0, omitsize=True)
    return _page(request, desk, "share", {"link": link, "picture": picture})


_VIEWS: dict[str, Callable[[HttpRequest, Desk], HttpResponse]] = {
    "name": _name,
    "where": _where,
    "hours": _hours,
    "tables": _tables,
    "preview": _preview,
    "share": _share,
}


def _drafts(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's restaurants that guests cannot find yet, and where to go on."""
    owned = access_of(request.user).owned_restaurants
    drafts = Restaurant.objects.filter(pk__in=owned, is_public=False).order_by("pk")
    return [
        {"restaurant": one, "url": _url(one, (missing_to_open(one) or ["preview"])[0])}
        for one in drafts
    ]


def _link(restaurant: Restaurant) -> str:
    return f"{settings.RESERVEHUB_BASE_URL}{restaurant.get_absolute_url()}"


def _url(restaurant: Restaurant, step: str) -> str:
    return reverse("staff:start-step", args=[restaurant.slug, step])


def _page(
    request: HttpRequest,
    desk: Desk | None,
    step: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    form = context.get("form")
    errors = errors_of(form) if form is not None and form.is_bound else []
    frame = {
        "steps": _steps(desk, step),
        "step": step,
        "draft": desk.restaurant if desk else None,
        "back_url": _back_url(desk, step),
        "errors": errors,
        "has_errors": bool(errors),
    }
    response = render(request, f"staff/start/{step}.html", frame | context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _steps(desk: Desk | None, current: str) -> list[dict[str, Any]]:
    keys = list(STEPS)
    missing = missing_to_open(desk.restaurant) if desk else keys
    here = keys.index(current)
    found = []
    for number, key in enumerate(keys, start=1):
        is_made = desk is not None and key not in missing
        is_open = is_made and (key != "share" or (desk is not None and desk.restaurant.is_public))
        is_done = is_open and (number - 1 < here or key in ("name", "where", "hours", "tables"))
        found.append(
            {
                "number": number,
                "label": STEPS[key],
                "is_current": key == current,
                "is_done": is_done and key != current,
                "url": _url(desk.restaurant, key) if desk and is_open else "",
            }
        )
    return found


def _back_url(desk: Desk | None, step: str) -> str:
    before = list(STEPS)[max(list(STEPS).index(step) - 1, 0)]
    if before == step:
        return ""
    return _url(desk.restaurant, before) if desk else reverse("staff:start")
