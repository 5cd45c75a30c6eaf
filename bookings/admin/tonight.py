"""The first page of the admin site: tonight, restaurant by restaurant."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from bookings import lifecycle
from bookings.presenters.clock import clock_text, local, long_date
from bookings.selectors.tonight import Tonight, tonight_of
from reservehub.core import clock
from reservehub.core.models import Delivery, DeliveryStatus
from restaurants.admin.acting import access_in
from restaurants.completeness import Step, setup_steps
from restaurants.models import Restaurant
from restaurants.permissions import Capability

SHOWN = 8
"""Restaurants on the page: the busiest evenings first."""
ARRIVALS = 8


def tonight(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `UNFOLD["DASHBOARD_CALLBACK"]` adds to the context of the first page."""
    access = access_in(request)
    now = clock.now()
    places = Restaurant.objects.filter(is_active=True).order_by("name")
    if not access.is_everything:
        places = places.filter(pk__in=access.restaurant_ids(Capability.VIEW_BOOK))
    evenings = tonight_of(places, now=now)
    busiest = sorted(evenings, key=lambda one: -one.covers)[:SHOWN]
    steps = setup_steps(one.restaurant for one in busiest)
    dead = (
        Delivery.objects.filter(status=DeliveryStatus.DEAD).count() if access.is_everything else 0
    )
    return context | {
        "evenings": [_card(one, steps[one.restaurant.pk]) for one in busiest],
        "hidden_count": len(evenings) - len(busiest),
        "dead_deliveries": dead,
        "dead_url": reverse("admin:core_delivery_changelist") + "?status__exact=dead",
    }


def _card(evening: Tonight, steps: list[Step]) -> dict[str, Any]:
    place = evening.restaurant
    peak = evening.busiest or 1
    book = reverse("admin:bookings_reservation_changelist")
    here = f"{book}?restaurant__id__exact={place.pk}&when=today"
    return {
        "restaurant": place,
        "date": long_date(evening.service_date),
        "evening": evening,
        "book_url": here,
        "waiting_url": f"{here}&status__exact=pending",
        "no_show_url": f"{here}&status__exact=no_show",
        "bars": [
            {
                "label": clock_text(local(quarter.starts_at, place), place),
                "covers": quarter.covers,
                "percent": round(100 * quarter.covers / peak),
            }
            for quarter in evening.quarters
        ],
        "arrivals": [
            {
                "time": clock_text(local(row.starts_at, place), place),
                "party": row.party_size,
                "name": row.guest_name,
                "is_late": row.starts_at < clock.now() and row.status not in lifecycle.AWAITING,
                "status": row.get_status_display(),
                "url": reverse("admin:bookings_reservation_change", args=[row.pk]),
            }
            for row in evening.arrivals[:ARRIVALS]
        ],
        "more_arrivals": max(0, len(evening.arrivals) - ARRIVALS),
        "done": sum(step.is_done for step in steps),
        "steps": steps,
        "missing": [step for step in steps if not step.is_done],
    }
