"""A reservation as JSON, with what the caller may see and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from rest_framework.response import Response

from bookings import selectors
from bookings.api.money_output import bill_data, moment, payment_data
from bookings.loading import TableLabel
from bookings.models import Reservation
from reservehub.core.api.etag import etag_for
from restaurants.models import Restaurant, Table

_MOMENTS = (
    "cancel_deadline_at",
    "modify_deadline_at",
    "expires_at",
    "late_eta_at",
    "reconfirmed_at",
    "arrived_at",
    "table_ready_at",
    "seated_at",
    "completed_at",
    "cancelled_at",
    "created_at",
    "updated_at",
)


__all__ = [
    "answer",
    "manage_url",
    "moment",
    "place_data",
    "reservation_data",
    "rows_data",
    "staff_data",
]


def place_data(restaurant: Restaurant) -> dict[str, Any]:
    return {"id": restaurant.pk, "slug": restaurant.slug, "name": restaurant.name}


def reservation_data(
    reservation: Reservation, tables: Iterable[Table | TableLabel], *, sees_contact: bool
) -> dict[str, Any]:
    """What guests and staff both get. Without `sees_contact` contact and health data are null
    (rule 107).
    """
    zone = ZoneInfo(reservation.restaurant.timezone)
    wall = reservation.local_time.strftime("%H:%M")
    return {
        "id": reservation.pk,
        "reference": reservation.reference,
        "status": reservation.status,
        "version": reservation.version,
        "restaurant": place_data(reservation.restaurant),
        "date": reservation.service_date.isoformat(),
        "time": wall,
        "fold": reservation.fold,
        "local_time": f"{reservation.local_date.isoformat()}T{wall}",
        "timezone": reservation.restaurant.timezone,
        "starts_at": moment(reservation.starts_at, zone),
        "ends_at": moment(reservation.ends_at, zone),
        "party_size": reservation.party_size,
        "tables": [
            {"id": t.pk, "number": t.number, "name": t.name, "area": t.area_id} for t in tables
        ],
        "guest_name": reservation.guest_name,
        "guest_email": reservation.guest_email if sees_contact else None,
        "guest_phone": str(reservation.guest_phone or "") if sees_contact else None,
        "guest_language": reservation.guest_language,
        "seating_area_preference": reservation.area_preference_id,
        "special_occasion": reservation.special_occasion,
        "special_requests": reservation.special_requests if sees_contact else None,
        "dietary_restrictions": reservation.dietary_restrictions if sees_contact else None,
        "source": reservation.source,
        "cancellation_policy": reservation.policy_snapshot.get("cancellation_policy", ""),
        "payment": payment_data(reservation),
        **{name: moment(getattr(reservation, name), zone) for name in _MOMENTS},
    }


def staff_data(
    reservation: Reservation, tables: Iterable[Table | TableLabel], *, sees_contact: bool
) -> dict[str, Any]:
    """What staff get beyond it."""
    return {
        **reservation_data(reservation, tables, sees_contact=sees_contact),
        "internal_notes": reservation.internal_notes if sees_contact else None,
        "is_vip": reservation.is_vip,
        "previous_visits": reservation.previous_visits,
        "actual_party_size": reservation.actual_party_size,
        "bill": bill_data(reservation),
        "is_table_locked": reservation.is_table_locked,
        "confirmation_method": reservation.confirmation_method,
        "partner_reference": reservation.partner_reference,
        "cancellation_reason": reservation.cancellation_reason,
    }


def rows_data(
    reservations: Sequence[Reservation], *, is_staff: bool, sees_contact: bool
) -> list[dict[str, Any]]:
    """Many at once: their tables are read with one query."""
    tables = selectors.tables_of(reservations)
    shape = staff_data if is_staff else reservation_data
    return [shape(r, tables.get(r.pk, ()), sees_contact=sees_contact) for r in reservations]


def answer(
    reservation: Reservation,
    *,
    tables: Sequence[TableLabel] | None = None,
    is_staff: bool = False,
    sees_contact: bool = True,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One reservation with its ETag. `tables` are read where the caller does not know them."""
    shape = staff_data if is_staff else reservation_data
    known = selectors.tables_of([reservation])[reservation.pk] if tables is None else tables
    body = shape(reservation, known, sees_contact=sees_contact)
    return Response(
        body, status=status, headers={"ETag": etag_for(reservation.version), **(headers or {})}
    )


def manage_url(token: str) -> str:
    """The absolute address of the guest's page."""
    return f"{settings.RESERVEHUB_BASE_URL}{reverse('bookings:manage', args=[token])}"
