"""What touches the providers without a guest waiting. Nothing is lost while a worker is down
(rule 116): instructions and webhooks are rows, and the sweep finds what was missed.

Handed over twice, a row is worked on once; what waited in the queue for longer than a while is
dropped, as the sweep has queued it again.
"""

from __future__ import annotations

from celery import shared_task

from payments import services
from payments.services.instructing import CARRY_OUT_TASK, queue_now
from payments.services.receiving import HANDLE_TASK, receipt_queue_now
from payments.services.reconciling import account_reconcile, days_due
from reservehub.core import clock

_STALE_SECONDS = 120


@shared_task(name=CARRY_OUT_TASK, ignore_result=True, expires=_STALE_SECONDS)
def carry_out(instruction_id: int) -> str:
    """One attempt at one instruction; harmless when run twice."""
    return services.instruction_carry_out(instruction_id=instruction_id, now=clock.now()).value


@shared_task(name=HANDLE_TASK, ignore_result=True, expires=_STALE_SECONDS)
def handle_webhook(receipt_id: int) -> bool:
    """Do what a webhook asks for; harmless when run twice."""
    return services.receipt_handle(receipt_id=receipt_id, now=clock.now())


@shared_task(name="payments.sweep", ignore_result=True)
def sweep() -> int:
    """Queue what is due: retries, and what was lost with a broker or a worker. Returns how much."""
    now = clock.now()
    services.instructions_unstick(now=now)
    instructions = services.instructions_due(now=now)
    for instruction_id in instructions:
        queue_now(instruction_id)
    receipts = services.receipts_due(now=now)
    for receipt_id in receipts:
        receipt_queue_now(receipt_id)
    return len(instructions) + len(receipts)


@shared_task(name="payments.look_after_holds", ignore_result=True)
def look_after_holds() -> int:
    """Holds whose time is over."""
    return services.holds_run_out(now=clock.now())


@shared_task(name="payments.prune_webhooks", ignore_result=True)
def prune_webhooks() -> int:
    return services.receipts_prune(now=clock.now())


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile() -> int:
    """Compare the lists of the providers with ours for every day that is over. Returns how many
    days of how many accounts were compared.
    """
    now = clock.now()
    due = days_due(now=now)
    for account_id, since, until in due:
        account_reconcile(account_id=account_id, since=since, until=until, now=now)
    return len(due)
