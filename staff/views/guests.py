"""The guest book: finding people, their profile, changing it, VIP and the block list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookings.selectors.history import birthday_visit_of
from guests.models import Guest
from guests.selectors.profile import alerts_of, guest_known, sees_health
from guests.selectors.search import Search, guest_position, guests_found, guests_page
from guests.selectors.tags import tags_by_guest, tags_of
from guests.services import guest_block, guest_change, guest_unblock, guest_viewed, guest_vip
from reservehub.core.errors import ValidationFailed
from reservehub.core.pages import errors_of, go_to, is_fragment, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.guests import BlockForm, GuestForm
from staff.presenters.guests import TABS, full_date, rows_of
from staff.views.guest_page import guest_here, guest_url, profile_page

PAGE = 30


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
        "first_query": urlencode(asked),
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
    """What the booking form says about a guest; saying it is written into the audit."""
    if guest is None or not desk.can(Capability.SEE_CONTACT):
        return {"known": None}
    guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
    alerts = alerts_of([guest.pk], restaurant_id=desk.restaurant.pk, capabilities=desk.capabilities)
    rows = rows_of([Guest.objects.select_related("figures").get(pk=guest.pk)], {})
    birthday = birthday_visit_of(guest)
    return {
        "known": rows[0],
        "known_alerts": alerts.get(guest.pk, []),
        "known_birthday": full_date(birthday) if birthday else "",
    }


# --- The profile ----------------------------------------------------------------------------------


@require_GET
@desk_view(Capability.SEE_CONTACT)
def profile(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """All that the house knows. Each opening is noted in the audit."""
    guest = guest_here(desk, guest_id)
    if guest.pk != guest_id:
        return redirect(guest_url(desk, guest))
    return profile_page(request, desk, guest)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EDIT_BOOK)
def edit(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Name, contacts and wishes; what was typed stays when something is wrong."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
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
        return profile_page(request, desk, guest, forms={"block": form}, errors=errors, status=422)
    return go_to(request, guest_url(desk, guest, done="blocked"))
