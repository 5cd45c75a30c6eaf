"""The page on which staff connect their own Telegram account and the chats of the restaurant."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from notifications.channels.base import OutcomeUnknown, SendFailed
from reservehub.core import clock
from reservehub.core.pages import go_to, refusals_as_pages
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, restaurant_for
from telegram_bot.client import bot_name
from telegram_bot.errors import TelegramAway
from telegram_bot.models import AdminChat, StaffChat
from telegram_bot.selectors.people import actor_of
from telegram_bot.services.links import (
    VALID_FOR,
    admin_chat_link_create,
    admin_chat_remove,
    staff_link_create,
    staff_unlink,
)


@sensitive_variables()
@refusals_as_pages
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def telegram(request: HttpRequest, slug: str) -> HttpResponse:
    """What is connected; POST makes one link, which is shown once and works once."""
    person = cast(User, request.user)
    restaurant = restaurant_for(person, slug)
    context: dict[str, Any] = {"restaurant": restaurant, "minutes": VALID_FOR.seconds // 60}
    if request.method == "POST":
        context["link"] = _link(request.POST.get("for", ""), person, restaurant)
    may_configure = Capability.CONFIGURE in capabilities_of(person, restaurant)
    context |= {
        "mine": StaffChat.objects.filter(user=person).first(),
        "may_configure": may_configure,
        "chats": AdminChat.objects.filter(restaurant=restaurant).order_by("-is_active", "pk")
        if may_configure
        else (),
    }
    response = render(request, "telegram/settings.html", context)
    add_never_cache_headers(response)
    return response


def _link(wish: str, person: User, restaurant: Restaurant) -> dict[str, str]:
    """:raises TelegramAway: if nobody knows what our bot is called"""
    try:
        name = bot_name()
    except (SendFailed, OutcomeUnknown):
        raise TelegramAway from None
    now = clock.now()
    if wish == "me":
        payload = staff_link_create(user=person, restaurant=restaurant, now=now)
        return {"for": "me", "url": f"https://t.me/{name}?start={payload}"}
    payload = admin_chat_link_create(user=person, restaurant=restaurant, now=now)
    parameter = "startgroup" if wish == "group" else "start"
    return {
        "for": wish,
        "url": f"https://t.me/{name}?{parameter}={payload}",
        "command": f"/start@{name} {payload}",
    }


@require_POST
@refusals_as_pages
@login_required
def unlink(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget my Telegram account."""
    person = cast(User, request.user)
    restaurant = restaurant_for(person, slug)
    staff_unlink(
        user=person, restaurant=restaurant, actor=actor_of(person, channel="web"), now=clock.now()
    )
    messages.success(request, _("Your Telegram account is no longer linked."))
    return go_to(request, reverse("telegram:settings", args=[slug]))


@require_POST
@refusals_as_pages
@login_required
def remove(request: HttpRequest, slug: str, chat_id: int) -> HttpResponse:
    """Tell a chat nothing more."""
    person = cast(User, request.user)
    restaurant = restaurant_for(person, slug, Capability.CONFIGURE)
    admin_chat_remove(
        chat_id=chat_id,
        restaurant=restaurant,
        actor=actor_of(person, channel="web"),
        now=clock.now(),
    )
    messages.success(request, _("This chat is told nothing more."))
    return go_to(request, reverse("telegram:settings", args=[slug]))
