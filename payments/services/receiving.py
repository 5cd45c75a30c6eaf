"""Webhooks: written down once, handled after the commit, whatever order they come in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from payments.gateways.base import CannotAsk, GatewayError, Notice
from payments.models import Instruction, LedgerEntry, LedgerSource, Payment, WebhookReceipt
from payments.services.noting import payment_note
from payments.services.outcomes import retry_in
from payments.services.trying import payment_ask
from reservehub.core.codec import from_payload, to_payload
from reservehub.core.handover import Handover

HANDLE_TASK = "payments.handle_webhook"
UNKNOWN_PAYMENT = "unknown_payment"
OTHER_ACCOUNT = "other_account"
"""Somebody else's account names a payment of ours: what it says of it is not believed."""
STRANGER_TRIES = 8
"""About an hour: so long we may take to learn the number of a payment that is told already. After
that it belongs to another system with the same account.
"""
GIVE_UP_AFTER = timedelta(days=3)
KEEP_HANDLED = timedelta(days=90)

logger = logging.getLogger(__name__)
_handling = Handover(HANDLE_TASK)


@transaction.atomic
def notices_receive(*, provider: str, notices: Iterable[Notice], now: datetime) -> None:
    """Write down what a provider has told; told again, it is the same. Handled after the commit."""
    rows = [
        WebhookReceipt(
            provider=provider,
            event_id=notice.event_id,
            kind=notice.kind[:100],
            notice=to_payload(notice),
            received_at=now,
            next_attempt_at=now,
        )
        for notice in notices
    ]
    WebhookReceipt.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = WebhookReceipt.objects.filter(
        provider=provider, event_id__in=[row.event_id for row in rows], handled_at=None
    )
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        _handling.after_commit(pk)


def receipt_handle(*, receipt_id: int, now: datetime) -> bool:
    """Do what a webhook asks for; harmless when run twice. Whether it is handled now.

    Call it outside any transaction: the provider may have to be asked.
    """
    receipt = _claim(receipt_id, now)
    if receipt is None:
        return False
    notice = from_payload(Notice, receipt.notice)
    payment = payment_of_notice(receipt.provider, notice)
    if payment is None:
        return _later(receipt, UNKNOWN_PAYMENT, now, is_over=receipt.attempts >= STRANGER_TRIES)
    if notice.account not in (None, payment.account_name):
        logger.warning("Webhook %s: of another account than its payment", receipt.pk)
        return _later(receipt, OTHER_ACCOUNT, now, is_over=True)
    try:
        _handle(payment, notice, now)
    except CannotAsk as error:
        return _later(receipt, error.code, now, is_over=True)
    except GatewayError as error:
        return _later(receipt, error.code, now, is_over=receipt.received_at <= now - GIVE_UP_AFTER)
    return _later(receipt, "", now, is_over=True)


def _handle(payment: Payment, notice: Notice, now: datetime) -> None:
    if notice.answer is None:
        payment_ask(payment_id=payment.pk, now=now)
        return
    payment_note(
        payment_id=payment.pk,
        answer=notice.answer,
        source=LedgerSource.WEBHOOK,
        object_id=notice.provider_id,
        now=now,
    )


def _claim(receipt_id: int, now: datetime) -> WebhookReceipt | None:
    """The receipt, if it is due and nobody else is at it; it is due again after a while, should
    its worker die.
    """
    due = WebhookReceipt.objects.filter(pk=receipt_id, handled_at=None, next_attempt_at__lte=now)
    receipt = due.first()
    if receipt is None:
        return None
    claimed = due.filter(attempts=receipt.attempts).update(
        attempts=receipt.attempts + 1, next_attempt_at=now + retry_in(receipt.attempts + 1)
    )
    if not claimed:
        return None
    receipt.attempts += 1
    return receipt


def _later(receipt: WebhookReceipt, error: str, now: datetime, *, is_over: bool) -> bool:
    if is_over:
        receipt.notice = _without_card(receipt.notice)
    receipt.handled_at = now if is_over else None
    receipt.last_error = error[:200]
    receipt.save(update_fields=["notice", "handled_at", "last_error"])
    return is_over


def _without_card(notice: Mapping[str, Any]) -> dict[str, Any]:
    """What a webhook said of a card is kept with its payment, as long as that is needed."""
    answer = notice.get("answer")
    return {**notice, "answer": {**answer, "card": None}} if answer else {**notice}


def payment_of_notice(provider: str, notice: Notice) -> Payment | None:
    """Whose payment an event is about: by our number, else by one of the provider's."""
    payments = Payment.objects.filter(provider=provider)
    number = _uuid(notice.public_id)
    if number is not None and (found := payments.filter(public_id=number).first()):
        return found
    their_number = notice.provider_id
    if not their_number:
        return None
    entries = LedgerEntry.objects.filter(
        Q(object_id=their_number) | Q(provider_id=their_number), payment__provider=provider
    )
    instructions = Instruction.objects.filter(provider_id=their_number, payment__provider=provider)
    return (
        payments.filter(provider_id=their_number).first()
        or payments.filter(pk__in=entries.values("payment")[:1]).first()
        or payments.filter(pk__in=instructions.values("payment")[:1]).first()
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def receipts_due(*, now: datetime, limit: int = 500) -> list[int]:
    """What waits to be handled, the longest waiting first."""
    due = WebhookReceipt.objects.filter(handled_at=None, next_attempt_at__lte=now)
    return list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit])


def receipt_queue_now(receipt_id: int) -> None:
    """Put it on the broker.

    :raises kombu.exceptions.OperationalError: if it cannot be reached
    """
    _handling.now(receipt_id)


def receipts_prune(*, now: datetime) -> int:
    """Delete what was handled long ago; the ledger keeps what it said. Returns how many."""
    old = WebhookReceipt.objects.filter(handled_at__lt=now - KEEP_HANDLED)
    return old.delete()[0]
