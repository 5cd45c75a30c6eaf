"""What a provider does not tell, and people do: an instruction without word, a difference.

A person's word is no fact: it is written on the instruction, never into the ledger. Sums and states
stay as the provider told them, but what is said to be done is not done again. If the provider tells
after all, its word ends the instruction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments.errors import NothingToSettle
from payments.events import InstructionSettled
from payments.models import Difference, Instruction, InstructionKind, InstructionStatus, Payment
from payments.models.instructions import NO_WORD, SAID_NOT_DONE
from payments.services.books import payment_locked
from payments.services.consequences import end
from payments.services.telling import about
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound

SILENT = (InstructionStatus.ACCEPTED, InstructionStatus.UNCERTAIN)
CAN_BE_SAID_DONE = frozenset(
    {
        *(InstructionKind.CHARGE, InstructionKind.CAPTURE),
        *(InstructionKind.RELEASE, InstructionKind.REFUND, InstructionKind.FORGET),
    }
)
"""Not what a guest pays, nor what is held: without the provider's number nothing could be taken of
it or given back. Its webhook has to be sent again.
"""


@transaction.atomic
def instruction_settle(
    *, instruction_id: int, has_happened: bool, reason: str, actor: Actor, now: datetime
) -> Instruction:
    """Say what became of an instruction of which the provider has been asked in vain. Saying the
    same twice changes nothing; that it happened can be taken back. Callers have checked that the
    actor may.

    :raises NotFound: if there is no such instruction
    :raises NothingToSettle: if the provider has told, is still to be asked, or it cannot be said
    """
    payment, instruction = _locked(instruction_id)
    wanted = InstructionStatus.SAID_DONE if has_happened else InstructionStatus.REFUSED
    if instruction.was_settled and instruction.status == wanted:
        return instruction
    if not (_may_be_said_done(instruction) if has_happened else _may_be_said_not_done(instruction)):
        raise NothingToSettle
    was = str(instruction.status)
    instruction.settled_at, instruction.was_said_done = now, has_happened
    instruction.settled_by_id = actor.user_id
    instruction.settled_reason = reason[:300]
    instruction.code = "" if has_happened else SAID_NOT_DONE
    end(instruction, wanted, now)
    _record(payment, instruction, was=was, has_happened=has_happened, actor=actor, now=now)
    return instruction


def _locked(instruction_id: int) -> tuple[Payment, Instruction]:
    rows = Instruction.objects.filter(pk=instruction_id)
    payment_id = rows.values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NotFound
    payment = payment_locked(payment_id)
    return payment, rows.select_for_update().get()


def _is_silent(instruction: Instruction) -> bool:
    return instruction.status in SILENT and instruction.code == NO_WORD


def _may_be_said_done(instruction: Instruction) -> bool:
    return _is_silent(instruction) and instruction.kind in CAN_BE_SAID_DONE


def _may_be_said_not_done(instruction: Instruction) -> bool:
    return _is_silent(instruction) or instruction.status == InstructionStatus.SAID_DONE


def _record(
    payment: Payment,
    instruction: Instruction,
    *,
    was: str,
    has_happened: bool,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        actor=actor,
        action="payments.payment.settled_by_hand",
        obj=payment,
        now=now,
        restaurant_id=payment.restaurant_id,
        before={"instruction_id": instruction.pk, "status": was},
        after={
            "status": str(instruction.status),
            "kind": instruction.kind,
            "amount_minor": instruction.amount_minor,
            "currency": payment.currency,
            "has_happened": has_happened,
            "reason": instruction.settled_reason,
        },
    )
    events.publish(
        InstructionSettled(
            **about(payment, now),
            instruction_id=instruction.pk,
            kind=instruction.kind,
            has_happened=has_happened,
        )
    )


@transaction.atomic
def difference_look(*, difference_id: int, note: str, actor: Actor, now: datetime) -> Difference:
    """Say that somebody has looked at what the two books do not agree on. The first word stands;
    once more changes nothing. Callers have checked that the actor may.

    :raises NotFound: if there is no such difference
    """
    rows = Difference.objects.filter(pk=difference_id)
    is_first = rows.filter(looked_at=None).update(
        looked_at=now, looked_by_id=actor.user_id, note=note[:300]
    )
    difference = rows.select_related("reconciliation__account").first()
    if difference is None:
        raise NotFound
    if is_first:
        audit.record(
            actor=actor,
            action="payments.difference.looked_at",
            obj=difference,
            now=now,
            restaurant_id=difference.reconciliation.account.restaurant_id,
            after={
                "kind": difference.kind,
                "provider_id": difference.provider_id,
                "note": difference.note,
            },
        )
    return difference
