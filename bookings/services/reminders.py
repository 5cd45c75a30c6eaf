"""What the book remembers of reminders."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Reservation


def reservation_reminded(*, reservation_id: int, now: datetime) -> None:
    """Note that the guest has been reminded; no change of the reservation, so no new version."""
    Reservation.objects.filter(pk=reservation_id).update(reminder_sent_at=now)
