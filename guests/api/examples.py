"""Examples in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

_GUEST: dict[str, Any] = {
    "id": 12,
    "name": "Maria Jansen",
    "phone": "+31612345678",
    "email": "maria@example.com",
    "language": "nl",
    "is_vip": True,
    "is_blocked": False,
    "created_at": "2025-02-03T10:00:00+00:00",
    "tags": [{"id": 3, "name": "Regular", "colour": "green", "is_automatic": True}],
    "figures": {
        "bookings": 9,
        "visits": 7,
        "no_shows": 0,
        "cancellations": 1,
        "late_cancellations": 0,
        "upcoming": 1,
        "covers": 16,
        "spend_minor": 61250,
        "billed_visits": 6,
        "first_visit_on": "2025-02-07",
        "last_visit_on": "2026-10-30",
        "next_visit_on": "2026-12-04",
        "usual_party_size": 2,
        "usual_weekday": 4,
        "usual_hour": 19,
        "usual_area": 1,
        "lead_hours": 76,
    },
}

PROFILE = OpenApiExample(
    "A regular",
    response_only=True,
    status_codes=["200"],
    value={
        **_GUEST,
        "block_reason": "",
        "preferences": "The quiet corner",
        "preferred_features": ["window"],
        "dietary_needs": ["vegetarian"],
        "has_marketing_consent": True,
        "keeps_health_notes": False,
        "is_erased": False,
    },
)
NOTE_REQUEST = OpenApiExample(
    "Shown on arrival",
    request_only=True,
    value={"kind": "preference", "text": "Tea instead of coffee", "is_alert": True},
)
MERGED = OpenApiExample(
    "Two records became one",
    response_only=True,
    status_codes=["201"],
    value={
        "id": 4,
        "kept": 12,
        "merged": 57,
        "merged_at": "2026-11-21T10:00:00+00:00",
        "reversible_until": "2026-12-21T10:00:00+00:00",
        "undone_at": None,
    },
)
