"""The money of reservations as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from bookings import selectors
from bookings.deposits import Kind, Terms, payment_reference
from bookings.lifecycle import Status
from bookings.models import DepositStatus, Reservation
from payments.models import Instruction, Payment
from payments.selectors import payments_of
from reservehub.core.money import Money

_PAYABLE = frozenset({Status.PENDING_PAYMENT, Status.CONFIRMED})


def moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 with the venue's offset at that moment."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def slot_deposit(terms: Terms | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """What a start costs; None for free ones."""
    if terms is None:
        return None
    currency, each = terms["currency"], terms["per_person_minor"]
    return {
        "kind": terms["kind"],
        "amount": Money(terms["limit_minor"], currency).as_json(),
        "per_person": Money(each, currency).as_json() if each else None,
        "refund_until": moment(datetime.fromisoformat(terms["refund_until"]), zone),
    }


def payment_data(reservation: Reservation) -> dict[str, Any] | None:
    """The `payment` of a reservation; None if nothing was ever asked for. No query.

    `pay_url` holds the guest's secret: it is empty here, and added to answers for those who may
    have it (`with_pay_url`), never to one that is kept for an idempotency key.
    """
    terms: Terms | None = reservation.policy_snapshot.get("deposit")
    if terms is None or reservation.deposit_status == DepositStatus.NOT_REQUIRED:
        return None
    zone, currency = ZoneInfo(reservation.restaurant.timezone), terms["currency"]
    due = max(reservation.deposit_minor, 0)
    is_card = terms["kind"] == Kind.GUARANTEE
    is_waiting = reservation.status == Status.PENDING_PAYMENT
    return {
        "status": reservation.deposit_status,
        "kind": terms["kind"],
        "amount": Money(0 if is_card else due, currency).as_json(),
        "limit": Money(due, currency).as_json(),
        "currency": currency,
        "pay_url": None,
        "expires_at": moment(reservation.expires_at, zone) if is_waiting else None,
        "refund_until": moment(datetime.fromisoformat(terms["refund_until"]), zone),
    }


def bill_data(reservation: Reservation) -> dict[str, Any] | None:
    """The `bill` of a visit; None if nobody entered it. No query."""
    if reservation.bill_minor is None:
        return None
    return Money(reservation.bill_minor, reservation.restaurant.currency).as_json()


def is_payable(reservation: Reservation) -> bool:
    """Whether the guest still has something to give."""
    return (
        reservation.deposit_status == DepositStatus.PENDING
        and Status(reservation.status) in _PAYABLE
    )


def pay_url(reservation: Reservation) -> str | None:
    """The absolute address of the page where the guest pays; None if there is nothing to pay."""
    if not is_payable(reservation):
        return None
    path = reverse("bookings:manage-pay", args=[selectors.manage_token_of(reservation)])
    return f"{settings.RESERVEHUB_BASE_URL}{path}"


def with_pay_url(body: dict[str, Any], reservation: Reservation) -> dict[str, Any]:
    """A reservation's JSON for whoever may pay for it."""
    if body.get("payment") is not None:
        body["payment"] = {**body["payment"], "pay_url": pay_url(reservation)}
    return body


def staff_payment_data(reservation: Reservation) -> dict[str, Any]:
    """With what came of it: two queries."""
    payments = list(payments_of(payment_reference(reservation.pk)).order_by("pk"))
    told = Instruction.objects.filter(payment__in=payments).order_by("created_at", "pk")
    known = payment_data(reservation) or {}
    currency = known["currency"]
    zone = ZoneInfo(reservation.restaurant.timezone)

    def total(name: str) -> dict[str, Any]:
        return Money(_sum(payments, name), currency).as_json()

    return {
        **known,
        "taken": total("captured_minor"),
        "refunded": total("refunded_minor"),
        "disputed": total("disputed_minor"),
        "held": total("authorised_minor"),
        "instructions": [
            {
                "kind": one.kind,
                "amount": Money(one.amount_minor, currency).as_json(),
                "status": one.status,
                "reason": one.reason,
                "code": one.code,
                "created_at": moment(one.created_at, zone),
            }
            for one in told
        ],
    }


def _sum(payments: list[Payment], name: str) -> int:
    return sum(getattr(payment, name) for payment in payments)
