"""The guest book: finding people, their profile, changing it, VIP and the block list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookings.selectors.history import past_of, upcoming_of
from guests.models import Guest
from guests.selectors import guest_for
from guests.selectors.profile import alerts_of, figures_of, guest_known, notes_of, sees_health
from guests.selectors.search import Search, guest_position, guests_found, guests_page
from guests.selectors.tags import tags_by_guest, tags_of
from guests.services import guest_block, guest_change, guest_unblock, guest_viewed, guest_vip
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import PageError, errors_of, go_to, is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.guests import BlockForm, GuestForm, NoteForm
from staff.presenters.guests import (
    TABS,
    done_of,
    figures_shown,
    habits_shown,
    panels_of,
    rows_of,
    visits_shown,
    wishes_shown,
)

PAGE = 30
HISTORY = 15


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


# --- Finding --------------------------------------------------------------------------------------


@require_GET
@desk_view(Capability.SEE_CONTACT)
def guests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The book by name, or whoever is looked for."""
    organisation_id = desk.restaurant.organisation_id
    given = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "show", "tag")}
    text = given["q"] if given["q"].isprintable() else ""
    search = Search(
        text=text,
        tag_id=_number(given["tag"]),
        is_vip=True if given["show"] == "vip" else None,
        is_blocked=True if given["show"] == "blocked" else None,
    )
    found = guests_found([organisation_id], search)
    after = _number(request.GET.get("after", ""))
    position = guest_position(found.guests, after) if after else None
    page, following = guests_page(found.guests, after=position, size=PAGE)
    asked = {name: value for name, value in given.items() if value}
    context = {
        "rows": rows_of(page, tags_by_guest([guest.pk for guest in page])),
        "text": text,
        "is_close": found.is_close,
        "is_first": position is None,
        "next_query": urlencode({**asked, "after": following.pk}) if following else "",
        "tabs": [(key, label, key == given["show"], _query(asked, key)) for key, label in TABS],
        "tags": tags_of(organisation_id),
        "tag_id": search.tag_id,
        "show": given["show"],
    }
    if is_fragment(request, "guest-list"):
        return varies(render(request, "staff/guests/rows.html", _framed(desk, context)))
    return varies(show(request, desk, "staff/guests/list.html", context, section="guests"))


def _query(asked: dict[str, str], key: str) -> str:
    kept = {name: value for name, value in asked.items() if name != "show"}
    return urlencode({**kept, "show": key} if key else kept)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _framed(desk: Desk, context: dict[str, Any]) -> dict[str, Any]:
    return {"desk": desk, "restaurant": desk.restaurant, **context}


@require_POST
@desk_view(Capability.EDIT_BOOK)
def known(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A part of the booking form: who the phone or e-mail belongs to, and what to know of them.
    By POST, so that contacts stand in no log.
    """
    desk.require(Capability.SEE_CONTACT)
    guest = guest_known(
        organisation_id=desk.restaurant.organisation_id,
        phone=request.POST.get("phone", "")[:40],
        email=request.POST.get("email", "")[:254],
        region=desk.restaurant.country,
    )
    return render(request, "staff/guests/known.html", _framed(desk, known_context(desk, guest)))


def known_context(desk: Desk, guest: Guest | None) -> dict[str, Any]:
    """What the booking form says about a guest."""
    if guest is None or not desk.can(Capability.SEE_CONTACT):
        return {"known": None}
    alerts = alerts_of([guest.pk], restaurant_id=desk.restaurant.pk, capabilities=desk.capabilities)
    rows = rows_of([Guest.objects.select_related("figures").get(pk=guest.pk)], {})
    return {"known": rows[0], "known_alerts": alerts.get(guest.pk, [])}


# --- The profile ----------------------------------------------------------------------------------


@require_GET
@desk_view(Capability.SEE_CONTACT)
def profile(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """All that the house knows. Each opening is noted in the audit."""
    guest = guest_here(desk, guest_id)
    if guest.pk != guest_id:
        return redirect(guest_url(desk, guest))
    return profile_page(request, desk, guest)


def profile_page(
    request: HttpRequest,
    desk: Desk,
    guest: Guest,
    *,
    note_form: NoteForm | None = None,
    block_form: BlockForm | None = None,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    """The profile, perhaps with a form that was refused."""
    guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
    figures = figures_of(guest)
    houses = guest.organisation.restaurants.order_by("pk")
    currency = houses.values_list("currency", flat=True).first() or desk.restaurant.currency
    notes = list(
        notes_of(guest, restaurant_ids=[desk.restaurant.pk], capabilities=desk.capabilities)
    )
    past = Paginator(past_of(guest, now=desk.now), HISTORY).get_page(request.GET.get("page"))
    context = {
        "guest": guest,
        "figures": figures_shown(figures, currency),
        "habits": habits_shown(figures),
        "wishes": wishes_shown(desk, guest),
        "alerts": [note for note in notes if note.is_alert and note.resolved_at is None],
        "notes": notes,
        "tags": tags_by_guest([guest.pk]).get(guest.pk, []),
        "upcoming": visits_shown(upcoming_of(guest, now=desk.now)[:20], desk),
        "past": visits_shown(past, desk),
        "page": past,
        "panels": panels_of(desk, guest),
        "may_edit": desk.can(Capability.EDIT_BOOK) and guest.anonymised_at is None,
        "note_form": note_form or NoteForm(prefix="note"),
        "block_form": block_form or BlockForm(initial={"reason": guest.block_reason}),
        "done": done_of(request.GET.get("done", "")),
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request, desk, "staff/guests/profile.html", context, section="guests", status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EDIT_BOOK)
def edit(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Name, contacts and wishes; what was typed stays when something is wrong."""
    guest = guest_here(desk, guest_id)
    may_see = sees_health(desk.capabilities)
    data = request.POST if request.method == "POST" else None
    form = GuestForm(data, guest=guest, sees_health=may_see)
    if data is not None and form.is_valid():
        changes = {k: v for k, v in form.cleaned_data.items() if k != "has_health_consent"}
        try:
            guest_change(
                guest_id=guest.pk,
                changes=changes,
                has_health_consent=bool(form.cleaned_data.get("has_health_consent")),
                region=desk.restaurant.country,
                actor=desk.actor,
                now=desk.now,
            )
        except ValidationFailed as refusal:
            form.add_refusal(refusal)
        else:
            return go_to(request, guest_url(desk, guest))
    errors = errors_of(form)
    context = {"guest": guest, "form": form, "errors": errors, "has_errors": bool(errors)}
    return show(
        request,
        desk,
        "staff/guests/edit.html",
        context,
        section="guests",
        status=422 if errors else 200,
    )


# --- VIP and the block list -----------------------------------------------------------------------


@require_POST
@desk_view(Capability.EDIT_BOOK)
def vip(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """VIP from now on, or no longer."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    is_vip = request.POST.get("is_vip") == "1"
    guest_vip(guest_id=guest.pk, is_vip=is_vip, actor=desk.actor, now=desk.now)
    return go_to(request, guest_url(desk, guest, done="vip" if is_vip else "not-vip"))


@require_POST
@desk_view(Capability.EDIT_BOOK)
def block(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Onto the block list with a reason, or off it; an empty reason takes the last one, for
    undoing.
    """
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    if request.POST.get("is_blocked") != "1":
        guest_unblock(guest_id=guest.pk, actor=desk.actor, now=desk.now)
        return go_to(request, guest_url(desk, guest, done="unblocked"))
    reason = request.POST.get("reason", "")
    try:
        guest_block(guest_id=guest.pk, reason=reason, actor=desk.actor, now=desk.now)
    except ValidationFailed as refusal:
        form = BlockForm(request.POST)
        form.full_clean()
        if not form.errors:
            form.add_refusal(refusal)
        errors = errors_of(form)
        return profile_page(request, desk, guest, block_form=form, errors=errors, status=422)
    return go_to(request, guest_url(desk, guest, done="blocked"))
