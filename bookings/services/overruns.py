"""Parties that stay longer than booked: their tables stay taken in steps of five minutes, but never
from the next party (rule 63).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from bookings import realtime
from bookings.events import ReservationOverrunning
from bookings.lifecycle import AT_TABLE, Status
from bookings.models import Reservation
from bookings.services.records import event_members, reservation_lock_with_day, reservation_record
from bookings.services.room import FORGOTTEN, OVERRUN_STEP, free_until
from bookings.services.seats import Claim, seats_of, seats_release, seats_take
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import NotFound, VersionConflict

OVERRUNNING = """
    SELECT r.id FROM bookings_reservation r
    WHERE r.status IN ('partially_seated', 'seated') AND r.ends_at <= %s AND r.seated_at > %s
    AND (%s::bigint IS NULL OR r.restaurant_id = %s::bigint)
    AND (%s::date[] IS NULL OR r.service_date = ANY(%s::date[]))
    ORDER BY r.id
"""


def overrunning(
    *, now: datetime, restaurant_id: int | None = None, dates: list[date] | None = None
) -> list[int]:
    """Who still sits although the stay is over, of one restaurant or of all; not those whom nobody
    marked as finished.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            OVERRUNNING, [now, now - FORGOTTEN, restaurant_id, restaurant_id, dates, dates]
        )
        return [row[0] for row in cursor.fetchall()]


def stays_extend(*, now: datetime) -> int:
    """Keep the tables of all overrunning parties for the next few minutes. Returns how many grew.

    Running it late or twice changes nothing else: it looks at what is, not at when it last ran.
    """
    grown = 0
    for one in overrunning(now=now):
        try:
            grown += stay_extend(reservation_id=one, now=now)
        except (NotFound, VersionConflict):  # erased or moved to another day a moment ago
            continue
    return grown


@transaction.atomic
def stay_extend(*, reservation_id: int, now: datetime) -> bool:
    """Keep the tables of one overrunning party, as far as the next party allows; whether it grew.

    The stay the party was promised (`ends_at`) remains, so that everybody sees it is over.
    """
    reservation = reservation_lock_with_day(reservation_id, sits=True)
    if Status(reservation.status) not in AT_TABLE or reservation.ends_at > now:
        return False
    rows = seats_of(reservation.pk)
    if not rows:
        return False
    tables, held_until = [row[0] for row in rows], min(row[2] for row in rows)
    steps = (now - reservation.ends_at) // OVERRUN_STEP + 1
    until = reservation.occupied_until + steps * OVERRUN_STEP
    free = free_until(tables, at=held_until, now=now, besides=[reservation.pk])
    if free is not None and free < now:
        after = free_until(tables, at=now, now=now, besides=[reservation.pk])
        if after is None or after > now:
            # Somebody was to come meanwhile and did not: what they leave counts from now.
            rows, free = [(table_id, now, now) for table_id in tables], after
    until = until if free is None else min(until, free)
    if until <= held_until:
        return False
    if not _grow(reservation, rows, until, now=now):
        return False
    if held_until <= reservation.occupied_until:
        _record(reservation, tables, until, now=now)
    else:
        realtime.push_tables(reservation, tables)
    return True


def _grow(
    reservation: Reservation,
    rows: list[tuple[int, datetime, datetime]],
    until: datetime,
    *,
    now: datetime,
) -> bool:
    claims = [
        Claim(
            table_ids=(table_id,),
            starts_at=starts_at,
            ends_at=max(until, ends_at),
            reservation_id=reservation.pk,
        )
        for table_id, starts_at, ends_at in rows
    ]
    before = transaction.savepoint()
    seats_release(reservation_ids=[reservation.pk])
    if not seats_take(claims, restaurant_id=reservation.restaurant_id, now=now):
        transaction.savepoint_rollback(before)  # a rival was faster: the table is theirs
        return False
    transaction.savepoint_commit(before)
    return True


def _record(reservation: Reservation, tables: list[int], until: datetime, *, now: datetime) -> None:
    """Said once, when the stay begins to overrun; every further step only recolours screens."""
    reservation_record(
        reservation,
        ReservationOverrunning(**event_members(reservation, actor=SYSTEM, now=now)),
        actor=SYSTEM,
        action="reservation.overrunning",
        before={"occupied_until": reservation.occupied_until.isoformat()},
        after={"occupied_until": until.isoformat()},
        table_ids=tables,
        now=now,
    )
