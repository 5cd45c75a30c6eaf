"""Telling the provider something: written with the decision, carried out after it commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from payments.models import Instruction, InstructionKind, InstructionStatus, Payment
from reservehub.core.actors import Actor
from reservehub.core.handover import Handover

CARRY_OUT_TASK = "payments.carry_out"

_carrying_out = Handover(CARRY_OUT_TASK)


def instruct(
    payment: Payment,
    kind: InstructionKind,
    amount_minor: int,
    *,
    object_id: str = "",
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Instruction:
    """Write an instruction and have it carried out after the commit. The caller holds the
    payment's lock and has seen that the books allow it.
    """
    instruction = instruction_row(
        payment,
        kind,
        amount_minor,
        object_id=object_id,
        reason=reason[:300],
        actor_user_id=actor.user_id,
        created_at=now,
        next_attempt_at=now,
    )
    instruction.save(force_insert=True)
    queue(instruction.pk)
    return instruction


def instruction_row(
    payment: Payment, kind: InstructionKind, amount_minor: int, **fields: object
) -> Instruction:
    """Not yet saved."""
    return Instruction(
        payment=payment, kind=kind, amount_minor=amount_minor, key=_new_key(payment), **fields
    )


def _new_key(payment: Payment) -> str:
    """45 characters, which is as many as Square takes; begins with the payment's number, so that
    one finds it in the provider's log.
    """
    return f"{payment.public_id.hex}-{uuid.uuid4().hex[:12]}"


def queue(instruction_id: int) -> None:
    """Have it carried out as soon as the transaction commits."""
    _carrying_out.after_commit(instruction_id)


def queue_now(instruction_id: int) -> None:
    """Put it on the broker.

    :raises kombu.exceptions.OperationalError: if it cannot be reached
    """
    _carrying_out.now(instruction_id)


def queue_what_waits(payment_id: int) -> None:
    """A release waits until no taking is in hand any more."""
    for pk in Instruction.objects.filter(
        payment_id=payment_id, kind=InstructionKind.RELEASE, status=InstructionStatus.QUEUED
    ).values_list("pk", flat=True):
        queue(pk)
