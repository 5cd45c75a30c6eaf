"""Work by the clock. Nothing is wrong while a worker is down: state is decided when it is read
(rule 116).
"""

from __future__ import annotations

from celery import shared_task

from bookings.lifecycle import AWAITING
from bookings.models import Reservation
from bookings.services import holds_tidy, reservation_expire
from reservehub.core import clock
from reservehub.core.actors import SYSTEM

BATCH = 500


@shared_task(ignore_result=True)
def expire_requests() -> int:
    """Expire requests that nobody answered (rule 54). Returns how many."""
    now = clock.now()
    due = Reservation.objects.filter(status__in=AWAITING, expires_at__lte=now).order_by(
        "expires_at"
    )
    expired = 0
    for reservation_id in due.values_list("pk", flat=True)[:BATCH]:
        if reservation_expire(reservation_id=reservation_id, actor=SYSTEM, now=now) is not None:
            expired += 1
    return expired


@shared_task(ignore_result=True)
def tidy_holds() -> int:
    """Delete expired holds. Returns how many."""
    return holds_tidy(now=clock.now())
