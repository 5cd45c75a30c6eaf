"""A guest's reservations in all houses of the organisation."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from bookings.alerts import COMING_WITHIN
from bookings.lifecycle import OCCUPYING, Status
from bookings.models import Reservation
from guests.models import Guest
from restaurants.models import Restaurant


def history_of(guest: Guest) -> QuerySet[Reservation]:
    """Everything the guest ever booked, the latest first, also under records that were merged into
    this one. The caller has made sure that the asker may see the guest.
    """
    records = Guest.objects.filter(Q(pk=guest.pk) | Q(merged_into=guest.pk)).values("pk")
    rows = Reservation.objects.filter(guest__in=records).select_related("restaurant")
    return rows.order_by("-starts_at", "-pk")


def upcoming_of(guest: Guest, *, now: datetime) -> QuerySet[Reservation]:
    """What is still to come or going on, the next first."""
    rows = history_of(guest).filter(status__in=OCCUPYING, ends_at__gt=now)
    return rows.order_by("starts_at", "pk")


def past_of(guest: Guest, *, now: datetime) -> QuerySet[Reservation]:
    """The rest: visits, cancellations and what never came about."""
    return history_of(guest).exclude(status__in=OCCUPYING, ends_at__gt=now)


def expected_guests(
    restaurant: Restaurant, *, service_date: date, now: datetime
) -> list[Reservation]:
    """Known guests who come within the hour or wait at the door, the next first."""
    coming = Q(status=Status.CONFIRMED, starts_at__range=(now, now + COMING_WITHIN))
    rows = Reservation.objects.filter(
        coming | Q(status=Status.ARRIVED),
        restaurant=restaurant,
        service_date=service_date,
        guest__isnull=False,
    )
    return list(rows.order_by("starts_at", "pk"))
