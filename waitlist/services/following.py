"""An entry follows the booking that it became: not paid in time, paid after all (rules 78, 79)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.lifecycle import Status
from bookings.models import Reservation
from reservehub.core.actors import SYSTEM
from waitlist.events import EntryAcceptedAgain, EntryExpired
from waitlist.models import EntryStatus, WaitlistEntry
from waitlist.services.records import entry_lock, entry_members, entry_save, record


@transaction.atomic
def entry_follow_booking(*, reservation_id: int, now: datetime) -> WaitlistEntry | None:
    """Bring the entry that became a booking in step with it; None where nothing changes.

    Not paid in time: the entry expires and keeps the booking, which is the reason. Paid too late
    and seated again: accepted again. What the booking is now counts, not what was told, so that it
    may be asked twice and in any order. Cancelling the booking changes nothing (rule 91).
    """
    rows = WaitlistEntry.objects.filter(reservation=reservation_id)
    entry_id = rows.values_list("pk", flat=True).first()
    if entry_id is None:
        return None
    entry = entry_lock(entry_id)
    # Not before the lock: whoever is told of a later change waits here, and sees more.
    booking = _booking(reservation_id)
    is_expired = booking.status == Status.EXPIRED
    if entry.status == EntryStatus.ACCEPTED and is_expired and booking.waited_for_money:
        return _move(entry, EntryStatus.EXPIRED, EntryExpired, action="waitlist.unpaid", now=now)
    if entry.is_unpaid and not is_expired:
        return _move(
            entry,
            EntryStatus.ACCEPTED,
            EntryAcceptedAgain,
            action="waitlist.accepted_again",
            now=now,
        )
    return None


def _booking(reservation_id: int) -> Reservation:
    return Reservation.objects.only("status", "undo").get(pk=reservation_id)


def _move(
    entry: WaitlistEntry,
    status: EntryStatus,
    make: type[EntryExpired | EntryAcceptedAgain],
    *,
    action: str,
    now: datetime,
) -> WaitlistEntry:
    was = str(entry.status)
    entry.status = status
    entry.ended_at = now
    entry_save(entry, now=now, fields=("ended_at",))
    record(
        entry,
        make(**entry_members(entry, actor=SYSTEM, now=now), reservation_id=entry.reservation_id),
        actor=SYSTEM,
        action=action,
        now=now,
        before={"status": was},
        after={"status": str(status)},
    )
    return entry
