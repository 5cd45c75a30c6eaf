"""The guest's own choices about messages, behind the link to manage the booking; and the page that
stops messages without it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bookings.models import Reservation
from bookings.views.common import actor_of, private_page
from bookings.views.limits import behind_link, limit
from bookings.views.manage import reservation_of
from guests.models import Guest
from notifications.channels.telegram.name import known_name
from notifications.kinds import ChannelName
from notifications.presenters.guest import Settings, settings_of
from notifications.selectors import preference_of
from notifications.services import contact_link_create, preferences_set
from notifications.services.unsubscribing import (
    OPTIONAL_KINDS,
    channel_allow,
    channel_refuse,
    extras_refuse,
)
from notifications.unsubscribe import is_news, link_of
from notifications.views.news import stop_news
from reservehub.core import clock
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import go_to, is_fragment, refusals_as_pages, varies

PANEL = "messages"


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def messages(request: HttpRequest, token: str) -> HttpResponse:
    """How the guest wants to be told; POST keeps the choice."""
    reservation = reservation_of(request, token)
    if request.method != "POST":
        said = _("Saved.") if "saved" in request.GET else ""
        return panel_page(request, reservation, token, said=said)
    _limited(request)
    _keep(request, reservation)
    return _kept(request, token, said=_("Saved."))


@require_POST
@private_page
@refusals_as_pages
def allow(request: HttpRequest, token: str) -> HttpResponse:
    """Messages over a channel again, after a STOP."""
    reservation = reservation_of(request, token)
    _limited(request)
    channel = _channel(request.POST.get("channel", ""))
    channel_allow(
        reservation=reservation, channel=channel, actor=actor_of(request), now=clock.now()
    )
    return _kept(request, token, said=_("Saved."))


@require_POST
@private_page
@refusals_as_pages
def telegram(request: HttpRequest, token: str) -> HttpResponse:
    """A link that connects the guest's Telegram chat, once."""
    reservation = reservation_of(request, token)
    _limited(request)
    if not settings_of(reservation).can_connect_telegram:
        raise NotFound
    start = contact_link_create(
        reservation_id=reservation.pk, channel=ChannelName.TELEGRAM, now=clock.now()
    )
    url = f"https://t.me/{known_name()}?start={start}"
    return panel_page(request, reservation, token, telegram_url=url)


def panel_page(
    request: HttpRequest,
    reservation: Reservation,
    token: str,
    *,
    error: DomainError | str = "",
    **more: Any,
) -> HttpResponse:
    """The panel alone for the page of the booking, or on a page of its own."""
    context = {
        "panel": settings_of(reservation),
        "restaurant": reservation.restaurant,
        "error": str(error),
        "has_errors": bool(error),
        "manage_url": reverse("bookings:manage", args=[token]),
        **{name: reverse(f"notifications:{view}", args=[token]) for name, view in _URLS.items()},
        **more,
    }
    part = is_fragment(request, PANEL)
    template = "pages/messages/panel.html" if part else "pages/messages/page.html"
    status = error.status if isinstance(error, DomainError) else 200
    return varies(render(request, template, context, status=status))


_URLS = {
    "messages_url": "guest-messages",
    "allow_url": "guest-messages-allow",
    "telegram_url_post": "guest-messages-telegram",
    "push_on_url": "guest-push-on",
    "push_off_url": "guest-push-off",
}


def _kept(request: HttpRequest, token: str, *, said: str) -> HttpResponse:
    if is_fragment(request, PANEL):
        return panel_page(request, reservation_of(request, token), token, said=said)
    return go_to(request, reverse("notifications:guest-messages", args=[token]) + "?saved")


def _limited(request: HttpRequest) -> None:
    limit(request, "messages", count=60, seconds=600)


def _keep(request: HttpRequest, reservation: Reservation) -> None:
    guest = reservation.guest
    if guest is None:
        raise NotFound
    preferences_set(
        guest_id=guest.pk,
        **_wishes(request.POST, guest, settings_of(reservation)),
        actor=actor_of(request),
        now=clock.now(),
    )


def _wishes(typed: QueryDict, guest: Guest, shown: Settings) -> dict[str, Any]:
    """Only what the page offers changes; whatever it does not show stays as it was. A channel that
    is both wanted and switched off is off; one that has no box is on by being wanted.
    """
    before = preference_of(guest)
    boxes = {choice.value for choice in shown.channels}
    off = (set(before.off_channels) - boxes) | (boxes - set(typed.getlist("channels")))
    wanted = typed.get("preferred", before.preferred_channel)
    if wanted not in {choice.value for choice in shown.preferred}:
        wanted = before.preferred_channel
    elif wanted not in boxes:
        off.discard(wanted)
    return {
        "preferred_channel": "" if wanted in boxes & off else wanted,
        "off_channels": off,
        "off_kinds": {kind.value for kind in OPTIONAL_KINDS} - set(typed.getlist("kinds")),
    }


def _channel(name: str) -> ChannelName:
    """:raises NotFound: if there is none of this name"""
    if name not in ChannelName.values:
        raise NotFound
    return ChannelName(name)


@csrf_exempt  # the token is the secret: mailbox providers press the button without a cookie
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop messages: GET asks, and changes nothing; POST does it, also with one click (RFC 8058).

    :raises NotFound: for a link that stops nothing
    """
    if is_news(token):
        return stop_news(request, token)
    reservation, channel = behind_link(request, lambda: link_of(token))
    done = ""
    if request.method == "POST":
        done = "all" if request.POST.get("what") == "all" else "extras"
        stop = channel_refuse if done == "all" else extras_refuse
        stop(reservation=reservation, channel=channel, actor=actor_of(request), now=clock.now())
    context = {
        "restaurant": reservation.restaurant,
        "channel": channel.label,
        "done": done,
        "is_extras_possible": reservation.guest_id is not None,
    }
    return render(request, "pages/messages/unsubscribe.html", context)
