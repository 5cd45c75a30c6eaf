"""The page of one entry behind its link: where it stands, the offer, the guest's answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.errors import SlotUnavailable
from bookings.presenters.finder import alternatives_of
from bookings.selectors import manage_path
from bookings.views.common import actor_of, make_private, private_page
from bookings.views.limits import behind_link
from reservehub.core import clock
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, NotFound, ValidationFailed, VersionConflict
from reservehub.core.pages import (
    PageError,
    errors_of,
    go_to,
    is_fragment,
    refusals_as_pages,
    varies,
)
from waitlist.errors import TableFree
from waitlist.forms import WishForm
from waitlist.models import WaitlistEntry, WaitlistOffer
from waitlist.presenters.entry import EntryView, entry_view
from waitlist.selectors import entry_by_token, open_offer_of, position_of
from waitlist.services import (
    entry_change,
    entry_leave,
    entry_resume,
    offer_accept,
    offer_decline,
)
from waitlist.views.join import FIELDS, refusal_text

Errors = Sequence[PageError]


def entry_of(request: HttpRequest, token: str) -> WaitlistEntry:
    """The entry of a link.

    :raises NotFound: for a link that opens nothing
    :raises RateLimited: after many wrong links from one address
    """
    return behind_link(request, lambda: entry_by_token(token))


@require_http_methods(["GET", "HEAD"])
@private_page
@refusals_as_pages
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Where the guest stands; the page follows by itself."""
    return _page(request, token, entry_of(request, token))


@require_POST
@private_page
@refusals_as_pages
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take the table that is offered; on to the page of the booking."""
    found = entry_of(request, token)
    offer = _answered(request, found)
    try:
        booked = offer_accept(offer_id=offer.pk, actor=actor_of(request), now=clock.now())
    except SlotUnavailable as refusal:
        text = _("This table can no longer be booked. You stay on the waitlist.")
        return _refused(request, token, [PageError(text)], refusal.status)
    except DomainError as refusal:
        return _refused(request, token, [PageError(str(refusal))], refusal.status)
    return make_private(go_to(request, manage_path(booked.reservation)))


@require_POST
@private_page
@refusals_as_pages
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """No, thank you: the next is asked, this guest goes on waiting."""
    offer = _answered(request, entry_of(request, token))
    return _step(
        request,
        token,
        lambda actor, now: offer_decline(offer_id=offer.pk, actor=actor, now=now),
    )


@require_POST
@private_page
@refusals_as_pages
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Yes, I still wait (rule 89)."""
    found = entry_of(request, token)
    return _step(
        request,
        token,
        lambda actor, now: entry_resume(entry_id=found.pk, actor=actor, now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once more; then the guest no longer waits."""
    found = entry_of(request, token)
    if request.method != "POST":
        return render(request, "waitlist/leave.html", _context(token, found))
    return _step(
        request,
        token,
        lambda actor, now: entry_leave(entry_id=found.pk, actor=actor, now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Another day, window, party or area; the place in line stays."""
    found = entry_of(request, token)
    areas = list(found.restaurant.areas.all())
    if request.method != "POST":
        form = WishForm(None, areas=areas)
        form.initial = _wish_of(found)
        return _change_page(request, token, found, form)
    form = WishForm(request.POST, areas=areas)
    if not form.is_valid():
        return _change_page(request, token, found, form, errors=errors_of(form), status=422)
    try:
        entry_change(
            entry_id=found.pk,
            changes=form.changes(),
            actor=actor_of(request),
            now=clock.now(),
            expected_version=form.cleaned_data["version"],
        )
    except ValidationFailed as refusal:
        errors = [PageError(str(e.detail), FIELDS.get(e.pointer, "")) for e in refusal.errors]
        return _change_page(request, token, found, form, errors=errors, status=422)
    except VersionConflict as refusal:
        text = _("Meanwhile something has changed. Please look at it before you change it.")
        return _refused(request, token, [PageError(text)], refusal.status)
    except DomainError as refusal:
        errors = [PageError(refusal_text(refusal))]
        return _change_page(
            request, token, found, form, errors=errors, status=refusal.status, refusal=refusal
        )
    return go_to(request, reverse("waitlist:entry", args=[token]))


def _answered(request: HttpRequest, found: WaitlistEntry) -> WaitlistOffer:
    """The offer that the form was about: never another one that came in between.

    :raises NotFound: for one that is not this entry's
    """
    number = str(request.POST.get("offer", ""))
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    offer = WaitlistOffer.objects.filter(entry=found, pk=int(number)).first()
    if offer is None:
        raise NotFound
    return offer


def _step(
    request: HttpRequest, token: str, work: Callable[[Actor, datetime], object]
) -> HttpResponse:
    try:
        work(actor_of(request), clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        return _refused(request, token, [PageError(str(refusal))], refusal.status)
    return go_to(request, reverse("waitlist:entry", args=[token]))


def _refused(request: HttpRequest, token: str, errors: Errors, status: int) -> HttpResponse:
    """The entry as it is now, with the reason why something was refused."""
    return _page(request, token, entry_of(request, token), errors=errors, status=status)


def _page(
    request: HttpRequest,
    token: str,
    found: WaitlistEntry,
    *,
    errors: Errors = (),
    status: int = 200,
) -> HttpResponse:
    context = _context(token, found) | {"errors": errors, "has_errors": bool(errors)}
    is_part = is_fragment(request, "visit")
    template = "waitlist/parts/entry_response.html" if is_part else "waitlist/entry.html"
    return varies(render(request, template, context, status=status))


def _change_page(
    request: HttpRequest,
    token: str,
    found: WaitlistEntry,
    form: WishForm,
    *,
    errors: Errors = (),
    status: int = 200,
    refusal: DomainError | None = None,
) -> HttpResponse:
    areas = list(found.restaurant.areas.all())
    free = (
        alternatives_of(
            refusal.extra["alternatives"],
            wished=form.cleaned_data["date"],
            restaurant=found.restaurant,
        )
        if isinstance(refusal, TableFree)
        else []
    )
    context = _context(token, found) | {
        "form": form,
        "areas": areas if len(areas) > 1 else [],
        "chosen": {str(area) for area in form["areas"].value() or ()},
        "errors": errors,
        "has_errors": bool(errors),
        "free": free,
    }
    return render(request, "waitlist/change.html", context, status=status)


def _wish_of(found: WaitlistEntry) -> dict[str, Any]:
    return {
        "date": found.service_date.isoformat(),
        "from_time": f"{found.from_time:%H:%M}",
        "until_time": f"{found.until_time:%H:%M}",
        "flexibility": found.flexibility_minutes,
        "guests": found.party_size,
        "areas": found.area_ids,
        "version": found.version,
    }


def _context(token: str, found: WaitlistEntry) -> dict[str, Any]:
    now = clock.now()
    names = dict(found.restaurant.areas.values_list("pk", "name"))
    offer = open_offer_of(found, now) if found.is_live else None
    view: EntryView = entry_view(found, offer, position=position_of(found), areas=names, now=now)
    booking = found.reservation
    return {
        "restaurant": found.restaurant,
        "entry": view,
        "booking_url": manage_path(booking) if booking is not None else "",
        "links": {
            "page": reverse("waitlist:entry", args=[token]),
            "restaurant": reverse("bookings:restaurant", args=[found.restaurant.slug]),
            **{
                name: reverse(f"waitlist:entry-{name}", args=[token])
                for name in ("accept", "decline", "leave", "change", "resume")
            },
        },
    }
