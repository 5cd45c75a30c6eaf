"""Notes about a guest: writing, changing, forgetting, settling incidents."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from guests.models import Guest, GuestNote
from guests.selectors.profile import notes_of
from guests.services import (
    guest_viewed,
    note_add,
    note_change,
    note_remove,
    note_resolve,
)
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.guests import NoteForm
from staff.views.guest_page import guest_here, guest_url, profile_page


def note_here(desk: Desk, guest: Guest, note_id: int) -> GuestNote:
    """:raises NotFound: also for notes that this person may not see"""
    notes = notes_of(guest, restaurant_ids=[desk.restaurant.pk], capabilities=desk.capabilities)
    found = notes.filter(pk=note_id).first()
    if found is None:
        raise NotFound
    return found


def _back(request: HttpRequest, desk: Desk, guest: Guest) -> HttpResponse:
    return go_to(request, f"{guest_url(desk, guest)}#notes")


@require_POST
@desk_view(Capability.EDIT_BOOK)
def add(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """A new note; refused ones stay as they were typed."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    form = NoteForm(request.POST, prefix="note")
    if form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        is_only_here = data.pop("is_only_here")
        try:
            note_add(
                guest_id=guest.pk,
                restaurant_id=desk.restaurant.pk if is_only_here else None,
                actor=desk.actor,
                now=desk.now,
                **data,
            )
        except ValidationFailed as refusal:
            form.add_refusal(refusal)
        else:
            return _back(request, desk, guest)
    return profile_page(
        request, desk, guest, forms={"note": form}, errors=errors_of(form), status=422
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.EDIT_BOOK)
def change(request: HttpRequest, desk: Desk, guest_id: int, note_id: int) -> HttpResponse:
    """Other words, another kind, an alert or none."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    note = note_here(desk, guest, note_id)
    guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
    shown = {"kind": note.kind, "text": note.text, "is_alert": note.is_alert}
    data = request.POST if request.method == "POST" else None
    form = NoteForm(data, initial=shown, is_new=False)
    if data is not None and form.is_valid():
        try:
            note_change(note_id=note.pk, actor=desk.actor, now=desk.now, **form.cleaned_data)
        except ValidationFailed as refusal:
            form.add_refusal(refusal)
        else:
            return _back(request, desk, guest)
    errors = errors_of(form)
    context = {
        "guest": guest,
        "note": note,
        "form": form,
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request,
        desk,
        "staff/guests/note.html",
        context,
        section="guests",
        status=422 if errors else 200,
    )


@require_POST
@desk_view(Capability.EDIT_BOOK)
def remove(request: HttpRequest, desk: Desk, guest_id: int, note_id: int) -> HttpResponse:
    """Forget a note."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    note = note_here(desk, guest, note_id)
    note_remove(note_id=note.pk, actor=desk.actor, now=desk.now)
    return _back(request, desk, guest)


@require_POST
@desk_view(Capability.EDIT_BOOK)
def resolve(request: HttpRequest, desk: Desk, guest_id: int, note_id: int) -> HttpResponse:
    """An incident is settled, or open again."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    note = note_here(desk, guest, note_id)
    note_resolve(
        note_id=note.pk,
        is_resolved=request.POST.get("is_resolved") == "1",
        actor=desk.actor,
        now=desk.now,
    )
    return _back(request, desk, guest)
