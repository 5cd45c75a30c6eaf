"""Telling the workers that deliveries wait: best effort, as the sweep finds what was missed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from celery import current_app
from kombu.exceptions import OperationalError

from reservehub.core.background import Pump

#: Rows on their way and running workers carry this name: it may not change.
DELIVER_TASK = "core.deliver_many"
#: One message carries so many deliveries: messages cost more than short handlers, but a slow
#: handler holds up those behind it.
_MOST_TOGETHER = 20
#: The wait for company. A message costs the web process 1-2 ms of processor time, so under load
#: this keeps the queue at a tenth of a core instead of most of one.
_LINGER_SECONDS = 0.02


def queue_deliveries(delivery_ids: Sequence[int]) -> None:
    """Queue committed deliveries without waiting for the broker, and never fail.

    With ``CELERY_TASK_ALWAYS_EAGER`` they run here and now.
    """
    if current_app.conf.task_always_eager:
        send_deliveries(delivery_ids)
    else:
        for delivery_id in delivery_ids:
            _pump.put(delivery_id)


def send_deliveries(delivery_ids: Sequence[int]) -> None:
    """Put tasks on the broker, waiting for it.

    :raises kombu.exceptions.OperationalError: if the broker cannot be reached
    """
    for start in range(0, len(delivery_ids), _MOST_TOGETHER):
        chunk = list(delivery_ids[start : start + _MOST_TOGETHER])
        current_app.signature(DELIVER_TASK, args=(chunk,)).apply_async(retry=False)


def _send_or_leave_to_the_sweep(delivery_id: int) -> None:
    time.sleep(_LINGER_SECONDS)
    delivery_ids = [delivery_id, *_pump.take_waiting(_MOST_TOGETHER - 1)]
    try:
        send_deliveries(delivery_ids)
    except OperationalError as error:
        # Whatever waits would wait for the same time-out; the sweep does it later.
        lost = len(delivery_ids) + len(_pump.take_waiting())
        _pump.complain(f"the broker is down, left to the sweep: {error}", lost=lost)


_pump: Pump[int] = Pump("outbox-queue", _send_or_leave_to_the_sweep)
