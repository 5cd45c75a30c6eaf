"""Examples in the OpenAPI document: one evening, told through."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

from bookings.api.examples_money import RESERVATION_PAYMENT, SLOT_DEPOSIT

_PLACE = {"id": 1, "slug": "bistro-anna", "name": "Bistro Anna"}
_SLOT: dict[str, Any] = {
    "time": "19:30",
    "starts_at": "2026-12-04T19:30:00+01:00",
    "ends_at": "2026-12-04T21:00:00+01:00",
    "utc_offset": "+01:00",
    "fold": 0,
    "available": True,
    "areas": [{"id": 1, "name": "Main room"}, {"id": 2, "name": "Terrace"}],
    "tables_left": 4,
    "reasons": [],
    "period": "Dinner",
    "deposit": SLOT_DEPOSIT,
}
_FULL = {
    **_SLOT,
    "time": "19:45",
    "starts_at": "2026-12-04T19:45:00+01:00",
    "ends_at": "2026-12-04T21:15:00+01:00",
    "available": False,
    "areas": [],
    "tables_left": 0,
    "reasons": ["pacing_arriving_covers"],
    "deposit": None,
}
_ALTERNATIVE = {
    "date": "2026-12-04",
    "time": "20:15",
    "fold": 0,
    "starts_at": "2026-12-04T20:15:00+01:00",
    "utc_offset": "",
}
_RESERVATION: dict[str, Any] = {
    "id": 42,
    "reference": "RES-2026-000042",
    "status": "confirmed",
    "version": 1,
    "restaurant": _PLACE,
    "date": "2026-12-04",
    "time": "19:30",
    "fold": 0,
    "local_time": "2026-12-04T19:30",
    "timezone": "Europe/Amsterdam",
    "starts_at": "2026-12-04T19:30:00+01:00",
    "ends_at": "2026-12-04T21:00:00+01:00",
    "party_size": 2,
    "tables": [{"id": 7, "number": "7", "name": "Window", "area": 1}],
    "guest_name": "Maria Jansen",
    "guest_email": "maria@example.com",
    "guest_phone": "+31201234567",
    "guest_language": "en",
    "seating_area_preference": None,
    "special_occasion": "birthday",
    "special_requests": "",
    "dietary_restrictions": [],
    "source": "web",
    "cancellation_policy": "",
    "payment": RESERVATION_PAYMENT,
    "cancel_deadline_at": "2026-12-04T17:30:00+01:00",
    "modify_deadline_at": "2026-12-04T17:30:00+01:00",
    "expires_at": None,
    "late_eta_at": None,
    "reconfirmed_at": None,
    "arrived_at": None,
    "table_ready_at": None,
    "seated_at": None,
    "completed_at": None,
    "cancelled_at": None,
    "created_at": "2026-11-21T10:00:00+01:00",
    "updated_at": "2026-11-21T10:00:00+01:00",
}

AVAILABILITY = OpenApiExample(
    "A free and a full time",
    response_only=True,
    status_codes=["200"],
    value={
        "restaurant": _PLACE,
        "date": "2026-12-04",
        "party_size": 2,
        "timezone": "Europe/Amsterdam",
        "slots": [_SLOT, _FULL],
        "requested": _FULL,
        "alternatives": [_ALTERNATIVE],
    },
)
HOLD_REQUEST = OpenApiExample(
    "Hold a table for two",
    request_only=True,
    value={
        "restaurant": "bistro-anna",
        "date": "2026-12-04",
        "time": "19:30",
        "party_size": 2,
        "session": "3f6c0a",
    },
)
HOLD = OpenApiExample(
    "Held",
    response_only=True,
    status_codes=["201"],
    value={
        "token": "m3qX…",
        "starts_at": "2026-12-04T19:30:00+01:00",
        "ends_at": "2026-12-04T21:00:00+01:00",
        "timezone": "Europe/Amsterdam",
        "party_size": 2,
        "expires_at": "2026-11-21T10:05:00+01:00",
        "extensions_left": 10,
    },
)
SLOT_TAKEN = OpenApiExample(
    "Taken a moment ago",
    response_only=True,
    status_codes=["409"],
    media_type="application/problem+json",
    value={
        "type": "/problems/slot_unavailable",
        "title": "This time is not available",
        "status": 409,
        "detail": "This time is not available",
        "code": "slot_unavailable",
        "errors": [],
        "reasons": ["no_table_free"],
        "alternatives": [_ALTERNATIVE],
    },
)
BOOKING_REQUEST = OpenApiExample(
    "Two for Friday evening",
    request_only=True,
    value={
        "restaurant": "bistro-anna",
        "date": "2026-12-04",
        "time": "19:30",
        "party_size": 2,
        "guest_name": "Maria Jansen",
        "guest_email": "maria@example.com",
        "guest_phone": "+31201234567",
        "special_occasion": "birthday",
        "seating_area_preference": "Terrace",
    },
)
BOOKED = OpenApiExample(
    "Booked",
    response_only=True,
    status_codes=["201"],
    value={
        **_RESERVATION,
        "manage_token": "Zk9v…",
        "manage_url": "https://book.example.com/b/Zk9v…/",
    },
)
RESERVATION = OpenApiExample(
    "Confirmed", response_only=True, status_codes=["200"], value=_RESERVATION
)
CHANGE_REQUEST = OpenApiExample(
    "Half an hour later, one more", request_only=True, value={"time": "20:00", "party_size": 3}
)
LOOKUP_REQUEST = OpenApiExample(
    "By reference and e-mail",
    request_only=True,
    value={"reference": "RES-2026-000042", "email": "maria@example.com"},
)
STAFF_BOOKING_REQUEST = OpenApiExample(
    "On the phone",
    request_only=True,
    value={
        "date": "2026-12-04",
        "time": "20:00",
        "party_size": 4,
        "guest_name": "Mr de Vries",
        "guest_phone": "+31207654321",
        "source": "phone",
        "internal_notes": "Regular, likes table 12",
        "overrides": ["pacing"],
    },
)
