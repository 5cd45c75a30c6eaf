"""Room at a table from this moment on: until when it is free, who still sits there, and taking it
as long as the next party allows (rules 25, 61-64).

Whoever takes a table here holds the service date and the one before it
(`records.reservation_lock_with_day`), so that two parties are never seated on one table, also
around the end of a late service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from bookings.errors import TableOccupied, TableTaken
from bookings.lifecycle import AT_TABLE
from bookings.models import Reservation
from bookings.services.seats import Claim, seats_take

FORGOTTEN = timedelta(hours=12)
"""Nobody sits longer: that party was not marked as finished."""
OVERRUN_STEP = timedelta(minutes=5)
"""Whoever stays longer keeps the table for the next few minutes (rule 63)."""
TRIES = 3
"""A guest online takes a single table without waiting for anybody; one who does has filled it."""

FREE_UNTIL = """
    SELECT min(greatest(lower(period), %s::timestamptz)) FROM bookings_occupancy
    WHERE table_id = ANY(%s::bigint[]) AND period && tstzrange(%s, NULL)
    AND (reservation_id IS NULL OR NOT reservation_id = ANY(%s::bigint[]))
    AND (expires_at IS NULL OR expires_at > %s)
"""

SITTING = """
    SELECT o.table_id, r.id, r.reference FROM bookings_occupancy o
    JOIN bookings_reservation r ON r.id = o.reservation_id
    WHERE o.table_id = ANY(%s::bigint[]) AND o.period && tstzrange(%s, NULL)
    AND r.status = ANY(%s) AND r.seated_at > %s AND NOT r.id = ANY(%s::bigint[])
    ORDER BY r.id, o.table_id
"""

END_CLEANING = """
    UPDATE bookings_occupancy o SET period = tstzrange(lower(o.period), %s)
    FROM bookings_reservation r
    WHERE r.id = o.reservation_id AND r.status = 'completed'
    AND o.table_id = ANY(%s::bigint[]) AND o.period @> %s::timestamptz AND lower(o.period) < %s
    RETURNING o.table_id
"""


def next_second(at: datetime) -> datetime:
    """The engine counts whole seconds; one that has begun may belong to who just left."""
    whole = at.replace(microsecond=0)
    return whole if whole == at else whole + timedelta(seconds=1)


class Sitting(NamedTuple):
    """A party that sits at a table, whatever its booked end."""

    table_id: int
    reservation_id: int
    reference: str


def free_until(
    table_ids: Iterable[int], *, at: datetime, now: datetime, besides: Sequence[int] = ()
) -> datetime | None:
    """When the first other row begins that still matters at `at`; `at` itself if one of the tables
    is taken then, None if nobody comes any more.

    :param besides: reservations that do not count
    """
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNTIL, [at, list(table_ids), at, list(besides), now])
        (found,) = cursor.fetchone()
    until: datetime | None = found
    return until


def sitting_at(
    table_ids: Iterable[int], *, now: datetime, besides: Sequence[int] = ()
) -> list[Sitting]:
    """Who sits at some tables, also those who should have left."""
    since = now - FORGOTTEN
    at_table = [str(status) for status in AT_TABLE]
    with connection.cursor() as cursor:
        cursor.execute(
            SITTING,
            [list(table_ids), since - timedelta(hours=12), at_table, since, list(besides)],
        )
        return [Sitting(*row) for row in cursor.fetchall()]


def check_nobody_sits(
    table_ids: Iterable[int], *, now: datetime, besides: Sequence[int] = ()
) -> None:
    """Two parties never sit at one table (rule 64).

    :raises TableOccupied: with the party that is still there
    """
    found = sitting_at(table_ids, now=now, besides=besides)
    if found:
        raise TableOccupied(
            reasons=["table_busy"],
            table_ids=sorted({one.table_id for one in found}),
            reservation_id=found[0].reservation_id,
            reference=found[0].reference,
        )


def cleaning_end(table_ids: Iterable[int], *, now: datetime) -> list[int]:
    """The tables are clean: what was left of their reset time is free. Returns which were not."""
    with connection.cursor() as cursor:
        cursor.execute(END_CLEANING, [now, list(table_ids), now, now])
        return sorted(row[0] for row in cursor.fetchall())


def room_take(
    reservation: Reservation,
    table_ids: Iterable[int],
    *,
    wanted: datetime,
    now: datetime,
    least: datetime | None = None,
) -> datetime:
    """Take tables from now on until `wanted`, or as long as the next party allows; returns until
    when.

    :param least: not for a shorter stay than until then; "due_soon" is the reason (rule 95)
    :raises TableTaken: if one of them is not free now
    """
    tables = tuple(sorted(set(table_ids)))
    for _try in range(TRIES):
        free = free_until(tables, at=now, now=now, besides=[reservation.pk])
        until = wanted if free is None else min(wanted, free)
        if until <= now:
            break
        if least is not None and until < least:
            raise TableTaken(
                _("The next party at this table is due soon."),
                reasons=["due_soon"],
                until=until.isoformat(),
            )
        claim = Claim(table_ids=tables, starts_at=now, ends_at=until, reservation_id=reservation.pk)
        if seats_take([claim], restaurant_id=reservation.restaurant_id, now=now):
            return until
    raise TableTaken(reasons=["table_busy"])
