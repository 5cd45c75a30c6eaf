"""Holds of the page: the last table is kept while the guest types (requirement C5, rules 48-52)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.errors import HoldExpired, HoldLimitReached, SlotUnavailable
from bookings.forms import HoldForm
from bookings.models import Hold
from bookings.presenters.clock import clock_text
from bookings.presenters.finder import alternatives_of
from bookings.selectors.holds import hold_of_token
from bookings.services import Start, hold_create, hold_extend, hold_release
from bookings.views.common import ip_key, make_private, owner_key
from reservehub.core import clock
from reservehub.core.pages import refusals_as_pages
from restaurants.models import Restaurant
from restaurants.selectors import restaurant_public

_TOKENS = "bookings_holds"


def own_hold_id(request: HttpRequest, restaurant: Restaurant) -> int | None:
    """The live hold of this session here: its own table must not look taken to the guest."""
    token = remembered_token(request, restaurant)
    if not token:
        return None
    hold = hold_of_token(token=token, now=clock.now())
    return hold.pk if hold else None


def remembered_token(request: HttpRequest, restaurant: Restaurant) -> str:
    """The token of the hold this session took here, so that a reload does not lose it."""
    return str(request.session.get(_TOKENS, {}).get(str(restaurant.pk), ""))


def _remember(request: HttpRequest, restaurant: Restaurant, token: str) -> None:
    tokens = dict(request.session.get(_TOKENS, {}))
    tokens[str(restaurant.pk)] = token
    request.session[_TOKENS] = tokens


@require_POST
@refusals_as_pages
def hold(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the table of the panel; asked again (reload, expiry) it keeps the same one."""
    restaurant = restaurant_public(slug)
    form = HoldForm(request.POST)
    now = clock.now()
    if not form.is_valid():
        return make_private(HttpResponse(status=422))
    choice = form.cleaned_data["slot"]
    kept = _kept(request, restaurant, form, now=now)
    if kept is not None:
        return _shown(request, restaurant, kept[0], token=kept[1], now=now)
    try:
        held = hold_create(
            restaurant_id=restaurant.pk,
            start=Start(date=choice.date, time=choice.time, fold=choice.fold),
            party_size=form.cleaned_data["guests"],
            area_id=form.cleaned_data["area"] or None,
            owner_key=owner_key(request),
            ip_key=ip_key(request),
            now=now,
        )
    except HoldLimitReached:
        # Without a hold the booking is still tried: first come, first served.
        return make_private(HttpResponse('<div id="hold"></div>'))
    except SlotUnavailable as refusal:
        at = clock_text(choice.time, restaurant)
        gone = {
            "text": _("%(time)s was just taken.") % {"time": at},
            "alternatives": alternatives_of(
                refusal.extra.get("alternatives", ()), wished=choice.date, restaurant=restaurant
            ),
        }
        context = {"gone": gone, "restaurant": restaurant}
        return make_private(render(request, "pages/parts/hold_gone.html", context, status=409))
    _remember(request, restaurant, held.token)
    return _shown(request, restaurant, held.hold, token=held.token, now=now)


def _kept(
    request: HttpRequest, restaurant: Restaurant, form: HoldForm, *, now: datetime
) -> tuple[Hold, str] | None:
    """The session's live hold, if it is for the very same wish."""
    token = remembered_token(request, restaurant)
    found = hold_of_token(token=token, now=now) if token else None
    wish = (str(form.cleaned_data["slot"]), form.cleaned_data["guests"], form.cleaned_data["area"])
    if found is None or request.session.get("bookings_hold_wish") != list(wish):
        request.session["bookings_hold_wish"] = list(wish)
        return None
    return found, token


@require_POST
@refusals_as_pages
def extend(request: HttpRequest, slug: str) -> HttpResponse:
    """One tap for more time (WCAG 2.2.1); a hold that has just gone is taken anew."""
    restaurant = restaurant_public(slug)
    token = str(request.POST.get("hold_token", ""))
    now = clock.now()
    try:
        extended = hold_extend(token=token, now=now)
    except HoldExpired:
        return hold(request, slug)
    except HoldLimitReached:
        found = hold_of_token(token=token, now=now)
        if found is None:
            return hold(request, slug)
        extended = found
    return _shown(request, restaurant, extended, token=token, now=now)


@require_POST
def release(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """The guest left (`pagehide`): somebody else may have the table at once (rule 49)."""
    token = str(request.POST.get("hold_token", ""))
    if token:
        hold_release(token=token)
    return make_private(HttpResponse(status=204))


def _shown(
    request: HttpRequest, restaurant: Restaurant, found: Hold, *, token: str, now: datetime
) -> HttpResponse:
    seconds = max(0, round((found.expires_at - now).total_seconds()))
    context: dict[str, Any] = {
        "restaurant": restaurant,
        "hold": {
            "token": token,
            "seconds": seconds,
            "clock": f"{seconds // 60}:{seconds % 60:02d}",
            "can_extend": found.extensions < restaurant.policy.hold_extensions,
            "is_last": bool(request.POST.get("last")),
        },
    }
    return make_private(render(request, "pages/parts/hold.html", context))
