"""The alerts of an evening, what guests wrote, what did not reach them; and their number for the
frame of every page (requirements E4, H4).
"""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookings.selectors import reservations_visible_to
from bookings.selectors.alerts import alerts_of
from bookings.selectors.floor import service_date_at
from bookings.selectors.history import expected_guests
from guests.selectors.profile import alerts_of as guest_alerts_of
from notifications.selectors import conversations_unseen, messages_for_a_person
from payments.selectors.staff import silent_instructions
from restaurants.permissions import Capability
from staff.access import Desk, desk_view
from staff.presenters.alerts import Line, lines_of, urgent, visible
from staff.presenters.day import asked_of
from staff.presenters.guest_alerts import note_lines
from staff.presenters.message_alerts import undelivered_lines, unread_lines
from staff.presenters.money_alerts import money_lines, silent_lines
from staff.views.payments import TROUBLES_SHOWN, troubles_here


@require_GET
@desk_view()
def alerts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A part of pages: most urgent first. `?part=badge` is the number of urgent ones alone."""
    today = service_date_at(desk.restaurant, desk.now)
    asked = asked_of(request.GET.dict(), today=today)
    found = (
        alerts_of(desk.restaurant, service_date=asked.date, now=desk.now)
        if asked.date >= today  # nothing can be done about an evening that is over
        else []
    )
    shown = visible(found, desk.capabilities)
    written, money = _unread(desk), _money(desk)
    pressing = len(written) + sum(line.weight == "urgent" for line in money)
    context = {"restaurant": desk.restaurant, "count": urgent(shown) + pressing}
    if request.GET.get("part") == "badge":
        return render(request, "staff/alerts/badge.html", context)
    ids = {alert.reservation_id for alert in shown}
    rows = reservations_visible_to(desk.person).filter(restaurant=desk.restaurant).in_bulk(ids)
    lines = [
        *written,
        *money,
        *_undelivered(desk, asked.date),
        *lines_of(shown, rows, desk.restaurant, desk.capabilities),
        *_remembered(desk, asked.date),
    ]
    return render(request, "staff/alerts/panel.html", context | {"lines": lines})


def _remembered(desk: Desk, service_date: date) -> list[Line]:
    """What the guest book says about those who come soon."""
    rows = expected_guests(desk.restaurant, service_date=service_date, now=desk.now)
    notes = guest_alerts_of(
        [row.guest_id for row in rows if row.guest_id is not None],
        restaurant_id=desk.restaurant.pk,
        capabilities=desk.capabilities,
    )
    return note_lines(rows, notes, desk.restaurant)


def _unread(desk: Desk) -> list[Line]:
    """About any date: whoever wrote waits for an answer now."""
    if not desk.can(Capability.SEE_CONTACT):
        return []
    return unread_lines(conversations_unseen(desk.restaurant), desk.restaurant)


def _money(desk: Desk) -> list[Line]:
    """Of any date: open disputes, what a provider refused and what it says nothing about, for those
    who may act on them.
    """
    if not desk.can(Capability.CHARGE_REFUND):
        return []
    silent = list(silent_instructions(desk.restaurant)[:TROUBLES_SHOWN])
    return [
        *money_lines(troubles_here(desk), desk.restaurant),
        *silent_lines(silent, desk.restaurant),
    ]


def _undelivered(desk: Desk, service_date: date) -> list[Line]:
    """About the parties of one evening."""
    if not desk.can(Capability.SEE_CONTACT):
        return []
    messages = messages_for_a_person(desk.restaurant).filter(reservation__service_date=service_date)
    return undelivered_lines(messages, desk.restaurant, desk.capabilities)
