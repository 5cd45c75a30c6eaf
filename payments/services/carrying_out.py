"""Carrying out instructions: claim, ask the provider, record.

The claim is a compare-and-swap on the status; the count of attempts is its fencing token: a refusal
from a worker that comes back late changes nothing. What the provider did is believed from anybody,
as it knows each key once. Between claim and record nothing is locked: the network lies there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from payments.facts import Status
from payments.gateways.base import (
    Answer,
    CannotAsk,
    Gateway,
    GatewayError,
    NotDone,
    Order,
    OutcomeUnknown,
    Refused,
)
from payments.models import Instruction, InstructionKind, InstructionStatus
from payments.models.instructions import IN_HAND
from payments.services.books import TAKINGS
from payments.services.consequences import end
from payments.services.orders import gateway_of, order_of
from payments.services.outcomes import (
    MAY_BE_DONE,
    OUTCOME_UNKNOWN,
    Outcome,
    card_forgotten,
    card_not_forgotten,
    instruction_answered,
    instruction_asked_about,
    instruction_later,
    instruction_refused,
    instruction_unknown,
    retry_in,
)
from reservehub.core.money import Money

logger = logging.getLogger(__name__)

REPEAT_FOR = timedelta(hours=20)
"""Stripe forgets a key after 24 hours: later the same call would act again, so then we only ask."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """An instruction on its way to the network.

    :param number: of the attempt; the fencing token
    :param only_asks: repeating it could act twice, or is not wanted any more: find out instead
    """

    instruction_id: int
    number: int
    kind: InstructionKind
    amount: Money
    key: str
    source: str
    order: Order
    gateway: Gateway
    only_asks: bool


def instruction_carry_out(
    *, instruction_id: int, now: datetime, is_asked_for: bool = False
) -> Outcome:
    """One attempt at one instruction; harmless when run twice. Call it outside any transaction.

    :param is_asked_for: somebody waits for it: do not wait until it is due
    """
    work = instruction_claim(instruction_id=instruction_id, now=now, is_asked_for=is_asked_for)
    if work is None:
        return Outcome.SKIPPED
    return _forget_card(work, now) if work.kind == InstructionKind.FORGET else _carry_out(work, now)


def _carry_out(work: Work, now: datetime) -> Outcome:
    if work.only_asks:
        return instruction_asked_about(
            instruction_id=work.instruction_id, number=work.number, found=_look_up(work), now=now
        )
    try:
        answer = _tell(work)
    except (Refused, CannotAsk) as error:
        # Perhaps it has already happened: the provider does not do it again then.
        found = _look_up(work) if _may_have_happened(work) else None
        return instruction_refused(
            instruction_id=work.instruction_id,
            number=work.number,
            code=error.code,
            needs_guest=isinstance(error, Refused) and error.needs_guest,
            found=found,
            now=now,
        )
    except NotDone as error:
        return instruction_later(
            instruction_id=work.instruction_id, number=work.number, code=error.code, now=now
        )
    except OutcomeUnknown as error:
        logger.warning("Instruction %s: outcome unknown: %s", work.instruction_id, error.code)
        return instruction_unknown(instruction_id=work.instruction_id, number=work.number, now=now)
    return instruction_answered(instruction_id=work.instruction_id, answer=answer, now=now)


def _forget_card(work: Work, now: datetime) -> Outcome:
    """Nothing is looked up: the same again is always safe, and what is gone is forgotten."""
    try:
        _tell(work)
    except (Refused, CannotAsk) as error:
        return instruction_refused(
            instruction_id=work.instruction_id,
            number=work.number,
            code=error.code,
            needs_guest=False,
            found=None,
            now=now,
        )
    except GatewayError as error:
        logger.warning("Instruction %s: card not forgotten: %s", work.instruction_id, error.code)
        return card_not_forgotten(
            instruction_id=work.instruction_id, number=work.number, code=error.code, now=now
        )
    return card_forgotten(instruction_id=work.instruction_id, now=now)


@transaction.atomic(durable=True)
def instruction_claim(
    *, instruction_id: int, now: datetime, is_asked_for: bool = False
) -> Work | None:
    """Take a due instruction for the network. None where somebody else has it, it is not due, it
    has to wait, or there is nothing to do any more.
    """
    found = _instruction(instruction_id)
    if found is None or found.status not in _TO_CLAIM:
        return None
    only_asks = _only_asks(found, now)
    mine = _mine(found, now, is_asked_for=is_asked_for)
    claim = {"attempts": F("attempts") + 1}
    if only_asks:
        claimed = mine.update(**claim, next_attempt_at=now + retry_in(found.attempts + 1))
    else:
        claimed = mine.update(**claim, status=InstructionStatus.UNDER_WAY, claimed_at=now)
    if not claimed:
        return None
    # Anew: what this one waited for may have changed the payment since.
    found = _instruction(instruction_id) or found
    if _is_needless(found):
        end(found, InstructionStatus.DONE, now)
        return None
    payment = found.payment
    return Work(
        instruction_id=found.pk,
        number=found.attempts,
        kind=InstructionKind(found.kind),
        amount=Money(found.amount_minor, payment.currency),
        key=found.key,
        source=found.source_token,
        order=order_of(payment, object_id=found.object_id),
        gateway=gateway_of(payment),
        only_asks=only_asks,
    )


def _instruction(instruction_id: int) -> Instruction | None:
    return Instruction.objects.select_related("payment__method").filter(pk=instruction_id).first()


def _mine(found: Instruction, now: datetime, *, is_asked_for: bool) -> QuerySet[Instruction]:
    """The instruction as it was read, if it is due and need not wait: what the swap compares."""
    mine = Instruction.objects.filter(pk=found.pk, status=found.status, attempts=found.attempts)
    if not is_asked_for:
        mine = mine.filter(next_attempt_at__lte=now)
    if found.kind == InstructionKind.RELEASE:
        mine = mine.exclude(_taking_in_hand())
    return mine


_TO_CLAIM = (InstructionStatus.QUEUED, InstructionStatus.UNCERTAIN, InstructionStatus.ACCEPTED)


def _only_asks(instruction: Instruction, now: datetime) -> bool:
    if instruction.kind == InstructionKind.FORGET:
        return False
    if instruction.status == InstructionStatus.ACCEPTED:
        return True
    if instruction.code not in MAY_BE_DONE:
        return False
    if instruction.created_at <= now - REPEAT_FOR:
        return True
    # A guest whose time is over shall not be charged by our asking again.
    return instruction.kind == InstructionKind.PAY and instruction.payment.closed_at is not None


def _taking_in_hand() -> Exists:
    return Exists(
        Instruction.objects.filter(
            payment=OuterRef("payment"), kind__in=TAKINGS, status__in=IN_HAND
        )
    )


def _is_needless(instruction: Instruction) -> bool:
    """Releasing what has been taken, or a card that was only saved."""
    if instruction.kind != InstructionKind.RELEASE:
        return False
    payment = instruction.payment
    return not payment.authorised_minor and payment.status != Status.CLOSED


def _tell(work: Work) -> Answer:  # noqa: PLR0911 - one for each kind
    """One call; see `payments.gateways.base.Gateway` for what it raises."""
    gateway, order, key = work.gateway, work.order, work.key
    match work.kind:
        case InstructionKind.PAY:
            return gateway.pay(order, source=work.source, key=key)
        case InstructionKind.CHARGE:
            return gateway.charge(order, work.amount, key=key)
        case InstructionKind.AUTHORISE:
            return gateway.authorise(order, work.amount, key=key)
        case InstructionKind.CAPTURE:
            return gateway.capture(order, work.amount, key=key)
        case InstructionKind.RELEASE:
            return gateway.release(order, key=key)
        case InstructionKind.REFUND:
            return gateway.refund(order, work.amount, key=key)
        case InstructionKind.FORGET:
            gateway.forget(order, key=key)
            return Answer()


def _may_have_happened(work: Work) -> bool:
    return work.number > 1 or work.kind not in (InstructionKind.PAY, InstructionKind.AUTHORISE)


def _look_up(work: Work) -> Answer | None:
    """What the provider knows; None where it cannot say."""
    try:
        return work.gateway.look_up(work.order)
    except GatewayError as error:
        logger.info("Instruction %s: no look-up: %s", work.instruction_id, error.code)
        return None


# --- The sweep --------------------------------------------------------------------------------


def stuck_after() -> timedelta:
    """Longer than any worker waits for any provider."""
    return timedelta(seconds=settings.RESERVEHUB_PAYMENT_STUCK_SECONDS)


def instructions_unstick(*, now: datetime) -> int:
    """Whose worker never came back may have been done: with the same key it is safe to ask again.
    Returns how many there were.
    """
    return Instruction.objects.filter(
        status=InstructionStatus.UNDER_WAY, claimed_at__lte=now - stuck_after()
    ).update(
        status=InstructionStatus.UNCERTAIN,
        code=OUTCOME_UNKNOWN,
        claimed_at=None,
        next_attempt_at=now,
    )


def instructions_due(*, now: datetime, limit: int = 500) -> list[int]:
    """What waits to be carried out or asked about, the longest waiting first."""
    due = Instruction.objects.filter(status__in=_TO_CLAIM, next_attempt_at__lte=now)
    ready = due.filter(~Q(kind=InstructionKind.RELEASE) | ~_taking_in_hand())
    return list(ready.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit])
