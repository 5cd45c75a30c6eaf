"""Examples in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

_OFFER: dict[str, Any] = {
    "id": 9,
    "date": "2026-12-04",
    "time": "19:30",
    "fold": 0,
    "starts_at": "2026-12-04T19:30:00+01:00",
    "ends_at": "2026-12-04T21:00:00+01:00",
    "party_size": 2,
    "area": None,
    "made_at": "2026-11-30T12:00:00+01:00",
    "expires_at": "2026-12-01T09:00:00+01:00",
    "is_broadcast": False,
}
_ENTRY: dict[str, Any] = {
    "id": 7,
    "status": "waiting",
    "version": 1,
    "restaurant": {"id": 1, "slug": "bistro-anna", "name": "Bistro Anna"},
    "date": "2026-12-04",
    "last_date": "2026-12-04",
    "from_time": "19:00",
    "until_time": "20:30",
    "flexibility_minutes": 30,
    "timezone": "Europe/Amsterdam",
    "party_size": 2,
    "areas": [],
    "guest_name": "Maria Jansen",
    "guest_email": "maria@example.com",
    "guest_phone": "",
    "guest_language": "en",
    "special_occasion": "none",
    "special_requests": "",
    "dietary_restrictions": [],
    "source": "web",
    "created_at": "2026-11-21T10:00:00+01:00",
    "expires_at": "2026-12-04T21:00:00+01:00",
    "offer": None,
    "reservation": None,
    "position": 2,
}

JOIN_REQUEST = OpenApiExample(
    "Two, Friday between seven and half past eight",
    request_only=True,
    value={
        "restaurant": "bistro-anna",
        "date": "2026-12-04",
        "from_time": "19:00",
        "until_time": "20:30",
        "flexibility_minutes": 30,
        "party_size": 2,
        "guest_name": "Maria Jansen",
        "guest_email": "maria@example.com",
    },
)
CHANGE_REQUEST = OpenApiExample(
    "Half an hour later suits, too",
    request_only=True,
    value={"until_time": "21:00", "version": 1},
)
JOINED = OpenApiExample(
    "Second in line",
    response_only=True,
    status_codes=["201"],
    value={**_ENTRY, "token": "Zk9v…"},
)
WITH_OFFER = OpenApiExample(
    "A table is offered",
    response_only=True,
    status_codes=["200"],
    value={**_ENTRY, "status": "offered", "version": 2, "offer": _OFFER, "position": 1},
)
TABLE_FREE = OpenApiExample(
    "Nothing to wait for",
    response_only=True,
    status_codes=["409"],
    media_type="application/problem+json",
    value={
        "type": "/problems/table_free",
        "title": "A table is free: book it right away",
        "status": 409,
        "detail": "A table is free: book it right away",
        "code": "table_free",
        "errors": [],
        "alternatives": [
            {
                "date": "2026-12-04",
                "time": "20:15",
                "fold": 0,
                "starts_at": "2026-12-04T20:15:00+01:00",
                "utc_offset": "",
            }
        ],
    },
)
