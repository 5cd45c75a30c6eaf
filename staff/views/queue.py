"""The queue at the door: who waits and how long, calling, seating, passing over (rules 93-98).

Every answer to a step is the list as it is now, with the event `rh:done` for the page (its words,
and what takes it back); a refusal is the same list with the reason and the way out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import errors_of, go_to, is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.queue import QueueAddForm, QueueSettingsForm, QueueStepForm
from staff.presenters.queue import (
    Refused,
    chips_of,
    done_text,
    gone_of,
    name_of,
    passed_of,
    refused_of,
    rows_of,
)
from waitlist.models import QueueEntry
from waitlist.presenters.queue import range_text
from waitlist.selectors.queue import (
    QueueNow,
    queue_left_lately,
    queue_now,
    queue_settings_of,
    queue_skips_of_day,
)
from waitlist.services import queue as services

MOST_SKIPS = 50
Service = Callable[..., Any]
STEPS: Mapping[str, Service] = {
    "ready": services.queue_ready,
    "seat": services.queue_seat,
    "nudge": services.queue_nudge,
    "skip": services.queue_skip,
    "left": services.queue_remove,
    "no-show": services.queue_no_show,
    "undo": services.queue_undo,
}
CHOOSE_TABLES = ("ready", "seat")
NOT_UNDOABLE = ("undo", "nudge")


@require_GET
@desk_view()
def queue(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole page, or its changing part."""
    return _page(request, desk)


@require_POST
@desk_view(Capability.EDIT_BOOK)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A party comes to the door: what it is told was shown beside its size."""
    form = QueueAddForm(request.POST, areas=_areas(desk))
    if not form.is_valid():
        return _page(request, desk, form=form, status=422)
    wish = form.request(desk.restaurant.pk)
    try:
        queued = services.queue_join(request=wish, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, desk, form=form, status=refusal.status)
    entry = queued.entry
    told = range_text(entry.quoted_low, entry.quoted_high)
    words = _("%(name)s is in the queue: %(told)s.") % {"name": name_of(entry), "told": told}
    if request.headers.get("HX-Request") != "true":
        messages.success(request, words)
        return go_to(request, _url(desk))
    response = _page(request, desk)
    undo = {"text": words, "undo": _step_url(desk, entry, "left"), "version": entry.version}
    response["HX-Trigger"] = json.dumps({"rh:done": undo})
    return response


@require_POST
@desk_view(Capability.EDIT_BOOK)
def step(request: HttpRequest, desk: Desk, entry_id: int, step: str) -> HttpResponse:
    """One step with one party.

    :raises NotFound: for an unknown step, or a party of another restaurant
    """
    service = STEPS.get(step)
    entry = QueueEntry.objects.filter(pk=entry_id, restaurant=desk.restaurant).first()
    form = QueueStepForm(request.POST)
    if service is None or entry is None or not form.is_valid():
        raise NotFound
    data = form.cleaned_data
    about: dict[str, Any] = {"entry_id": entry.pk, "actor": desk.actor, "now": desk.now}
    if step != "nudge":
        about["expected_version"] = data["version"]
    if step in CHOOSE_TABLES:
        overrides = frozenset(data["overrides"] or ())
        if overrides - {"order"}:
            desk.require(Capability.OVERRIDE_PACING)
        about |= {"table_ids": data["table_ids"] or (), "overrides": overrides}
    try:
        service(**about)
    except DomainError as refusal:
        entry.refresh_from_db()
        names = _names(refusal.extra.get("ahead", ()))
        refused = refused_of(
            refusal, step=step, entry=entry, table_ids=data["table_ids"] or (), names=names
        )
        return _page(request, desk, refused=refused, status=refusal.status)
    entry.refresh_from_db()
    return _done(request, desk, step, entry)


def _names(entry_ids: list[int]) -> str:
    """Who came earlier."""
    rows = QueueEntry.objects.filter(pk__in=list(entry_ids)).order_by("joined_at", "pk")
    return ", ".join(name_of(entry) for entry in rows)


def _done(request: HttpRequest, desk: Desk, step: str, entry: QueueEntry) -> HttpResponse:
    here = queue_now(desk.restaurant, now=desk.now)
    words = done_text(step, entry, here.house)
    if request.headers.get("HX-Request") != "true":
        messages.success(request, words)
        return go_to(request, _url(desk))
    response = _page(request, desk, here=here)
    undo = None if step in NOT_UNDOABLE else _step_url(desk, entry, "undo")
    told = {"text": words, "undo": undo, "version": entry.version}
    response["HX-Trigger"] = json.dumps({"rh:done": told})
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Whether and how parties join from afar."""
    form = QueueSettingsForm.of(queue_settings_of(desk.restaurant.pk))
    if request.method == "POST":
        form = QueueSettingsForm(request.POST)
        if form.is_valid():
            services.queue_settings_save(
                restaurant=desk.restaurant, values=form.cleaned_data, actor=desk.actor, now=desk.now
            )
            messages.success(request, _("Saved."))
            return go_to(request, _url(desk))
    context = {
        "form": form,
        "errors": errors_of(form),
        "has_errors": bool(form.errors),
        "back": _url(desk),
        "join_url": request.build_absolute_uri(
            reverse("queue:queue-join", args=[desk.restaurant.slug])
        ),
    }
    status = 422 if form.errors else 200
    template = "staff/queue/settings.html"
    return show(request, desk, template, context, section="queue", status=status)


def _page(
    request: HttpRequest,
    desk: Desk,
    *,
    here: QueueNow | None = None,
    form: QueueAddForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """A fixed number of queries, whoever waits."""
    place = desk.restaurant
    here = here or queue_now(place, now=desk.now)
    form = form or QueueAddForm(areas=_areas(desk), initial={"guests": ""})
    day = here.house.day.prepared.config.date
    context: dict[str, Any] = {
        "restaurant": place,
        "rows": rows_of(here, sees_contact=desk.can(Capability.SEE_CONTACT)),
        "chips": chips_of(here, chosen=str(form["guests"].value() or "")),
        "form": form,
        "errors": errors_of(form) if form.is_bound else [],
        "has_errors": form.is_bound and bool(form.errors),
        "refused": refused,
        "gone": gone_of(queue_left_lately(place.pk, desk.now), place),
        "passed": passed_of(queue_skips_of_day(place.pk, day)[:MOST_SKIPS], place),
        "is_open": here.house.is_open,
        "can_edit": desk.can(Capability.EDIT_BOOK),
        "can_override": desk.can(Capability.OVERRIDE_PACING),
        "can_configure": desk.can(Capability.CONFIGURE),
    }
    if is_fragment(request, "queue"):
        return varies(render(request, "staff/queue/body.html", context, status=status))
    return varies(
        show(request, desk, "staff/queue/page.html", context, section="queue", status=status)
    )


def _areas(desk: Desk) -> list[tuple[int, str]]:
    return list(desk.restaurant.areas.values_list("pk", "name"))


def _url(desk: Desk) -> str:
    return reverse("staff:queue", args=[desk.restaurant.slug])


def _step_url(desk: Desk, entry: QueueEntry, step: str) -> str:
    return reverse("staff:queue-step", args=[desk.restaurant.slug, entry.pk, step])
