"""The waitlist of a day: who waits, what is offered, who was passed over and why (F1-F4, G6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookings.availability import Reason
from bookings.presenters.words import explain
from bookings.selectors.floor import service_date_at
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import errors_of, go_to, is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.waitlist import WaitingForm, WaitlistSettingsForm
from staff.presenters.day import asked_of
from staff.presenters.waitlist import (
    day_links,
    day_nav,
    ledger_of,
    lines_of,
    numbers_rows,
    share,
)
from waitlist import selectors, services
from waitlist.errors import NothingToOffer, TableFree
from waitlist.models import WaitlistEntry
from waitlist.services.settings import settings_save

MOST_SKIPS = 100
PERIODS = (7, 30, 90, 365)


@require_GET
@desk_view()
def waitlist(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole page, or its changing part."""
    return _day(request, desk, _asked_day(request, desk))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EDIT_BOOK)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A guest who calls for a full evening."""
    areas = list(desk.restaurant.areas.values_list("pk", "name"))
    if request.method != "POST":
        day = _asked_day(request, desk)
        return _add_page(request, desk, WaitingForm(areas=areas, initial={"date": day}))
    form = WaitingForm(request.POST, areas=areas)
    if not form.is_valid():
        return _add_page(request, desk, form, status=422)
    wish = form.request(desk.restaurant.pk, language=get_language() or "en")
    try:
        joined = services.entry_join(request=wish, actor=desk.actor, now=desk.now)
    except TableFree as refusal:
        form.add_refusal(refusal)
        return _add_page(request, desk, form, status=refusal.status, is_free=True)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _add_page(request, desk, form, status=refusal.status)
    messages.success(request, _("%(name)s is on the waitlist.") % {"name": joined.entry.guest_name})
    return go_to(request, _url(desk, joined.entry.service_date))


@require_POST
@desk_view(Capability.EDIT_BOOK)
def notify(request: HttpRequest, desk: Desk, entry_id: int) -> HttpResponse:
    """Offer the best free table to this guest, whoever else waits."""
    found = _entry(desk, entry_id)
    try:
        services.entry_notify(entry_id=found.pk, actor=desk.actor, now=desk.now)
    except NothingToOffer as refusal:
        why = _why_nothing(refusal)
        return _day(request, desk, _day_of(request, desk), refusal=why, status=refusal.status)
    except DomainError as refusal:
        text = str(refusal)
        return _day(request, desk, _day_of(request, desk), refusal=text, status=refusal.status)
    return _done(request, desk, _("A table is offered to %(name)s.") % {"name": found.guest_name})


@require_POST
@desk_view(Capability.EDIT_BOOK)
def remove(request: HttpRequest, desk: Desk, entry_id: int) -> HttpResponse:
    """Take a guest off; what was offered goes to the next."""
    found = _entry(desk, entry_id)
    try:
        services.entry_remove(entry_id=found.pk, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        text = str(refusal)
        return _day(request, desk, _day_of(request, desk), refusal=text, status=refusal.status)
    return _done(request, desk, _("%(name)s is off the waitlist.") % {"name": found.guest_name})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """On or off, one after the other or all at once."""
    if request.method != "POST":
        form = WaitlistSettingsForm.of(selectors.settings_of(desk.restaurant.pk))
        return _settings_page(request, desk, form)
    form = WaitlistSettingsForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, desk, form, status=422)
    settings_save(
        restaurant=desk.restaurant, values=form.cleaned_data, actor=desk.actor, now=desk.now
    )
    messages.success(request, _("Saved."))
    return go_to(request, reverse("staff:waitlist", args=[desk.restaurant.slug]))


@require_GET
@desk_view()
def numbers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What became of those who waited for the last days."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else 30
    today = service_date_at(desk.restaurant, desk.now)
    found = selectors.waitlist_numbers(desk.restaurant.pk, today - timedelta(days=days - 1), today)
    context = {
        "days": days,
        "periods": PERIODS,
        "rows": numbers_rows(found),
        "is_empty": not found.joined,
        "converted": share(found.converted, found.joined),
        "answered": share(found.offers_accepted, found.offers_made),
    }
    return show(request, desk, "staff/waitlist/numbers.html", context, section="waitlist")


def _day(
    request: HttpRequest, desk: Desk, day: date, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """A fixed number of queries, whoever waits."""
    place = desk.restaurant
    entries = list(selectors.entries_of_day(place.pk, day, is_live_only=False))
    offers = selectors.open_offers_by_entry([one.pk for one in entries if one.is_live], desk.now)
    lines = lines_of(
        sorted(entries, key=lambda one: not one.is_live),
        offers,
        restaurant=place,
        areas=dict(place.areas.values_list("pk", "name")),
        sees_contact=desk.can(Capability.SEE_CONTACT),
    )
    today = service_date_at(place, desk.now)
    settings = selectors.settings_of(place.pk)
    context: dict[str, Any] = {
        "restaurant": place,
        "bar": day_nav(day),
        "is_past": day < today,
        "links": day_links(selectors.days_waited_for(place.pk, today), day),
        "waiting": [line for line in lines if line.is_live],
        "ended": [line for line in lines if not line.is_live],
        "ledger": ledger_of(list(selectors.skips_of_day(place.pk, day)[:MOST_SKIPS]), place),
        "is_enabled": settings.is_enabled,
        "is_broadcast": settings.is_broadcast,
        "can_edit": desk.can(Capability.EDIT_BOOK),
        "can_configure": desk.can(Capability.CONFIGURE),
        "refusal": refusal,
    }
    if is_fragment(request, "waitlist"):
        return varies(render(request, "staff/waitlist/day.html", context, status=status))
    template = "staff/waitlist/page.html"
    return varies(show(request, desk, template, context, section="waitlist", status=status))


def _add_page(
    request: HttpRequest, desk: Desk, form: WaitingForm, *, status: int = 200, is_free: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "errors": errors_of(form) if form.is_bound else [],
        "is_free": is_free,
        "back": reverse("staff:waitlist", args=[desk.restaurant.slug]),
    }
    return show(
        request, desk, "staff/waitlist/add.html", context, section="waitlist", status=status
    )


def _settings_page(
    request: HttpRequest, desk: Desk, form: WaitlistSettingsForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "errors": errors_of(form) if form.is_bound else [],
        "back": reverse("staff:waitlist", args=[desk.restaurant.slug]),
    }
    return show(
        request, desk, "staff/waitlist/settings.html", context, section="waitlist", status=status
    )


def _done(request: HttpRequest, desk: Desk, text: str) -> HttpResponse:
    messages.success(request, text)
    return go_to(request, _url(desk, _day_of(request, desk)))


def _url(desk: Desk, day: date) -> str:
    return f"{reverse('staff:waitlist', args=[desk.restaurant.slug])}?date={day.isoformat()}"


def _asked_day(request: HttpRequest, desk: Desk) -> date:
    today = service_date_at(desk.restaurant, desk.now)
    return asked_of(request.GET.dict(), today=today).date


def _day_of(request: HttpRequest, desk: Desk) -> date:
    """The day that was looked at when a button was pressed."""
    today = service_date_at(desk.restaurant, desk.now)
    return asked_of(request.POST.dict(), today=today).date


def _entry(desk: Desk, entry_id: int) -> WaitlistEntry:
    """:raises NotFound: also for entries of other restaurants"""
    rows = selectors.entries_visible_to(desk.person, Capability.EDIT_BOOK)
    found = rows.filter(restaurant=desk.restaurant, pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def _why_nothing(refusal: NothingToOffer) -> str:
    known = {reason.value for reason in Reason}
    reasons = [reason for reason in refusal.extra.get("reasons", ()) if reason in known]
    if not reasons:
        return str(refusal.title)
    return f"{refusal.title}. {explain(reasons).sentence}"
