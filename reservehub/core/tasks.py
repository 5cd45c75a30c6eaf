"""Scheduled and queued work of the kernel."""

from __future__ import annotations

from celery import shared_task

from reservehub.core import audit, clock, dispatch, idempotency, outbox


@shared_task(name="core.deliver")
def deliver(delivery_id: int) -> str:
    """Run one delivery; harmless when run twice."""
    return outbox.delivery_run(delivery_id=delivery_id, now=clock.now()).value


@shared_task(name=dispatch.DELIVER_TASK)
def deliver_many(delivery_ids: list[int]) -> None:
    """Run deliveries one by one; the failure of one is its own."""
    for delivery_id in delivery_ids:
        outbox.delivery_run(delivery_id=delivery_id, now=clock.now())


@shared_task(name="core.sweep_deliveries")
def sweep_deliveries() -> int:
    """Queue what is due: retries, and what was lost with a broker or a worker."""
    delivery_ids = outbox.deliveries_claim_due(now=clock.now())
    dispatch.send_deliveries(delivery_ids)
    return len(delivery_ids)


@shared_task(name="core.prune_outbox")
def prune_outbox() -> int:
    return outbox.outbox_prune(now=clock.now())


@shared_task(name="core.prune_audit")
def prune_audit() -> int:
    return audit.audit_prune(now=clock.now())


@shared_task(name="core.prune_idempotency")
def prune_idempotency() -> int:
    return idempotency.idempotency_prune(now=clock.now())
