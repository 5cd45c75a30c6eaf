"""Possible duplicates: seeing them, comparing two records, making them one, taking it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guests.models import Guest
from guests.selectors import guest_for
from guests.selectors.duplicates import (
    REVERSIBLE,
    candidates_of,
    merge_outcome,
    merges_reversible,
)
from guests.selectors.search import Search, guests_found, guests_page
from guests.services import guest_viewed, merge_candidate_dismiss
from guests.services.merging import MergeRefused, UnmergeRefused, guests_merge, guests_unmerge
from guests.services.moving import GuestBusy, rows_count
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.duplicates import PairForm
from staff.presenters.duplicates import consequences, moves_shown, pairs_of, row_of
from staff.presenters.guests import full_date, rows_of

PAGE = 20
MERGES = 20
OTHERS = 10


@require_GET
@desk_view(Capability.MERGE_GUESTS)
def duplicates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Records that may be one person, the likeliest first, and what was merged lately."""
    organisation_id = desk.restaurant.organisation_id
    page = Paginator(candidates_of(organisation_id), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pairs": pairs_of(page),
        "merges": merges_reversible([organisation_id], now=desk.now)[:MERGES],
    }
    return show(request, desk, "staff/duplicates/list.html", context, section="guests")


@require_GET
@desk_view(Capability.MERGE_GUESTS)
def compare(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Two records side by side and what a merge would do; with one, looking for the other."""
    asked = PairForm(request.GET).asked()
    if asked is None:
        raise NotFound
    kept = _guest(desk, asked["kept"])
    if asked["merged"] is None:
        return _look(request, desk, kept, asked["q"])
    merged = _guest(desk, asked["merged"])
    if kept.pk == merged.pk:
        return redirect(_url(desk, "duplicates"))
    for guest in (kept, merged):
        guest_viewed(guest=guest, actor=desk.actor, now=desk.now)
    outcome = merge_outcome(kept, merged, rows_count(merged.pk))
    context: dict[str, Any] = {
        "kept": row_of(kept),
        "merged": row_of(merged),
        "moves": moves_shown(outcome.moves),
        "consequences": consequences(outcome, desk),
        "until": full_date((desk.now + REVERSIBLE).date()),
        "turned_url": _compare_url(desk, merged.pk, kept.pk),
        "candidate": candidates_of(desk.restaurant.organisation_id)
        .filter(guest=min(kept.pk, merged.pk), other=max(kept.pk, merged.pk))
        .first(),
    }
    return show(request, desk, "staff/duplicates/compare.html", context, section="guests")


def _look(request: HttpRequest, desk: Desk, kept: Guest, text: str) -> HttpResponse:
    rows = []
    if text.strip():
        found = guests_found([desk.restaurant.organisation_id], Search(text=text))
        people, _more = guests_page(found.guests.exclude(pk=kept.pk), after=None, size=OTHERS)
        rows = rows_of(people, {})
    context = {"kept": row_of(kept), "rows": rows, "text": text}
    return show(request, desk, "staff/duplicates/look.html", context, section="guests")


@require_POST
@desk_view(Capability.MERGE_GUESTS)
def merge(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make two records one."""
    asked = PairForm(request.POST).asked()
    if asked is None or asked["merged"] is None:
        raise NotFound
    kept, merged = _guest(desk, asked["kept"]), _guest(desk, asked["merged"])
    try:
        guests_merge(kept_id=kept.pk, merged_id=merged.pk, actor=desk.actor, now=desk.now)
    except (MergeRefused, GuestBusy) as refusal:
        return _refused(request, desk, refusal)
    messages.success(request, _("%(name)s is one record now.") % {"name": kept.name})
    return go_to(request, _url(desk, "duplicates"))


@require_POST
@desk_view(Capability.MERGE_GUESTS)
def apart(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """These are two people, or one with two names: not proposed again."""
    found = candidates_of(desk.restaurant.organisation_id).filter(pk=pk).first()
    if found is None:
        raise NotFound
    merge_candidate_dismiss(candidate_id=found.pk, actor=desk.actor, now=desk.now)
    messages.success(request, _("Remembered. It is not proposed again."))
    return go_to(request, _url(desk, "duplicates"))


@require_POST
@desk_view(Capability.MERGE_GUESTS)
def undo(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Two records again."""
    mine = merges_reversible([desk.restaurant.organisation_id], now=desk.now)
    found = mine.filter(pk=pk).first()
    if found is None:
        raise NotFound
    try:
        guests_unmerge(merge_id=found.pk, actor=desk.actor, now=desk.now)
    except (UnmergeRefused, GuestBusy) as refusal:
        return _refused(request, desk, refusal)
    names = {"kept": found.kept.name, "merged": found.merged.name}
    messages.success(request, _("%(kept)s and %(merged)s are two records again.") % names)
    return go_to(request, _url(desk, "duplicates"))


def _refused(request: HttpRequest, desk: Desk, refusal: DomainError) -> HttpResponse:
    messages.error(request, str(refusal))
    return go_to(request, _url(desk, "duplicates"))


def _guest(desk: Desk, guest_id: int) -> Guest:
    """With figures; of a merged record the kept one.

    :raises NotFound: also for guests of other organisations, and for erased ones
    """
    guest = guest_for(desk.person, guest_id, Capability.MERGE_GUESTS)
    if guest.organisation_id != desk.restaurant.organisation_id or guest.anonymised_at is not None:
        raise NotFound
    return guest


def _compare_url(desk: Desk, kept_id: int, merged_id: int) -> str:
    query = urlencode({"kept": kept_id, "merged": merged_id})
    return f"{_url(desk, 'duplicates-compare')}?{query}"


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])
