"""Offers and news to a segment: written, counted, started, watched."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guests.selectors.segments import segments_of
from notifications.models import Campaign, CampaignStatus
from notifications.rendering import placeholders
from notifications.selectors.audience import campaign_count
from notifications.selectors.campaigns import campaigns_of
from notifications.services.campaigns import (
    campaign_cancel,
    campaign_pause,
    campaign_resume,
    campaign_save,
    campaign_schedule,
    campaign_start,
)
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import errors_of, go_to, problem_page
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.campaigns import CampaignForm, ScheduleForm
from staff.presenters.campaigns import (
    MAY_CHANGE,
    by_channel,
    campaign_lines,
    course_of,
    left_out,
    variants,
)

SHOWN = 100
_STEPS = {"pause": campaign_pause, "resume": campaign_resume, "cancel": campaign_cancel}


@require_GET
@desk_view(Capability.EXPORT)
def campaigns(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The campaigns of the restaurant, newest first."""
    lines = campaign_lines(list(campaigns_of(desk.restaurant)[:SHOWN]))
    return _show(request, desk, "list.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EXPORT)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new campaign."""
    return _edit(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EXPORT)
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Another audience or other words, as long as it has not been started."""
    found = _campaign(desk, pk)
    if found.status not in MAY_CHANGE:
        return go_to(request, _url(desk, "campaign", pk))
    return _edit(request, desk, found)


@require_GET
@desk_view(Capability.EXPORT)
def campaign(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Before the start: who would get it, and what. Afterwards: what became of it."""
    found = _campaign(desk, pk)
    is_new = found.status in MAY_CHANGE
    audience = campaign_count(found) if is_new else None
    context = {
        "campaign": found,
        "course": course_of(found),
        "is_new": is_new,
        "audience": audience,
        "by_channel": by_channel(audience) if audience else [],
        "left_out": left_out(audience.left_out if audience else found.left_out),
        "variants": variants(found),
    }
    return _show(request, desk, "page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EXPORT)
def start(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask once more, saying how many get it; POST starts it now or at the time that was chosen."""
    found = _campaign(desk, pk)
    if found.status not in MAY_CHANGE:
        return go_to(request, _url(desk, "campaign", pk))
    if request.method != "POST":
        return _confirm(request, desk, found, ScheduleForm())
    form = ScheduleForm(request.POST if request.POST.get("when") == "later" else None)
    try:
        if not form.is_bound:
            campaign_start(campaign_id=pk, actor=desk.actor, now=desk.now)
            messages.success(request, _("It is on its way."))
        elif form.is_valid():
            at = form.instant(desk.restaurant.timezone)
            campaign_schedule(campaign_id=pk, scheduled_at=at, actor=desk.actor, now=desk.now)
            messages.success(request, _("It will start by itself."))
        else:
            return _confirm(request, desk, found, form, status=422)
    except DomainError as refusal:
        bound = form if form.is_bound else ScheduleForm({})
        bound.is_valid()
        bound.errors.clear()
        bound.add_refusal(refusal)
        return _confirm(request, desk, found, bound, status=refusal.status)
    return go_to(request, _url(desk, "campaign", pk))


@require_GET
@desk_view(Capability.EXPORT)
def progress(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A part of the page: how far it is. It asks for itself again as long as it moves."""
    found = _campaign(desk, pk)
    context = {"campaign": found, "course": course_of(found), "restaurant": desk.restaurant}
    return render(request, "staff/campaigns/course.html", context)


@require_POST
@desk_view(Capability.EXPORT)
def step(request: HttpRequest, desk: Desk, pk: int, step: str) -> HttpResponse:
    """Pause, resume or stop it.

    :raises NotFound: for anything else
    """
    found = _campaign(desk, pk)
    if step not in _STEPS:
        raise NotFound
    try:
        _STEPS[step](campaign_id=found.pk, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        return problem_page(request, refusal)
    return go_to(request, _url(desk, "campaign", pk))


def _edit(request: HttpRequest, desk: Desk, found: Campaign | None) -> HttpResponse:
    segments = segments_of(desk.restaurant.organisation_id).order_by("name")
    if request.method != "POST":
        blank = CampaignForm(segments=segments, initial={"channels": ["email"]})
        form = blank if found is None else CampaignForm.of(found, segments)
        return _form_page(request, desk, found, form)
    form = CampaignForm(request.POST, segments=segments)
    if not form.is_valid():
        return _form_page(request, desk, found, form, status=422)
    try:
        saved = campaign_save(
            restaurant=desk.restaurant,
            campaign=found,
            actor=desk.actor,
            now=desk.now,
            **form.wish(),
        )
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _form_page(request, desk, found, form, status=refusal.status)
    messages.success(request, _("Saved."))
    return go_to(request, _url(desk, "campaign", saved.pk))


def _form_page(
    request: HttpRequest,
    desk: Desk,
    found: Campaign | None,
    form: CampaignForm,
    *,
    status: int = 200,
) -> HttpResponse:
    errors = errors_of(form) if form.is_bound else []
    context = {
        "campaign": found,
        "form": form,
        "errors": errors,
        "has_errors": bool(errors),
        "placeholders": [
            (f"{{{name}}}", words)
            for name, words in placeholders.PLACEHOLDERS.items()
            if name in placeholders.OF_A_GUEST
        ],
    }
    return _show(request, desk, "edit.html", context, status=status)


def _confirm(
    request: HttpRequest, desk: Desk, found: Campaign, form: ScheduleForm, *, status: int = 200
) -> HttpResponse:
    audience = campaign_count(found)
    errors = errors_of(form) if form.is_bound else []
    context = {
        "campaign": found,
        "form": form,
        "errors": errors,
        "has_errors": bool(errors),
        "audience": audience,
        "by_channel": by_channel(audience),
        "left_out": left_out(audience.left_out),
        "is_scheduled": found.status == CampaignStatus.SCHEDULED,
    }
    return _show(request, desk, "start.html", context, status=status)


def _campaign(desk: Desk, pk: int) -> Campaign:
    """:raises NotFound: also for campaigns of other restaurants"""
    found = campaigns_of(desk.restaurant).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])


def _show(
    request: HttpRequest, desk: Desk, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(
        request, desk, f"staff/campaigns/{template}", context, section="guests", status=status
    )
