"""What the guest starts: a try at paying, and a look at what became of it.

These speak to the provider at once, as the guest waits: call them outside any transaction.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from payments.errors import CardRefused, PaymentClosed, ProviderUnavailable
from payments.facts import Status
from payments.gateways.base import CannotAsk, GatewayError, Refused, Session
from payments.models import (
    Instruction,
    InstructionKind,
    LedgerSource,
    Payment,
)
from payments.models.instructions import IN_HAND
from payments.services.books import TAKINGS, books_of, payment_locked
from payments.services.carrying_out import instruction_carry_out
from payments.services.instructing import instruct, instruction_row
from payments.services.noting import payment_note
from payments.services.orders import gateway_of, order_of
from payments.services.outcomes import Outcome
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import NotFound

logger = logging.getLogger(__name__)


def payment_begin(*, payment_id: int, return_url: str, language: str, now: datetime) -> Session:
    """Prepare a try: what the guest's page needs to take the card at the provider's own form. The
    same try, asked for again, is the same at the provider.

    :raises NotFound: if there is no such payment
    :raises PaymentClosed: if it is paid, or the time to pay is over
    :raises ProviderUnavailable: if the provider cannot be reached
    """
    payment = _open(payment_id)
    try:
        session = gateway_of(payment).begin(
            order_of(payment), return_url=return_url, language=language
        )
    except Refused as error:
        return _begin_anew(payment, error, return_url=return_url, language=language, now=now)
    except GatewayError as error:
        raise _unavailable(payment, "begin", error) from error
    return _begun(payment, session, now)


def _begin_anew(
    payment: Payment, error: Refused, *, return_url: str, language: str, now: datetime
) -> Session:
    """The provider takes no card for this try any more: it may have been paid, or be dead."""
    seen = payment_look_up(payment_id=payment.pk, now=now)
    if seen.status != Status.OPEN:
        raise PaymentClosed from error
    if seen.attempt == payment.attempt:
        raise _unavailable(payment, "begin", error) from error
    try:
        session = gateway_of(seen).begin(order_of(seen), return_url=return_url, language=language)
    except GatewayError as again:
        raise _unavailable(payment, "begin", again) from again
    return _begun(seen, session, now)


@transaction.atomic(durable=True)
def _open(payment_id: int) -> Payment:
    payment = Payment.objects.select_related("method").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    if payment.status != Status.OPEN:
        raise PaymentClosed
    return payment


def _begun(asked: Payment, session: Session, now: datetime) -> Session:
    if not _keep_session(asked, session, now):
        raise PaymentClosed
    return session


@transaction.atomic
def _keep_session(asked: Payment, session: Session, now: datetime) -> bool:
    """Whether the guest may still pay in it. One that was closed in the meantime is given up at
    the provider as well.
    """
    payment = payment_locked(asked.pk)
    if payment.status == Status.OPEN:
        if payment.attempt == asked.attempt and payment.provider_id != session.provider_id:
            payment.provider_id = session.provider_id
            payment.updated_at = now
            payment.save(update_fields=["provider_id", "updated_at"])
        return True
    if payment.status == Status.CLOSED and payment.provider_id != session.provider_id:
        instruct(
            payment,
            InstructionKind.RELEASE,
            0,
            object_id=session.provider_id,
            actor=SYSTEM,
            now=now,
        )
    return False


def payment_pay(*, payment_id: int, source: str, now: datetime) -> Payment:
    """Pay with a one-time token that the provider's form has made in the guest's page.

    An earlier try whose answer was lost is settled first, so that nothing is charged twice.

    :raises NotFound: if there is no such payment
    :raises PaymentClosed: if it is paid, or the time to pay is over
    :raises CardRefused: if the bank said no; `refusal` is the provider's code
    :raises ProviderUnavailable: if the provider cannot be reached, or its answer was lost: it is
        asked again by itself
    """
    earlier = Instruction.objects.filter(
        payment_id=payment_id, kind=InstructionKind.PAY, status__in=IN_HAND
    ).first()
    if earlier is not None:
        outcome = instruction_carry_out(instruction_id=earlier.pk, now=now, is_asked_for=True)
        if outcome is not Outcome.REFUSED or earlier.source_token == source:
            return _paid(payment_id, earlier.pk, outcome)
    instruction_id = _claim_pay(payment_id, source, now)
    outcome = instruction_carry_out(instruction_id=instruction_id, now=now)
    return _paid(payment_id, instruction_id, outcome)


def _claim_pay(payment_id: int, source: str, now: datetime) -> int:
    try:
        return _write_pay(payment_id, source, now)
    except IntegrityError as error:  # another tab of the guest's was faster
        raise ProviderUnavailable from error


@transaction.atomic(durable=True)
def _write_pay(payment_id: int, source: str, now: datetime) -> int:
    payment = payment_locked(payment_id)
    if payment.status != Status.OPEN:
        raise PaymentClosed
    if books_of(payment).in_hand(*TAKINGS):
        raise ProviderUnavailable
    instruction = instruction_row(
        payment,
        InstructionKind.PAY,
        payment.amount_minor,
        source_token=source,
        created_at=now,
        next_attempt_at=now,
    )
    instruction.save(force_insert=True)
    return instruction.pk


def _paid(payment_id: int, instruction_id: int, outcome: Outcome) -> Payment:
    """What the guest is told."""
    if outcome in (Outcome.DONE, Outcome.ACCEPTED):
        return _known(payment_id)
    if outcome is Outcome.REFUSED:
        raise CardRefused(refusal=Instruction.objects.get(pk=instruction_id).code)
    raise ProviderUnavailable


def payment_look_up(*, payment_id: int, now: datetime) -> Payment:
    """Ask the provider what became of a payment, and write it down; what we know, where it cannot
    be asked or does not answer.

    :raises NotFound: if there is no such payment
    """
    payment = _known(payment_id)
    if not _was_begun(payment):
        return payment
    try:
        return payment_ask(payment_id=payment_id, now=now)
    except CannotAsk:
        return payment
    except GatewayError as error:
        logger.warning("Payment %s: no answer to a look-up: %s", payment_id, error.code)
        return payment


def payment_ask(*, payment_id: int, now: datetime) -> Payment:
    """`payment_look_up` for those who can try again.

    :raises GatewayError: if the provider cannot be asked or does not answer
    """
    payment = _known(payment_id)
    answer = gateway_of(payment).look_up(order_of(payment))
    return payment_note(
        payment_id=payment.pk,
        answer=answer,
        source=LedgerSource.LOOK_UP,
        object_id=payment.provider_id,
        now=now,
    )


@transaction.atomic(durable=True)
def _known(payment_id: int) -> Payment:
    payment = Payment.objects.select_related("method").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    return payment


def _was_begun(payment: Payment) -> bool:
    return bool(payment.provider_id) or payment.attempt > 1 or payment.instructions.exists()


def _unavailable(payment: Payment, what: str, error: GatewayError) -> ProviderUnavailable:
    logger.warning("Payment %s: %s failed: %s", payment.pk, what, error.code)
    return ProviderUnavailable()
