"""What follows from the ledger by itself: the accepted is settled, the surplus goes back."""

from __future__ import annotations

from datetime import datetime

from payments.facts import held_by_object
from payments.models import Instruction, InstructionKind, InstructionStatus
from payments.services.books import SURPLUS, TAKINGS, Books
from payments.services.instructing import instruct, queue_what_waits
from payments.services.telling import tell_refusal
from reservehub.core.actors import SYSTEM


def consequences(books: Books, *, now: datetime) -> None:
    """The caller holds the payment's lock, and has written new entries."""
    # What waits for the provider comes before what a person has settled: of two of one amount the
    # number may be anybody's.
    for instruction in sorted(books.instructions, key=lambda one: one.was_settled):
        if instruction.status == InstructionStatus.ACCEPTED or instruction.was_settled:
            instruction_settle_by_books(books, instruction, now)
    _give_surplus_back(books, now)
    _release_surplus(books, now)


def instruction_settle_by_books(books: Books, instruction: Instruction, now: datetime) -> bool:
    """End an instruction whose outcome stands in the ledger, whatever a person has said of it;
    whether it does.
    """
    if books.has_failed(instruction) and instruction.status != InstructionStatus.REFUSED:
        instruction.code = instruction.code or "failed_later"
        end(instruction, InstructionStatus.REFUSED, now)
        tell_refusal(books.payment, instruction, now)
        return True
    if books.has_happened(instruction):
        effect = books.effect_of(instruction)
        if effect is not None and not instruction.has_number:
            instruction.provider_id = effect.provider_id
        end(instruction, InstructionStatus.DONE, now)
        return True
    return False


def end(instruction: Instruction, status: InstructionStatus, now: datetime) -> None:
    """Nothing more will come of it. What waited for it is queued."""
    instruction.status = status
    instruction.finished_at = now
    instruction.claimed_at = None
    instruction.source_token = ""
    if instruction.kind == InstructionKind.FORGET:
        instruction.object_id = ""  # the card's token, which was kept to be forgotten
    if status == InstructionStatus.DONE:
        instruction.code = ""
    instruction.save()
    if instruction.kind in TAKINGS:
        queue_what_waits(instruction.payment_id)


def _give_surplus_back(books: Books, now: datetime) -> None:
    """Two tries have both paid: what is beyond the agreement is not ours."""
    left = books.surplus()
    if left <= 0:
        return
    refundable = books.refundable()
    # The object the payment does not point at was the second one.
    for object_id in sorted(refundable, key=lambda one: one == books.payment.provider_id):
        amount = min(left, refundable[object_id])
        if amount > 0:
            books.instructions.append(
                instruct(
                    books.payment,
                    InstructionKind.REFUND,
                    amount,
                    object_id=object_id,
                    reason=SURPLUS,
                    actor=SYSTEM,
                    now=now,
                )
            )
            left -= amount


def _release_surplus(books: Books, now: datetime) -> None:
    """Give up a hold that can never be taken, as another one or a payment fills the limit."""
    payment = books.payment
    held = held_by_object(entry.fact() for entry in books.entries)
    told = {one.object_id for one in books.instructions if one.kind == InstructionKind.RELEASE}
    told |= {one.object_id for one in books.said_taken()}
    room = books.room()
    for object_id in sorted(held, key=lambda one: (one != payment.provider_id, one)):
        if held[object_id] <= room:
            room -= held[object_id]
        elif object_id not in told:
            books.instructions.append(
                instruct(
                    payment,
                    InstructionKind.RELEASE,
                    held[object_id],
                    object_id=object_id,
                    reason=SURPLUS,
                    actor=SYSTEM,
                    now=now,
                )
            )
