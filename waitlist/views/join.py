"""Joining from a day or a time that is full (D7, rule 85)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.availability import WAITABLE
from bookings.errors import NoOnlineAvailability, SameGuestOverlap
from bookings.forms import FinderForm
from bookings.presenters.finder import Alternative, alternatives_of
from bookings.presenters.words import explain
from bookings.selectors import availability
from bookings.views.common import actor_of, make_private, owner_key
from bookings.views.limits import limit
from bookings.views.restaurant import Place
from reservehub.core import clock
from reservehub.core.errors import DomainError, ValidationFailed
from reservehub.core.idempotency import form_once
from reservehub.core.pages import PageError, errors_of, go_to, is_fragment, refusals_as_pages
from reservehub.core.tokens import new_nonce
from restaurants.selectors import restaurant_public
from waitlist.errors import AlreadyWaiting, NothingToWaitFor, TableFree, WaitlistClosed
from waitlist.forms import JoinForm
from waitlist.models import WaitlistEntry
from waitlist.selectors import entry_token_of, settings_of
from waitlist.services import JoinRequest, entry_join

FIELDS = {
    "/date": "id_date",
    "/last_date": "id_date",
    "/party_size": "id_guests",
    "/flexibility_minutes": "id_flexibility",
    "/areas": "id_areas",
    "/guest_name": "id_name",
    "/guest_phone": "id_contact",
    "/guest_email": "id_contact",
    "/special_requests": "id_requests",
}
"""Where the pointers of the service lead on these pages."""


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """The wish, filled in as far as it is known; sent, it becomes an entry. `ask` only asks for the
    form, with what was typed in the booking form kept.
    """
    place = Place(restaurant_public(slug))
    if not settings_of(place.restaurant.pk).is_enabled:
        raise WaitlistClosed
    if request.method != "POST" or request.POST.get("ask"):
        return _page(request, place, _first_form(request, place))
    limit(request, "waitlist", count=30, seconds=600)
    form = JoinForm(request.POST, country=place.restaurant.country, areas=place.areas)
    if not form.is_valid():
        return _page(request, place, form, errors=errors_of(form), status=422)
    try:
        entry = _join_once(request, place, form)
    except ValidationFailed as refusal:
        errors = [PageError(str(e.detail), FIELDS.get(e.pointer, "")) for e in refusal.errors]
        return _page(request, place, form, errors=errors, status=422)
    except TableFree as refusal:
        free = alternatives_of(
            refusal.extra["alternatives"],
            wished=form.cleaned_data["date"],
            restaurant=place.restaurant,
        )
        errors = [PageError(str(refusal.title))]
        return _page(request, place, form, errors=errors, free=free, status=refusal.status)
    except DomainError as refusal:
        errors = [PageError(refusal_text(refusal))]
        return _page(request, place, form, errors=errors, status=refusal.status)
    return make_private(go_to(request, reverse("waitlist:entry", args=[entry_token_of(entry)])))


def refusal_text(refusal: DomainError) -> str:
    """What a guest is told; a blocked one no more than anybody (rule 102)."""
    if isinstance(refusal, NoOnlineAvailability):
        return _("There is no online availability. Please call the restaurant.")
    if isinstance(refusal, NothingToWaitFor):
        why = explain(refusal.extra.get("reasons", ())).sentence
        return f"{refusal.title}. {why}"
    if isinstance(refusal, AlreadyWaiting):
        return _("%(title)s. The link to your place is in the message we sent you.") % {
            "title": refusal.title
        }
    if isinstance(refusal, SameGuestOverlap):
        return _("%(title)s. Use “Find my booking” below to see or change it.") % {
            "title": refusal.title
        }
    return str(refusal)


def _join_once(request: HttpRequest, place: Place, form: JoinForm) -> WaitlistEntry:
    """A double tap finds the entry of the first."""
    now = clock.now()
    wish = _request_of(request, place, form)
    made = form_once(
        nonce=form.cleaned_data["nonce"],
        scope=f"page:waitlist:{owner_key(request)}",
        wish=wish,
        now=now,
        work=lambda: entry_join(request=wish, actor=actor_of(request), now=now).entry.pk,
    )
    return WaitlistEntry.objects.get(pk=made)


def _request_of(request: HttpRequest, place: Place, form: JoinForm) -> JoinRequest:
    data = form.cleaned_data
    return JoinRequest(
        restaurant_id=place.restaurant.pk,
        date=data["date"],
        from_time=data["from_time"],
        until_time=data["until_time"],
        flexibility_minutes=int(data["flexibility"]),
        party_size=data["guests"],
        area_ids=form.area_ids,
        guest_name=data["name"],
        guest_email=data["email"],
        guest_phone=data["phone"],
        guest_language=get_language() or "en",
        special_requests=data["requests"],
        customer_id=request.user.pk if request.user.is_authenticated else None,
    )


def _first_form(request: HttpRequest, place: Place) -> JoinForm:
    """The form for what was asked on the page of the restaurant."""
    asked = request.POST if request.method == "POST" else request.GET
    wish = FinderForm(asked)
    form = JoinForm(None, country=place.restaurant.country, areas=place.areas)
    size = wish.party_size or max(place.restaurant.policy.min_party, 2)
    form.initial = {
        "guests": size,
        "flexibility": 0,
        "areas": [wish.area_id] if place.area(wish.area_id) else [],
        "name": asked.get("name", "") if request.method == "POST" else "",
        "contact": asked.get("contact", "") if request.method == "POST" else "",
        "nonce": new_nonce(),
    }
    user = request.user
    if user.is_authenticated:
        form.initial["name"] = form.initial["name"] or user.name
        form.initial["contact"] = form.initial["contact"] or user.email
    if wish.choice is not None:
        at = f"{wish.choice.time:%H:%M}"
        form.initial |= {"date": wish.choice.date.isoformat(), "from_time": at, "until_time": at}
    elif wish.day is not None:
        form.initial |= _whole_day(place, wish, size)
    return form


def _whole_day(place: Place, wish: FinderForm, size: int) -> dict[str, Any]:
    """From the first to the last time of the day that may still become free."""
    if wish.day is None:
        return {}
    answers = availability(
        restaurant=place.restaurant,
        date=wish.day,
        party_size=size,
        now=clock.now(),
        area_id=wish.area_id if place.area(wish.area_id) else None,
    )
    times = [a.local_time for a in answers if a.reasons and set(a.reasons) <= WAITABLE]
    found: dict[str, Any] = {"date": wish.day.isoformat()}
    if times:
        found |= {"from_time": f"{times[0]:%H:%M}", "until_time": f"{times[-1]:%H:%M}"}
    return found


def _page(
    request: HttpRequest,
    place: Place,
    form: JoinForm,
    *,
    errors: Sequence[PageError] = (),
    free: Sequence[Alternative] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "restaurant": place.restaurant,
        "form": form,
        "areas": place.areas if len(place.areas) > 1 else [],
        "chosen": {str(area) for area in form["areas"].value() or ()},
        "action": reverse("waitlist:join", args=[place.restaurant.slug]),
        "back": place.url,
        "errors": errors,
        "has_errors": bool(errors),
        "free": free,
        "is_broadcast": settings_of(place.restaurant.pk).is_broadcast,
    }
    is_part = is_fragment(request, "panel")
    template = "waitlist/parts/join_response.html" if is_part else "waitlist/join.html"
    return make_private(render(request, template, context, status=status))
