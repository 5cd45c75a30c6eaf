"""The outbox of development: what would have been sent, and to whom (requirement H1)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from notifications.models import ConversationEntry, Direction, Message
from notifications.presenters.outbox import SHOWN, Wanted, options, outbox_of
from notifications.views.letters import letter_response
from reservehub.core.pages import is_fragment, varies

NOTHING_NEW = 204


def _check(request: HttpRequest) -> None:
    """Only where the setting allows it at all: then for everybody while debugging or in the demo,
    whose guests are invented; else for platform admins, as letters hold links that open bookings.

    :raises Http404: so that nobody learns of it
    """
    is_harmless = settings.DEBUG or settings.RESERVEHUB_DEMO
    user = request.user
    is_admin = user.is_authenticated and user.is_active and user.is_superuser
    if not settings.RESERVEHUB_DEV_OUTBOX or not (is_harmless or is_admin):
        raise Http404


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The newest messages, in lanes by channel; asks for news every three seconds."""
    _check(request)
    wanted = Wanted.of(request.GET.dict())
    found = outbox_of(_messages(wanted), _entries(wanted), wanted)
    is_part = is_fragment(request, "outbox")
    if is_part and request.GET.get("v") == found.version:
        return HttpResponse(status=NOTHING_NEW)
    context = {
        "outbox": found,
        "wanted": wanted,
        "poll_url": f"{request.path}{wanted.query(v=found.version)}",
        **({} if is_part else options(wanted)),
        "pause_url": wanted.query(live="off"),
        "live_url": wanted.query(live=""),
    }
    template = "dev/lanes.html" if is_part else "dev/outbox.html"
    return varies(render(request, template, context))


def _messages(wanted: Wanted) -> Sequence[Message]:
    rows = (
        Message.objects.select_related("restaurant", "reservation")
        .prefetch_related("tries")
        .order_by("-pk")
    )
    for name in ("kind", "status"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.channel:
        rows = rows.filter(channels__contains=[wanted.channel]) | rows.filter(
            tries__channel=wanted.channel
        )
        rows = rows.distinct()
    return list(rows[:SHOWN])


def _entries(wanted: Wanted) -> Sequence[ConversationEntry]:
    """What guests wrote back; it has neither kind nor status."""
    if wanted.kind or wanted.status:
        return []
    rows = ConversationEntry.objects.filter(direction=Direction.IN).select_related("guest")
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    return list(rows.order_by("-pk")[:SHOWN])


@require_GET
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of one letter, where it can do nothing."""
    _check(request)
    content = Message.objects.filter(pk=pk).values_list("content", flat=True).first()
    if not content or not content.get("html"):
        raise Http404
    return letter_response(content["html"])
