"""Telling the workers that a delivery waits: best effort, as the sweep finds what was missed."""

from __future__ import annotations

from celery import current_app
from kombu.exceptions import OperationalError

from reservehub.core.background import Pump

#: Rows on their way and running workers carry this name: it may not change.
DELIVER_TASK = "core.deliver"


def queue_delivery(delivery_id: int) -> None:
    """Queue a committed delivery without waiting for the broker, and never fail.

    With ``CELERY_TASK_ALWAYS_EAGER`` the delivery runs here and now.
    """
    if current_app.conf.task_always_eager:
        send_delivery(delivery_id)
    else:
        _pump.put(delivery_id)


def send_delivery(delivery_id: int) -> None:
    """Put the task on the broker, waiting for it.

    :raises kombu.exceptions.OperationalError: if the broker cannot be reached
    """
    current_app.signature(DELIVER_TASK, args=(delivery_id,)).apply_async(retry=False)


def _send_or_leave_to_the_sweep(delivery_id: int) -> None:
    try:
        send_delivery(delivery_id)
    except OperationalError as error:
        # Whatever waits would wait for the same time-out; the sweep does it later.
        lost = 1 + _pump.discard_waiting()
        _pump.complain(f"the broker is down, left to the sweep: {error}", lost=lost)


_pump: Pump[int] = Pump("outbox-queue", _send_or_leave_to_the_sweep)
