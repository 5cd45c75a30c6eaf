"""Examples of money in the OpenAPI document: the same evening, with a deposit."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _euros(cents: int) -> dict[str, Any]:
    return {"amount_minor": cents, "currency": "EUR"}


SLOT_DEPOSIT: dict[str, Any] = {
    "kind": "deposit",
    "amount": _euros(4000),
    "per_person": _euros(2000),
    "refund_until": "2026-12-03T19:30:00+01:00",
}
_PAYMENT: dict[str, Any] = {
    "status": "pending",
    "kind": "deposit",
    "amount": _euros(4000),
    "limit": _euros(4000),
    "currency": "EUR",
    "pay_url": "https://book.example.com/b/Zk9v…/pay/",
    "expires_at": "2026-11-21T14:00:00+01:00",
    "refund_until": "2026-12-03T19:30:00+01:00",
}
_PAID: dict[str, Any] = {**_PAYMENT, "status": "paid", "pay_url": None, "expires_at": None}
_STAFF: dict[str, Any] = {
    **_PAID,
    "taken": _euros(4000),
    "refunded": _euros(0),
    "disputed": _euros(0),
    "held": _euros(0),
    "instructions": [],
}

RESERVATION_PAYMENT = _PAID
PAYMENT = OpenApiExample("Paid", response_only=True, status_codes=["200"], value=_STAFF)
TO_PAY = OpenApiExample("To be paid", response_only=True, status_codes=["200"], value=_PAYMENT)
REFUND_REQUEST = OpenApiExample(
    "Ten euros for a cold soup",
    request_only=True,
    value={"amount": _euros(1000), "reason": "The soup was cold"},
)
REFUNDED = OpenApiExample(
    "On its way",
    response_only=True,
    status_codes=["200"],
    value={
        **_STAFF,
        "instructions": [
            {
                "kind": "refund",
                "amount": _euros(1000),
                "status": "queued",
                "reason": "The soup was cold",
                "code": "",
                "created_at": "2026-12-05T10:00:00+01:00",
            }
        ],
    },
)
FEE_REQUEST = OpenApiExample(
    "Two of six did not come",
    request_only=True,
    value={"missing": 2, "reason": "Came with four"},
)
BILL_REQUEST = OpenApiExample("Dinner for two", request_only=True, value={"amount": _euros(12_050)})
ASK_REQUEST = OpenApiExample(
    "Twenty euros of each, by tomorrow noon",
    request_only=True,
    value={
        "kind": "deposit",
        "amount": _euros(2000),
        "is_per_person": True,
        "until": "2026-11-22T12:00:00+01:00",
    },
)
ASKED = OpenApiExample(
    "Asked for",
    response_only=True,
    status_codes=["200"],
    value={
        **_STAFF,
        "status": "pending",
        "expires_at": "2026-11-22T12:00:00+01:00",
        "taken": _euros(0),
    },
)
