"""The simulator's own work in the background."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from payments.gateways.simulator import merchant, sending
from reservehub.core import clock


@shared_task(name=sending.POST_TASK, ignore_result=True)
def post_event(event_pk: int) -> bool:
    """One try at one message to ourselves; harmless when run twice."""
    return sending.event_post(event_pk=event_pk, now=clock.now())


@shared_task(name="payments.run_simulator", ignore_result=True)
def run_simulator() -> int:
    """Let holds run out, and post what is due. Returns how many messages were taken."""
    if not settings.RESERVEHUB_PAYMENT_SIMULATOR:
        return 0
    now = clock.now()
    merchant.holds_run_out(now=now)
    return sum(sending.event_post(event_pk=pk, now=now) for pk in sending.events_due(now=now))
