"""A guest's reservations in all houses of the organisation."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from bookings.alerts import COMING_WITHIN
from bookings.lifecycle import AT_TABLE, OCCUPYING, Status
from bookings.models import Occasion, Occupancy, Reservation, Source
from guests.insights import Booking, Outcome
from guests.models import Guest
from restaurants.models import Restaurant

LOOK_BACK = 300
"""Older bookings than these say nothing about what a guest likes today."""


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


_OUTCOMES = {
    **dict.fromkeys([*AT_TABLE, Status.COMPLETED], Outcome.CAME),
    Status.NO_SHOW: Outcome.NO_SHOW,
    Status.CANCELLED_BY_GUEST: Outcome.CANCELLED,
}


def bookings_of(guest: Guest, *, restaurant: Restaurant) -> list[Booking]:
    """The latest bookings that the guest came to, missed or cancelled, in all houses of the
    organisation, as `guests.insights` reads them. One query.

    :param restaurant: the house that asks
    """
    seat = Occupancy.objects.filter(reservation=OuterRef("pk")).order_by("table")
    rows = history_of(guest).filter(status__in=_OUTCOMES)
    rows = rows.annotate(sat_in=Subquery(seat.values("table__area")[:1]))
    return [_booking(row, row.sat_in, restaurant) for row in rows[:LOOK_BACK]]


def _booking(row: Reservation, area_id: int | None, restaurant: Restaurant) -> Booking:
    after_midnight = (row.local_date - row.service_date).days * 24 * 60
    outcome = _OUTCOMES[Status(row.status)]
    if outcome is Outcome.CANCELLED and row.is_cancelled_in_time is False:
        outcome = Outcome.CANCELLED_LATE
    ahead = (row.starts_at - row.created_at).total_seconds() / 3600
    return Booking(
        on=row.service_date,
        minute=after_midnight + row.local_time.hour * 60 + row.local_time.minute,
        party_size=row.party_size,
        outcome=outcome,
        area=area_id,
        is_here=row.restaurant_id == restaurant.pk,
        lead_hours=None if row.source == Source.WALK_IN else max(0.0, ahead),
        bill_minor=row.bill_minor,
    )


def birthday_visit_of(guest: Guest) -> date | None:
    """When they last came to celebrate a birthday; nobody's date of birth is stored."""
    came = history_of(guest).filter(
        status__in=[*AT_TABLE, Status.COMPLETED], special_occasion=Occasion.BIRTHDAY
    )
    return came.values_list("service_date", flat=True).first()


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
