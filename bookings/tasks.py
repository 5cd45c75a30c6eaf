"""Work by the clock. Nothing is wrong while a worker is down: state is decided when it is read
(rule 116).
"""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from bookings import services
from bookings.lifecycle import AWAITING, Status
from bookings.models import Deposit, Reservation
from bookings.services import (
    holds_tidy,
    reservation_expire,
    reservation_no_show_if_due,
    reservation_payment_settle,
)
from bookings.services.figures import figures_count_stale
from reservehub.core import clock
from reservehub.core.actors import SYSTEM

BATCH = 500
LOOK_BACK = timedelta(days=7)
"""After a longer standstill staff decide about old bookings themselves."""


@shared_task(name="bookings.expire_requests", ignore_result=True)
def expire_requests() -> int:
    """Expire what nobody answered or paid (rules 54, 78). Returns how many."""
    now = clock.now()
    due = Reservation.objects.filter(status__in=AWAITING, expires_at__lte=now).order_by(
        "expires_at"
    )
    expired = 0
    for reservation_id in due.values_list("pk", flat=True)[:BATCH]:
        if reservation_expire(reservation_id=reservation_id, actor=SYSTEM, now=now) is not None:
            expired += 1
    return expired


@shared_task(name="bookings.settle_deposits", ignore_result=True)
def settle_deposits() -> int:
    """Let time do what it does to money: what staff can no longer take back is charged or given
    back, and what was promised is held a few days ahead (rules 80-84). Returns how many.
    """
    now = clock.now()
    due = Deposit.objects.filter(look_again_at__lte=now).order_by("look_again_at")
    settled = 0
    for reservation_id in due.values_list("pk", flat=True)[:BATCH]:
        reservation_payment_settle(reservation_id=reservation_id, now=now)
        settled += 1
    return settled


@shared_task(name="bookings.tidy_holds", ignore_result=True)
def tidy_holds() -> int:
    """Delete expired holds. Returns how many."""
    return holds_tidy(now=clock.now())


@shared_task(name="bookings.extend_stays", ignore_result=True)
def extend_stays() -> int:
    """Keep the tables of overrunning parties for the next minutes (rule 63). Returns how many."""
    return services.stays_extend(now=clock.now())


@shared_task(name="bookings.mark_no_shows", ignore_result=True)
def mark_no_shows() -> int:
    """Mark no-shows after the grace time, where a restaurant has chosen it (rule 65). Returns how
    many.
    """
    now = clock.now()
    due = Reservation.objects.filter(
        status=Status.CONFIRMED,
        restaurant__is_active=True,
        restaurant__policy__is_auto_no_show=True,
        service_date__range=(
            (now - LOOK_BACK - timedelta(days=1)).date(),
            (now + timedelta(days=1)).date(),
        ),
        starts_at__range=(now - LOOK_BACK, now),
    ).order_by("starts_at", "pk")
    marked = 0
    for reservation_id in due.values_list("pk", flat=True)[:BATCH]:
        found = reservation_no_show_if_due(reservation_id=reservation_id, actor=SYSTEM, now=now)
        marked += found is not None
    return marked


@shared_task(name="bookings.count_figures", ignore_result=True)
def count_figures() -> int:
    """Count the figures of guests whose days have come or whose events were lost (rule 101).
    Returns how many guests.
    """
    return figures_count_stale(now=clock.now())
