"""What is stored about a guest, for the guest alone (requirement A6, rules 105, 107)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guests.models import ConsentPurpose, Guest
from guests.privacy import ahead_of, sections_by_keeper
from guests.selectors.privacy import guest_by_privacy_token, records_of
from guests.services import consent_record
from guests.services.erasing import StillAhead, guest_erase
from guests.services.privacy import guest_export, health_notes_delete, health_notes_keep
from guests.wordings import health_words, marketing_words
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.http import client_ip
from reservehub.core.limits import behind_link
from reservehub.core.pages import go_to, private_page, refusals_as_pages

SHOWN = 30
"""Rows of one sort on the page; the file has all of them."""
_SOURCE = "own_page"


def guest_of(request: HttpRequest, token: str) -> Guest:
    """Whose page it is.

    :raises NotFound: for a link that opens nothing (any more)
    :raises RateLimited: after many wrong links from one address
    """
    return behind_link(request, lambda: guest_by_privacy_token(token, now=clock.now()))


def actor_of(request: HttpRequest) -> Actor:
    """The person the link was sent to, logged in or not."""
    user_id = request.user.pk if request.user.is_authenticated else None
    return Actor(
        kind=ActorKind.GUEST, user_id=user_id, label="guest", channel="web", ip=client_ip(request)
    )


@require_GET
@private_page
@refusals_as_pages
def stored(request: HttpRequest, token: str) -> HttpResponse:
    """Everything there is, what it is for, and what can be done about it."""
    guest = guest_of(request, token)
    said = {
        "news": _("Saved."),
        "kept": _("Your health notes are kept for your next visits."),
        "deleted": _("Your health notes are deleted."),
    }
    sections = [
        {"title": one.title, "rows": one.rows[:SHOWN], "count": len(one.rows)}
        for found in sections_by_keeper(records_of(guest)).values()
        for one in found
        if one.rows
    ]
    house = guest.organisation.name
    context = {
        "sections": sections,
        "shown": SHOWN,
        "said": said.get(request.GET.get("done", ""), ""),
        "news_words": marketing_words(house),
        "health_words": health_words(house),
    }
    return _page(request, guest, token, "stored", context)


@require_POST
@private_page
@refusals_as_pages
def export(request: HttpRequest, token: str) -> HttpResponse:
    """All of it as a file for machines."""
    guest = guest_of(request, token)
    found = guest_export(guest_id=guest.pk, actor=actor_of(request), now=clock.now())
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    name = slugify(guest.organisation.name) or "data"
    response["Content-Disposition"] = f'attachment; filename="{name}-my-data.json"'
    return response


@require_POST
@private_page
@refusals_as_pages
def news(request: HttpRequest, token: str) -> HttpResponse:
    """Offers and news: yes or no."""
    guest = guest_of(request, token)
    actor = actor_of(request)
    is_given = request.POST.get("news") == "yes"
    consent_record(
        guest_id=guest.pk,
        purpose=ConsentPurpose.MARKETING,
        is_given=is_given,
        wording=marketing_words(guest.organisation.name) if is_given else "",
        source=_SOURCE,
        actor=actor,
        ip=actor.ip,
        now=clock.now(),
    )
    return _back(request, token, "news")


@require_POST
@private_page
@refusals_as_pages
def health(request: HttpRequest, token: str) -> HttpResponse:
    """Health notes: keep them, or delete them now."""
    guest = guest_of(request, token)
    about: dict[str, Any] = {
        "guest_id": guest.pk,
        "source": _SOURCE,
        "actor": actor_of(request),
        "now": clock.now(),
    }
    if request.POST.get("health") == "keep":
        health_notes_keep(wording=health_words(guest.organisation.name), **about)
        return _back(request, token, "kept")
    health_notes_delete(**about)
    return _back(request, token, "deleted")


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """What erasing means, and then the deed; not while a table is kept for the person."""
    guest = guest_of(request, token)
    status = 200
    if request.method == "POST":
        try:
            guest_erase(guest_id=guest.pk, actor=actor_of(request), now=clock.now())
        except StillAhead as refusal:
            status = refusal.status
        else:
            gone = {"house": guest.organisation.name}
            return render(request, "pages/privacy/erased.html", gone)
    context = {"ahead": ahead_of(records_of(guest), clock.now())}
    return _page(request, guest, token, "erase", context, status=status)


def _back(request: HttpRequest, token: str, done: str) -> HttpResponse:
    return go_to(request, f"{reverse('guests:stored', args=[token])}?done={done}")


def _page(
    request: HttpRequest,
    guest: Guest,
    token: str,
    name: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    addresses = ("stored", "export", "news", "health", "erase")
    whole = {
        "guest": guest,
        "house": guest.organisation.name,
        "urls": {one: reverse(f"guests:{one}", args=[token]) for one in addresses},
        **context,
    }
    return render(request, f"pages/privacy/{name}.html", whole, status=status)
