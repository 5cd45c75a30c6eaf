"""Payments as they lie in the books, written straight into them: for pages that only read."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from bookings.deposits import payment_reference, terms_of
from bookings.models import DepositStatus, Reservation
from bookings.selectors.deposit_rules import rule_of
from payments.facts import FactKind, status_of, totals_of
from payments.models import LedgerEntry, Payment
from restaurants.models import Restaurant
from tests.factories import NOW

_number = count(1)


def make_payment(
    restaurant: Restaurant, *, reservation: Reservation | None = None, **fields: Any
) -> Payment:
    """A deposit of 40.00 that nobody has paid yet."""
    at = fields.pop("at", NOW)
    number = next(_number)
    reference = payment_reference(reservation.pk) if reservation else f"order:{number}"
    values = {
        "reference": reference,
        "provider": "simulator",
        "mode": "charge",
        "currency": "EUR",
        "amount_minor": 4000,
        "limit_minor": 4000,
        "description": f"{restaurant.name}, {reservation.reference if reservation else number}",
        "provider_id": f"pay_{number}",
        "created_at": at,
        "updated_at": at,
    }
    return Payment.objects.create(restaurant=restaurant, **{**values, **fields})


def note(
    payment: Payment, kind: FactKind, amount_minor: int = 0, *, at: datetime = NOW, **fields: Any
) -> LedgerEntry:
    """One more fact, and the sums that follow from all of them."""
    entry = LedgerEntry.objects.create(
        payment=payment,
        kind=kind.value,
        provider_id=f"fact_{next(_number)}",
        amount_minor=amount_minor,
        currency=payment.currency,
        source="webhook",
        occurred_at=at,
        recorded_at=at,
        **fields,
    )
    totals = totals_of(one.fact() for one in payment.entries.all())
    payment.status = status_of(totals, is_closed=payment.closed_at is not None).value
    payment.authorised_minor = totals.held
    payment.captured_minor = totals.captured
    payment.refunded_minor = totals.refunded
    payment.disputed_minor = totals.disputed
    payment.fee_minor = totals.fees
    payment.save()
    return entry


def paid(reservation: Reservation, amount_minor: int = 4000, *, at: datetime = NOW) -> Payment:
    """The deposit of a reservation, paid."""
    payment = make_payment(
        reservation.restaurant,
        reservation=reservation,
        amount_minor=amount_minor,
        limit_minor=amount_minor,
        at=at,
    )
    note(payment, FactKind.CAPTURED, amount_minor, at=at)
    reservation.deposit_status = DepositStatus.PAID
    reservation.save()
    return payment


def agree(reservation: Reservation, rule: Any) -> None:
    """The terms of a rule in the snapshot of a reservation."""
    terms = terms_of(
        rule_of(rule),
        party_size=reservation.party_size,
        currency=reservation.restaurant.currency,
        starts_at=reservation.starts_at,
        cancel_deadline_at=reservation.cancel_deadline_at,
    )
    reservation.policy_snapshot = {**reservation.policy_snapshot, "deposit": terms}
    reservation.deposit_minor = terms["limit_minor"]
    reservation.deposit_status = DepositStatus.PENDING
    reservation.save()
