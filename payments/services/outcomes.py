"""What becomes of an instruction once the provider has answered, or has not."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer
from payments.models import (
    Instruction,
    InstructionKind,
    InstructionStatus,
    LedgerSource,
    Payment,
)
from payments.models.instructions import IN_HAND, NO_WORD
from payments.services.books import EFFECTS, Books, books_of, payment_locked
from payments.services.consequences import end, instruction_settle_by_books
from payments.services.noting import answer_note
from payments.services.telling import tell_refusal

logger = logging.getLogger(__name__)

OUTCOME_UNKNOWN = "outcome_unknown"
"""Code of an instruction that may have been done already."""
MAY_BE_DONE = (OUTCOME_UNKNOWN, NO_WORD)
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
"""What certainly was not done is not tried for longer: a person decides whether it is still wanted.
"""
WAIT_FOR_WORD = timedelta(days=1)
"""After so long without an outcome people are told; refunds of some banks take days."""
MAKES_OBJECTS = (InstructionKind.PAY, InstructionKind.CHARGE, InstructionKind.AUTHORISE)


class Outcome(Enum):
    DONE = "done"
    ACCEPTED = "accepted"
    """The provider has taken it on and tells later what became of it."""
    REFUSED = "refused"
    LATER = "later"
    """Certainly not done; the sweep tries again, except for a guest who waits."""
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    """Somebody else has it, it is not due, or it is finished."""


def retry_in(attempts: int) -> timedelta:
    """Exponential back-off after so many attempts, with a quarter of jitter either way."""
    delay: timedelta = min(FIRST_RETRY * int(2 ** min(attempts - 1, 20)), LONGEST_RETRY)
    return delay * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing


@transaction.atomic
def instruction_answered(
    *,
    instruction_id: int,
    answer: Answer,
    now: datetime,
) -> Outcome:
    """The provider has done it, or taken it on. Believed also after the sweep gave the attempt up:
    each key acts once, so every answer is about the same act.
    """
    payment, instruction = _locked(instruction_id)
    kind = InstructionKind(instruction.kind)
    number = _number_of(instruction, answer)
    if number and not instruction.has_number:
        instruction.provider_id = number
        instruction.save(update_fields=["provider_id"])
    if kind in MAKES_OBJECTS:
        if answer.provider_id and answer.provider_id != payment.provider_id:
            payment.provider_id = answer.provider_id
            payment.save(update_fields=["provider_id"])
    else:  # its number is that of the refund, the capture: not of a payment
        answer = replace(answer, provider_id="")
    answer_note(
        payment, answer, source=LedgerSource.ANSWER, object_id=instruction.object_id, now=now
    )
    instruction.refresh_from_db()
    if instruction.status not in IN_HAND:
        return _ended(instruction)
    if instruction_settle_by_books(books_of(payment), instruction, now):
        return _ended(instruction)
    instruction.status = InstructionStatus.ACCEPTED
    instruction.claimed_at = None
    instruction.code = ""
    instruction.next_attempt_at = now + LONGEST_RETRY
    instruction.save()
    return Outcome.ACCEPTED


def _number_of(instruction: Instruction, answer: Answer) -> str:
    """The provider's number of what was done: as it says, else that of the fact it tells."""
    if answer.provider_id not in ("", instruction.object_id):
        return answer.provider_id
    effects = EFFECTS[InstructionKind(instruction.kind)]
    told = [fact.provider_id for fact in answer.facts if fact.kind in effects]
    return told[0] if len(told) == 1 else ""


@transaction.atomic
def instruction_refused(
    *,
    instruction_id: int,
    number: int,
    code: str,
    needs_guest: bool,
    found: Answer | None,
    now: datetime,
) -> Outcome:
    """The provider will not.

    :param found: all that it knows of the payment, as it may have been done before
    """
    payment, instruction = _locked(instruction_id)
    if found is not None:
        answer_note(payment, found, source=LedgerSource.LOOK_UP, now=now)
        instruction.refresh_from_db()
    if not _is_current(instruction, number):
        return _ended(instruction)
    books = books_of(payment)
    # Nothing is left to be released, whoever did it.
    can_tell = found is not None or instruction.kind == InstructionKind.RELEASE
    if can_tell and instruction_settle_by_books(books, instruction, now):
        return _ended(instruction)
    return _refuse(books, instruction, code, now, needs_guest=needs_guest)


@transaction.atomic
def instruction_later(*, instruction_id: int, number: int, code: str, now: datetime) -> Outcome:
    """This attempt certainly did nothing: another one later. A guest who waits is told at once, so
    what they started ends.
    """
    payment, instruction = _locked(instruction_id)
    if not _is_current(instruction, number):
        return _ended(instruction)
    was_unknown = instruction.code in MAY_BE_DONE
    is_over = instruction.created_at <= now - GIVE_UP_AFTER
    if not was_unknown and (is_over or instruction.kind == InstructionKind.PAY):
        _refuse(books_of(payment), instruction, code, now)
        return Outcome.LATER if instruction.kind == InstructionKind.PAY else Outcome.REFUSED
    _wait(
        instruction,
        InstructionStatus.UNCERTAIN if was_unknown else InstructionStatus.QUEUED,
        now,
        code=instruction.code if was_unknown else code,
    )
    return Outcome.LATER


@transaction.atomic
def instruction_unknown(*, instruction_id: int, number: int, now: datetime) -> Outcome:
    """It may have been done: asked again with the same key."""
    _payment, instruction = _locked(instruction_id)
    if not _is_current(instruction, number):
        return _ended(instruction)
    _wait(instruction, InstructionStatus.UNCERTAIN, now, code=OUTCOME_UNKNOWN)
    return Outcome.UNKNOWN


@transaction.atomic
def card_forgotten(*, instruction_id: int, now: datetime) -> Outcome:
    """The provider has deleted a card, or has none any more; whatever a person has said of it."""
    _payment, instruction = _locked(instruction_id)
    if instruction.status in IN_HAND or instruction.was_settled:
        end(instruction, InstructionStatus.DONE, now)
    return _ended(instruction)


@transaction.atomic
def card_not_forgotten(*, instruction_id: int, number: int, code: str, now: datetime) -> Outcome:
    """Nobody can say that a card was deleted: it is told again until it is, as it was promised.
    People hear of it once, after a day.
    """
    payment, instruction = _locked(instruction_id)
    if not _is_current(instruction, number):
        return _ended(instruction)
    if instruction.created_at > now - WAIT_FOR_WORD:
        _wait(instruction, InstructionStatus.QUEUED, now, code=code)
        return Outcome.LATER
    was_told = instruction.code == NO_WORD
    _wait(instruction, InstructionStatus.UNCERTAIN, now, code=NO_WORD)
    if not was_told:
        tell_refusal(payment, instruction, now)
    return Outcome.UNKNOWN


@transaction.atomic
def instruction_asked_about(
    *, instruction_id: int, number: int, found: Answer | None, now: datetime
) -> Outcome:
    """What the provider says of something that may have been done.

    :param found: None where it cannot be asked: then its webhooks or a person must tell
    """
    payment, instruction = _locked(instruction_id)
    if found is not None:
        answer_note(payment, found, source=LedgerSource.LOOK_UP, now=now)
        instruction.refresh_from_db()
    if instruction.status not in IN_HAND or instruction.attempts != number:
        return _ended(instruction)
    books = books_of(payment)
    if instruction_settle_by_books(books, instruction, now):
        return _ended(instruction)
    if found is not None and instruction.status == InstructionStatus.UNCERTAIN:
        return _refuse(books, instruction, "not_done", now)
    is_old = instruction.created_at <= now - WAIT_FOR_WORD
    if is_old and instruction.code != NO_WORD:
        # People are told once; it stays in hand, as it may still have moved money.
        instruction.code = NO_WORD
        instruction.save(update_fields=["code"])
        tell_refusal(payment, instruction, now)
    return Outcome.UNKNOWN


def _locked(instruction_id: int) -> tuple[Payment, Instruction]:
    payment_id = Instruction.objects.values_list("payment_id", flat=True).get(pk=instruction_id)
    payment = payment_locked(payment_id)
    return payment, Instruction.objects.select_for_update().get(pk=instruction_id)


def _is_current(instruction: Instruction, number: int) -> bool:
    return instruction.status == InstructionStatus.UNDER_WAY and instruction.attempts == number


def _ended(instruction: Instruction) -> Outcome:
    """As somebody else has left it."""
    return {
        InstructionStatus.DONE.value: Outcome.DONE,
        InstructionStatus.ACCEPTED.value: Outcome.ACCEPTED,
        InstructionStatus.REFUSED.value: Outcome.REFUSED,
    }.get(instruction.status, Outcome.SKIPPED)


def _wait(instruction: Instruction, status: InstructionStatus, now: datetime, *, code: str) -> None:
    instruction.status = status
    instruction.code = code[:100]
    instruction.claimed_at = None
    instruction.next_attempt_at = now + retry_in(instruction.attempts)
    instruction.save(update_fields=["status", "code", "claimed_at", "next_attempt_at"])


def _refuse(
    books: Books, instruction: Instruction, code: str, now: datetime, *, needs_guest: bool = False
) -> Outcome:
    instruction.code = code[:100]
    instruction.needs_guest = needs_guest
    end(instruction, InstructionStatus.REFUSED, now)
    if instruction.kind == InstructionKind.PAY:
        # The guest is there: a refusal of theirs, in the ledger like those of the other providers.
        refusal = Fact(
            kind=FactKind.REFUSED,
            provider_id=instruction.key,
            amount_minor=0,
            currency=books.payment.currency,
            occurred_at=now,
            code=instruction.code,
        )
        answer_note(books.payment, Answer(facts=(refusal,)), source=LedgerSource.ANSWER, now=now)
    else:
        tell_refusal(books.payment, instruction, now)
    return Outcome.REFUSED
