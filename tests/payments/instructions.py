"""Instructions as they are given a minute after the guest has paid, and what is told of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from payments.events import InstructionRefused
from payments.models import Instruction, Payment
from payments.services import payment_authorise, payment_capture, payment_charge, payment_refund
from reservehub.core.actors import SYSTEM
from reservehub.core.models import OutboxEvent
from tests.factories import NOW, STAFF
from tests.payments.people import eur

SOON = timedelta(minutes=1)


def capture(payment: Payment, amount: int | None = None, **fields: Any) -> Instruction:
    return payment_capture(
        payment_id=payment.pk,
        amount=None if amount is None else eur(amount),
        **{"reason": "no-show", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def charge(payment: Payment, amount: int, **fields: Any) -> Instruction:
    return payment_charge(
        payment_id=payment.pk,
        amount=eur(amount),
        **{"reason": "no-show", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def refund(payment: Payment, amount: int | None = None, **fields: Any) -> Instruction | None:
    return payment_refund(
        payment_id=payment.pk,
        amount=None if amount is None else eur(amount),
        **{"reason": "cancelled", "actor": STAFF, "now": NOW + SOON, **fields},
    )


def authorise(payment: Payment, amount: int = 50_00) -> Instruction:
    return payment_authorise(
        payment_id=payment.pk, amount=eur(amount), actor=SYSTEM, now=NOW + SOON
    )


def refusals() -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(name=InstructionRefused.name).order_by("pk")
    return [row.payload for row in rows]


def status(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.status
