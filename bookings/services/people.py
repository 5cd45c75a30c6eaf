"""A guest's other bookings (rule 57)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from bookings.lifecycle import OCCUPYING
from bookings.models import Reservation
from guests.models import Guest
from reservehub.core.planned import planned

_OCCUPYING = ", ".join(sorted(f"'{status}'" for status in OCCUPYING))
OTHERS = f"""
    SELECT count(*) FILTER (WHERE status = 'completed'),
           min(reference) FILTER (WHERE restaurant_id = $1 AND status IN ({_OCCUPYING})
               AND starts_at < $2 AND ends_at > $3)
    FROM bookings_reservation WHERE guest_id = $4 AND id IS DISTINCT FROM $5::bigint
"""  # noqa: S608 - no values of callers


class Others(NamedTuple):
    """What else a guest has booked: past visits, the reference of a booking too near in time."""

    visits: int
    overlap: str | None


def guest_lock(guest_id: int) -> bool:
    """Two requests of one person wait for each other. First in the lock order; a statement of its
    own, so that the next one sees what a rival committed.

    :returns: whether the guest is on the block list (rule 102)
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [guest_id])
        row = cursor.fetchone()
    return bool(row and row[0])


_LOCK = "SELECT is_blocked FROM guests_guest WHERE id = %s FOR NO KEY UPDATE"


def other_bookings(
    *,
    guest_id: int,
    restaurant_id: int,
    starts_at: datetime,
    ends_at: datetime,
    gap_minutes: int,
    reservation_id: int | None = None,
) -> Others:
    """Look at a guest's bookings (rule 57).

    The caller has locked the guest, so that nothing is added meanwhile.
    """
    gap = timedelta(minutes=gap_minutes)
    ((visits, overlap),) = planned(
        OTHERS, [restaurant_id, ends_at + gap, starts_at - gap, guest_id, reservation_id]
    )
    return Others(visits, overlap)


@transaction.atomic
def guest_vip_follow(*, guest_id: int) -> int:
    """Let the bookings ahead say what the guest's record says about VIP. Returns how many changed.

    No event and no new version: it is a mark on the plan, nothing the guest is told.
    """
    guest = Guest.objects.select_for_update(no_key=True).filter(pk=guest_id).first()
    if guest is None:
        return 0
    ahead = Reservation.objects.filter(guest=guest, status__in=OCCUPYING)
    return ahead.exclude(is_vip=guest.is_vip).update(is_vip=guest.is_vip)
