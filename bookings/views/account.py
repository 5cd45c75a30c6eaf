"""A customer's own bookings (requirements A1, D4)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from bookings.lifecycle import OCCUPYING
from bookings.models import Reservation
from bookings.presenters.clock import long_date
from bookings.presenters.finder import guests_text
from bookings.presenters.visit import time_text
from bookings.selectors import manage_path, reservations_of_customer
from bookings.views.common import private_page
from reservehub.core import clock

PAST_SHOWN = 20
UPCOMING_SHOWN = 50


@dataclass(frozen=True)
class BookingCard:
    url: str
    restaurant: str
    when: str
    guests: str
    status: str


@require_GET
@private_page
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """What is coming up, soonest first, and what was."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("login_required lets only users through")
    mine = reservations_of_customer(user)
    ahead = mine.filter(ends_at__gt=clock.now(), status__in=list(OCCUPYING))
    upcoming = list(ahead.order_by("starts_at", "id")[:UPCOMING_SHOWN])
    past = mine.exclude(pk__in=[reservation.pk for reservation in upcoming])[:PAST_SHOWN]
    context = {
        "upcoming": [_card(reservation) for reservation in upcoming],
        "past": [_card(reservation) for reservation in past],
    }
    return render(request, "pages/account.html", context)


def _card(reservation: Reservation) -> BookingCard:
    return BookingCard(
        url=manage_path(reservation),
        restaurant=reservation.restaurant.name,
        when=f"{long_date(reservation.local_date)}, {time_text(reservation)}",
        guests=guests_text(reservation.party_size),
        status=reservation.get_status_display(),
    )
