"""The guest's pages of the queue at the door: join from afar, follow, come, leave (rules 93-98)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.errors import NoOnlineAvailability
from bookings.selectors import manage_path
from bookings.services import service_date_now
from bookings.views.common import actor_of, owner_key, private_page
from bookings.views.limits import behind_link, limit
from bookings.views.restaurant import Place
from reservehub.core import clock
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, ValidationFailed
from reservehub.core.idempotency import form_once
from reservehub.core.pages import (
    PageError,
    errors_of,
    go_to,
    is_fragment,
    refusals_as_pages,
    varies,
)
from reservehub.core.tokens import new_nonce
from restaurants.selectors import restaurant_public
from waitlist.models import IN_QUEUE, QueueEntry, QueueSource, QueueStatus
from waitlist.presenters.queue import closed_text, crowd_text, parties_of, queue_view
from waitlist.queue.errors import AlreadyInQueue, QueueClosed
from waitlist.queue.realtime import queue_version
from waitlist.queue_forms import QueueForm
from waitlist.selectors.queue import (
    queue_entry_by_token,
    queue_now,
    queue_settings_of,
    queue_status_at,
    queue_token_of,
)
from waitlist.services.queue import QueueRequest, queue_coming, queue_join, queue_leave
from waitlist.services.queue.joining import closed_for

FIELDS = {
    "/party_size": "id_guests",
    "/name": "id_name",
    "/phone": "id_contact",
    "/email": "id_contact",
    "/area": "id_area",
}
"""Where the pointers of the service lead on the page."""


# --- Joining from afar ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """How long it takes now, and the way in; sent, it becomes a place in the queue."""
    place = Place(restaurant_public(slug))
    settings = queue_settings_of(place.restaurant.pk)
    form = QueueForm(
        request.POST if request.method == "POST" else None,
        country=place.restaurant.country,
        areas=place.areas,
        sizes=range(1, settings.largest_remote_party + 1),
        most_away=settings.most_minutes_away,
    )
    if request.method != "POST":
        user = request.user
        form.initial = {"guests": 2, "nonce": new_nonce()}
        if user.is_authenticated:
            form.initial |= {"name": user.name, "contact": user.email}
        return _join_page(request, place, form)
    limit(request, "waitlist", count=30, seconds=600)
    if not form.is_valid():
        return _join_page(request, place, form, errors=errors_of(form), status=422)
    try:
        entry = _join_once(request, place, form)
    except ValidationFailed as refusal:
        errors = [PageError(str(e.detail), FIELDS.get(e.pointer, "")) for e in refusal.errors]
        return _join_page(request, place, form, errors=errors, status=422)
    except DomainError as refusal:
        errors = [PageError(_refusal_text(refusal))]
        return _join_page(request, place, form, errors=errors, status=refusal.status)
    return go_to(request, reverse("queue:party", args=[queue_token_of(entry)]))


def _refusal_text(refusal: DomainError) -> str:
    """What a guest is told; a blocked one no more than anybody (rule 102)."""
    if isinstance(refusal, NoOnlineAvailability):
        return _("There is no online availability. Please call the restaurant.")
    if isinstance(refusal, QueueClosed):
        return closed_text(refusal.extra.get("reasons", ()))
    if isinstance(refusal, AlreadyInQueue):
        return _("%(title)s. The link to your place is in the message we sent you.") % {
            "title": refusal.title
        }
    return str(refusal)


def _join_once(request: HttpRequest, place: Place, form: QueueForm) -> QueueEntry:
    """A double tap finds the place of the first."""
    now = clock.now()
    data = form.cleaned_data
    wish = QueueRequest(
        restaurant_id=place.restaurant.pk,
        party_size=data["guests"],
        name=data["name"],
        phone=data["phone"],
        email=data["email"],
        language=get_language() or "en",
        area_id=data["area"],
        eta_minutes=data["away"] or None,
        source=QueueSource.REMOTE,
    )
    made = form_once(
        nonce=data["nonce"],
        scope=f"page:queue:{owner_key(request)}",
        wish=wish,
        now=now,
        work=lambda: queue_join(request=wish, actor=actor_of(request), now=now).entry.pk,
    )
    return QueueEntry.objects.get(pk=made)


def _join_page(
    request: HttpRequest,
    place: Place,
    form: QueueForm,
    *,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    restaurant, settings = place.restaurant, queue_settings_of(place.restaurant.pk)
    if not settings.is_remote_open:
        raise QueueClosed(closed_text(["switched_off"]), reasons=["switched_off"])
    sizes = range(1, settings.largest_remote_party + 1)
    here = queue_now(restaurant, now=clock.now(), sizes=sizes)
    reasons = {
        size: sorted(
            closed_for(
                QueueRequest(restaurant_id=restaurant.pk, party_size=size),
                here,
                here.quotes[size],
                settings,
            )
        )
        for size in sizes
    }
    parties = parties_of(here.quotes, reasons)
    is_open = any(party.is_open for party in parties)
    closed = "" if is_open else closed_text(next(iter(reasons.values()), ()))
    context = {
        "restaurant": restaurant,
        "chosen": str(form["guests"].value() or ""),
        "crowd": crowd_text(len(here.lines)),
        "form": form,
        "areas": place.areas if len(place.areas) > 1 else [],
        "parties": parties,
        "closed": closed,
        "back": place.url,
        "errors": errors,
        "has_errors": bool(errors),
    }
    return render(request, "waitlist/queue/join.html", context, status=status)


# --- The live page --------------------------------------------------------------------------------


def _entry_of(request: HttpRequest, token: str) -> QueueEntry:
    """The party of a link.

    :raises NotFound: for a link that opens nothing
    :raises RateLimited: after many wrong links from one address
    """
    return behind_link(request, lambda: queue_entry_by_token(token))


@require_http_methods(["GET", "HEAD"])
@private_page
@refusals_as_pages
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Where the party stands; the page follows by itself."""
    return _page(request, token, _entry_of(request, token))


@require_POST
@private_page
@refusals_as_pages
def coming(request: HttpRequest, token: str) -> HttpResponse:
    """Yes, we are coming (rule 97)."""
    return _step(request, token, queue_coming)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once more; then the party no longer waits."""
    if request.method != "POST":
        context = _context(token, _entry_of(request, token))
        return render(request, "waitlist/queue/leave.html", context)
    return _step(request, token, queue_leave)


def _step(request: HttpRequest, token: str, work: Callable[..., QueueEntry]) -> HttpResponse:
    found = _entry_of(request, token)
    actor: Actor = actor_of(request)
    now: datetime = clock.now()
    try:
        work(entry_id=found.pk, actor=actor, now=now)
    except DomainError as refusal:
        errors = [PageError(str(refusal))]
        return _page(request, token, _entry_of(request, token), errors, refusal.status)
    return go_to(request, reverse("queue:party", args=[token]))


def _page(
    request: HttpRequest,
    token: str,
    found: QueueEntry,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    context = _context(token, found) | {"errors": errors, "has_errors": bool(errors)}
    is_part = is_fragment(request, "visit")
    template = "waitlist/queue/entry_response.html" if is_part else "waitlist/queue/entry.html"
    return varies(render(request, template, context, status=status))


def _context(token: str, found: QueueEntry) -> dict[str, Any]:
    now = clock.now()
    is_today = found.service_date == service_date_now(found.restaurant, now=now)
    line = None
    if is_today:
        line = queue_now(found.restaurant, now=now, sizes=()).line_of(found.pk)
    view = queue_view(
        found,
        line,
        status=_status(found, is_today=is_today, now=now),
        version=queue_version(found.restaurant_id, found.service_date),
        now=now,
    )
    return {
        "restaurant": found.restaurant,
        "entry": view,
        "visit_url": manage_path(found.reservation) if found.reservation else "",
        "links": {
            "page": reverse("queue:party", args=[token]),
            "coming": reverse("queue:party-coming", args=[token]),
            "leave": reverse("queue:party-leave", args=[token]),
            "restaurant": reverse("bookings:restaurant", args=[found.restaurant.slug]),
        },
    }


def _status(found: QueueEntry, *, is_today: bool, now: datetime) -> QueueStatus:
    """What the party is now; who still stands in a queue of yesterday does no longer (rule 93)."""
    status = queue_status_at(found, now)
    if is_today or status not in IN_QUEUE:
        return status
    return QueueStatus.REMOVED if status == QueueStatus.WAITING else QueueStatus.NO_SHOW
