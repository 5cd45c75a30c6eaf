"""What tests of other apps need to see events arrive."""

from __future__ import annotations

from datetime import datetime

from reservehub.core import clock
from reservehub.core.models import Delivery, DeliveryStatus
from reservehub.core.outbox import Outcome, delivery_run


class DeliveryFailed(AssertionError):
    """A handler raised; the message is what it raised."""


def run_deliveries(*, now: datetime | None = None) -> int:
    """Run what waits in the outbox, and what that publishes in turn; returns how many ran.

    :raises DeliveryFailed: if a handler raises
    """
    at = now or clock.now()
    count = 0
    pending = Delivery.objects.filter(status=DeliveryStatus.PENDING, attempts=0).order_by("pk")
    while (delivery := pending.first()) is not None:
        if delivery_run(delivery_id=delivery.pk, now=at) is not Outcome.DONE:
            delivery.refresh_from_db()
            raise DeliveryFailed(f"{delivery.handler}: {delivery.last_error}")
        count += 1
    return count
