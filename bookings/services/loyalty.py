"""Points for visits that really happened."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.lifecycle import Status
from bookings.models import Reservation
from guests.services.loyalty import points_earn, points_earn_undo
from reservehub.core.money import Money


@transaction.atomic
def visit_points_settle(*, reservation_id: int, now: datetime) -> None:
    """Bring the points of one reservation to what is true now: earned once if it is completed, else
    none; by its bill as it stands. Told twice or in the wrong order, the outcome is the same; the
    reservation stays locked meanwhile.
    """
    reservation = (
        Reservation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=reservation_id)
        .first()
    )
    if reservation is None:
        return
    cause = f"reservation:{reservation.pk}"
    if reservation.status == Status.COMPLETED and reservation.guest is not None:
        spent = Money(reservation.bill_minor or 0, reservation.restaurant.currency)
        points_earn(
            guest=reservation.guest,
            cause=cause,
            whole_units_spent=int(spent.to_decimal()),
            visited_at=reservation.completed_at,
            now=now,
        )
    else:
        points_earn_undo(cause=cause)
