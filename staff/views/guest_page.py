"""The profile of a guest: reaching it, and showing it, perhaps with a form that was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bookings.selectors.history import birthday_visit_of, past_of, upcoming_of
from guests.models import Guest, NoteKind
from guests.selectors import guest_for
from guests.selectors.profile import consents_of, figures_of, notes_of
from guests.selectors.tags import tags_by_guest
from guests.services import guest_viewed
from reservehub.core.errors import NotFound
from reservehub.core.pages import PageError
from restaurants.permissions import Capability
from staff.access import Desk, show
from staff.forms.guests import BlockForm, NoteForm
from staff.presenters.guests import (
    consents_shown,
    done_of,
    figures_shown,
    full_date,
    visits_shown,
    wishes_shown,
)
from staff.presenters.insights import insights_shown
from staff.presenters.loyalty import points_shown

HISTORY = 15
AHEAD = 20


def guest_here(desk: Desk, guest_id: int, capability: Capability = Capability.SEE_CONTACT) -> Guest:
    """:raises NotFound: also for guests of other organisations"""
    guest = guest_for(desk.person, guest_id, capability)
    if guest.organisation_id != desk.restaurant.organisation_id:
        raise NotFound
    return guest


def guest_url(desk: Desk, guest: Guest, name: str = "guest", *args: int, **query: str) -> str:
    """An address about a guest."""
    url = reverse(f"staff:{name}", args=[desk.restaurant.slug, guest.pk, *args])
    return f"{url}?{urlencode(query)}" if query else url


def profile_page(
    request: HttpRequest,
    desk: Desk,
    guest: Guest,
    *,
    forms: Mapping[str, Any] | None = None,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole profile. Each opening is written into the audit, whatever led here.

    :param forms: by the names `note`, `block`, `redeem`, `correct`: those that were refused
    """
    guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
    refused = forms or {}
    context = {
        "guest": guest,
        "tags": tags_by_guest([guest.pk]).get(guest.pk, []),
        **_facts(desk, guest),
        **_notes(desk, guest),
        **_history(request, desk, guest),
        "points": points_shown(desk, guest, refused),
        "may_edit": desk.can(Capability.EDIT_BOOK) and guest.anonymised_at is None,
        "note_form": refused.get("note") or NoteForm(prefix="note"),
        "block_form": refused.get("block") or BlockForm(initial={"reason": guest.block_reason}),
        "done": done_of(request.GET.get("done", "")),
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request, desk, "staff/guests/profile.html", context, section="guests", status=status
    )


def _facts(desk: Desk, guest: Guest) -> dict[str, Any]:
    houses = guest.organisation.restaurants.order_by("pk")
    currency = houses.values_list("currency", flat=True).first() or desk.restaurant.currency
    birthday = birthday_visit_of(guest)
    return {
        "figures": figures_shown(figures_of(guest), currency),
        "insights": insights_shown(desk, guest),
        "wishes": wishes_shown(desk, guest),
        "birthday": full_date(birthday) if birthday else "",
        "consents": consents_shown(consents_of(guest), desk.restaurant),
    }


def _notes(desk: Desk, guest: Guest) -> dict[str, Any]:
    """Incidents apart from the rest, the open ones first."""
    found = list(
        notes_of(guest, restaurant_ids=[desk.restaurant.pk], capabilities=desk.capabilities)
    )
    issues = [note for note in found if note.kind == NoteKind.INCIDENT]
    return {
        "issues": sorted(issues, key=lambda note: note.resolved_at is not None),
        "open_issues": sum(note.resolved_at is None for note in issues),
        "notes": [note for note in found if note.kind != NoteKind.INCIDENT],
        "alerts": [note for note in found if note.is_alert and note.resolved_at is None],
    }


def _history(request: HttpRequest, desk: Desk, guest: Guest) -> dict[str, Any]:
    past = Paginator(past_of(guest, now=desk.now), HISTORY).get_page(request.GET.get("page"))
    return {
        "upcoming": visits_shown(upcoming_of(guest, now=desk.now)[:AHEAD], desk),
        "past": visits_shown(past, desk),
        "page": past,
    }
