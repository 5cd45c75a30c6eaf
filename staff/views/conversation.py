"""The messages of a reservation at the host stand (requirement H4).

A part of the panel, fetched after it, and a page of its own where there are no scripts. Only those
who may see contact data read it, only those who may change the book answer.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bookings.models import Reservation
from notifications import services
from notifications.errors import NobodyToTell, NothingToSettle
from notifications.models import Message, MessageStatus
from notifications.services.conversation import LONGEST
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.pages import go_to, varies
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.presenters.conversation import conversation_for
from staff.presenters.panels import name_of
from staff.presenters.refusals import Problem
from staff.views.panels import reservation_here


@require_GET
@desk_view()
def conversation(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """What was told and written; `?part=lines` without the form, for looking again."""
    return _page(request, desk, _reservation(desk, reservation_id))


@require_POST
@desk_view(Capability.EDIT_BOOK)
def reply(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Answer the guest; what was refused stays in the field, with the reason."""
    reservation = _reservation(desk, reservation_id)
    text = request.POST.get("text", "")
    try:
        services.conversation_reply(
            reservation_id=reservation.pk, text=text, actor=desk.actor, now=desk.now
        )
    except DomainError as error:
        return _page(
            request,
            desk,
            reservation,
            problem=_problem(error, reservation),
            typed=text,
            status=error.status,
        )
    words = _("Your answer to %(name)s is on its way") % {"name": name_of(reservation)}
    return _done(request, desk, reservation, words, has_answered=True)


@require_POST
@desk_view()
def seen(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Somebody has read what the guest wrote."""
    reservation = _reservation(desk, reservation_id)
    services.conversation_seen(reservation_id=reservation.pk, actor=desk.actor, now=desk.now)
    if request.headers.get("HX-Request") != "true":
        return go_to(request, _url(desk, reservation))
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"rh:conversation": {"reservation_id": reservation.pk}})
    return response


@require_POST
@desk_view(Capability.EDIT_BOOK)
def again(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Send one message again (`message`), or all that certainly did not arrive."""
    reservation = _reservation(desk, reservation_id)
    ids = _named(request, reservation)
    if ids is None:
        said = _sent_words(_all_again(desk, reservation), reservation)
        return _done(request, desk, reservation, said)
    try:
        services.message_send_again(message_id=ids[0], actor=desk.actor, now=desk.now)
    except DomainError as error:
        problem = _problem(error, reservation)
        return _page(request, desk, reservation, problem=problem, status=error.status)
    return _done(request, desk, reservation, _sent_words(1, reservation))


def _all_again(desk: Desk, reservation: Reservation) -> int:
    """How many were sent; somebody else may have been faster with some."""
    failed = reservation.messages.filter(status=MessageStatus.FAILED)
    sent = 0
    for message_id in list(failed.values_list("pk", flat=True)):
        with suppress(NothingToSettle):
            services.message_send_again(message_id=message_id, actor=desk.actor, now=desk.now)
            sent += 1
    return sent


def _sent_words(count: int, reservation: Reservation) -> str:
    if not count:
        return _("Nothing is left to send again")
    words = ngettext(
        "%(count)d message to %(name)s is sent again",
        "%(count)d messages to %(name)s are sent again",
        count,
    )
    return words % {"count": count, "name": name_of(reservation)}


@require_POST
@desk_view(Capability.EDIT_BOOK)
def arrived(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """Somebody has found out that a message arrived of which nobody knew."""
    reservation = _reservation(desk, reservation_id)
    ids = _named(request, reservation)
    if not ids:
        raise NotFound
    try:
        services.message_settle(message_id=ids[0], arrived=True, actor=desk.actor, now=desk.now)
    except DomainError as error:
        problem = _problem(error, reservation)
        return _page(request, desk, reservation, problem=problem, status=error.status)
    return _done(request, desk, reservation, _("Noted: the message has arrived"))


def _reservation(desk: Desk, reservation_id: int) -> Reservation:
    """:raises PermissionRefused: before anything is looked up
    :raises NotFound: also for reservations of other restaurants
    """
    desk.require(Capability.SEE_CONTACT)
    return reservation_here(desk, reservation_id)


def _named(request: HttpRequest, reservation: Reservation) -> list[int] | None:
    """The message of the form; None where none is named.

    :raises NotFound: if it is about something else
    """
    wanted = request.POST.get("message", "")
    if not wanted:
        return None
    about: QuerySet[Message] = reservation.messages.all()
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise NotFound
    found = list(about.filter(pk=int(wanted)).values_list("pk", flat=True))
    if not found:
        raise NotFound
    return found


def _problem(error: DomainError, reservation: Reservation) -> Problem:
    lines = tuple(str(one.detail) for one in error.errors)
    if isinstance(error, NobodyToTell):
        phone = str(reservation.guest_phone or "")
        way = (
            _("Call %(phone)s instead, or add an e-mail address to the booking.") % {"phone": phone}
            if phone
            else _("Add a phone number or an e-mail address to the booking first.")
        )
        lines = (_("Every channel is off, unknown, or refused by the guest."), way)
    elif error.detail and str(error.detail) not in lines:
        lines = (str(error.detail), *lines)
    title = _("The answer was not sent") if error.errors else str(error.title)
    return Problem(title=title, lines=lines)


def _url(desk: Desk, reservation: Reservation) -> str:
    return reverse("staff:messages", args=[desk.restaurant.slug, reservation.pk])


def _done(
    request: HttpRequest,
    desk: Desk,
    reservation: Reservation,
    words: str,
    *,
    has_answered: bool = False,
) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return go_to(request, _url(desk, reservation))
    response = _page(request, desk, reservation, has_answered=has_answered)
    response["HX-Trigger"] = json.dumps({"rh:done": {"text": words, "undo": None, "version": None}})
    return response


def _page(
    request: HttpRequest,
    desk: Desk,
    reservation: Reservation,
    *,
    problem: Problem | None = None,
    typed: str = "",
    has_answered: bool = False,
    status: int = 200,
) -> HttpResponse:
    talk = conversation_for(desk, reservation)
    is_fragment = request.headers.get("HX-Request") == "true"
    context: dict[str, Any] = {
        "restaurant": desk.restaurant,
        "talk": talk,
        "problem": problem,
        "typed": typed,
        "longest": LONGEST,
        "has_answered": has_answered,
        "is_part": is_fragment,
        "is_open": bool(
            not is_fragment
            or request.method == "POST"
            or talk.new_count
            or talk.has_trouble
            or "open" in request.GET
        ),
    }
    if not is_fragment:
        template = "staff/conversation/page.html"
        return varies(show(request, desk, template, context, section="floor", status=status))
    is_lines = request.GET.get("part") == "lines"
    template = f"staff/conversation/{'fragment-lines' if is_lines else 'section'}.html"
    return varies(render(request, template, context, status=status))
