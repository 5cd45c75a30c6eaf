"""Writing occupancy: the only place that puts tables under anybody's name.

Lock order of every booking transaction: guest row, hold row, day lock(s), reservation rows by id,
occupancy rows by table. The exclusion constraint decides; `ON CONFLICT DO NOTHING` lets the loser
see it without an error. A claim that meets a rival's uncommitted row waits for the rival, so nobody
may wait for anything while rivals wait for him: only a claim of one table by somebody who frees
none goes without the day lock. Whoever takes several tables, or frees some and takes others (swap,
change, re-pack, seat), holds the days of all of them first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from bookings.models import OccupancyKind
from reservehub.core.errors import NotInTransaction
from reservehub.core.planned import planned


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Tables for one owner during one span, buffer included.

    Exactly one owner id is set; holds expire.
    """

    table_ids: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    reservation_id: int | None = None
    hold_id: int | None = None
    block_id: int | None = None
    expires_at: datetime | None = None

    @property
    def kind(self) -> OccupancyKind:
        if self.reservation_id is not None:
            return OccupancyKind.RESERVATION
        return OccupancyKind.HOLD if self.hold_id is not None else OccupancyKind.BLOCK


TAKE = """
    INSERT INTO bookings_occupancy
        (table_id, restaurant_id, period, kind, reservation_id, hold_id, block_id, expires_at)
    SELECT t.id, $1, tstzrange(u.starts_at, u.ends_at), u.kind, u.reservation_id, u.hold_id,
    u.block_id, u.expires_at FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[],
    $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[]) AS u(table_id,
    starts_at, ends_at, kind, reservation_id, hold_id, block_id, expires_at)
    JOIN restaurants_table t ON t.id = u.table_id AND t.is_active ORDER BY u.table_id, u.starts_at
    FOR KEY SHARE OF t ON CONFLICT DO NOTHING RETURNING table_id
"""
TAKE_ONE = """
    INSERT INTO bookings_occupancy
        (restaurant_id, table_id, period, kind, reservation_id, hold_id, block_id, expires_at)
    SELECT $1::bigint, t.id, tstzrange($3::timestamptz, $4::timestamptz), $5::text, $6::bigint,
    $7::bigint, $8::bigint, $9::timestamptz FROM restaurants_table t
    WHERE t.id = $2::bigint AND t.is_active FOR KEY SHARE ON CONFLICT DO NOTHING
    RETURNING table_id
"""
"""What nearly every booking does: the same for one table, without arrays.

A table that somebody archives at this moment (and holds for it) is waited for and then not taken:
nobody is left at a table that is gone (rule 40).
"""


def seats_take(claims: Sequence[Claim], *, restaurant_id: int, now: datetime) -> bool:
    """Take all tables of all claims or none; False when one of them is taken.

    One statement, rows in the order of the tables (rule 53). Expired holds in the way are deleted
    (rule 51). Whoever takes several tables, or frees and takes, holds the day (see above). A table
    that was archived counts as taken (rule 40).

    :raises NotInTransaction: outside a transaction
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("seats_take() needs a transaction")
    rows = [(table_id, claim) for claim in claims for table_id in claim.table_ids]
    return _take(rows, restaurant_id) or (_free_expired(rows, now) and _take(rows, restaurant_id))


def _take(rows: Sequence[tuple[int, Claim]], restaurant_id: int) -> bool:
    if len(rows) == 1:
        return _take_one(*rows[0], restaurant_id)
    before = transaction.savepoint()
    taken = planned(
        TAKE,
        [
            restaurant_id,
            [table_id for table_id, _ in rows],
            [claim.starts_at for _, claim in rows],
            [claim.ends_at for _, claim in rows],
            [claim.kind.value for _, claim in rows],
            [claim.reservation_id for _, claim in rows],
            [claim.hold_id for _, claim in rows],
            [claim.block_id for _, claim in rows],
            [claim.expires_at for _, claim in rows],
        ],
    )
    took_all = len(taken) == len(rows)
    if took_all:
        transaction.savepoint_commit(before)
    else:
        transaction.savepoint_rollback(before)
    return took_all


def _take_one(table_id: int, claim: Claim, restaurant_id: int) -> bool:
    """One row is taken or it is not: no savepoint is needed."""
    values = [
        *(restaurant_id, table_id, claim.starts_at, claim.ends_at, claim.kind.value),
        *(claim.reservation_id, claim.hold_id, claim.block_id, claim.expires_at),
    ]
    return bool(planned(TAKE_ONE, values))


FREE_EXPIRED = """
    WITH gone AS (
        SELECT id FROM bookings_hold
        WHERE expires_at <= %s AND id IN (
            SELECT o.hold_id FROM bookings_occupancy o
            JOIN unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
                AS u(table_id, starts_at, ends_at)
                ON o.table_id = u.table_id AND o.period && tstzrange(u.starts_at, u.ends_at)
            WHERE o.hold_id IS NOT NULL
        )
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), freed AS (
        DELETE FROM bookings_occupancy WHERE hold_id IN (SELECT id FROM gone)
    )
    DELETE FROM bookings_hold WHERE id IN (SELECT id FROM gone)
"""


def _free_expired(rows: Sequence[tuple[int, Claim]], now: datetime) -> bool:
    """Delete expired holds that stand in the way; whether there were any.

    One that somebody uses, extends or deletes at this moment is left to them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            FREE_EXPIRED,
            [
                now,
                [table_id for table_id, _ in rows],
                [claim.starts_at for _, claim in rows],
                [claim.ends_at for _, claim in rows],
            ],
        )
        return bool(cursor.rowcount)


def seats_release(*, reservation_ids: Sequence[int] = (), hold_id: int | None = None) -> None:
    """Free all tables of reservations or of a hold."""
    with connection.cursor() as cursor:
        if reservation_ids:
            cursor.execute(
                "DELETE FROM bookings_occupancy WHERE reservation_id = ANY(%s)",
                [list(reservation_ids)],
            )
        if hold_id is not None:
            cursor.execute("DELETE FROM bookings_occupancy WHERE hold_id = %s", [hold_id])


def seats_end(*, reservation_id: int, at: datetime) -> None:
    """Free the rest of a stay: the rows end now and stay as history; rows still to begin go (rules
    62, 66).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM bookings_occupancy WHERE reservation_id = %s AND lower(period) >= %s",
            [reservation_id, at],
        )
        cursor.execute(
            "UPDATE bookings_occupancy SET period = tstzrange(lower(period), %s) "
            "WHERE reservation_id = %s AND upper(period) > %s",
            [at, reservation_id, at],
        )


def seats_of(reservation_id: int) -> list[tuple[int, datetime, datetime]]:
    """(table, start, end) rows of a reservation, in the order of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_id, lower(period), upper(period) FROM bookings_occupancy "
            "WHERE reservation_id = %s ORDER BY table_id",
            [reservation_id],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


CONVERT = """
    WITH held AS (
        SELECT table_id FROM bookings_occupancy WHERE hold_id = %s
    ), usable AS (
        SELECT id FROM restaurants_table
        WHERE id IN (SELECT table_id FROM held) AND is_active ORDER BY id FOR KEY SHARE
    )
    UPDATE bookings_occupancy
    SET kind = 'reservation', reservation_id = %s, hold_id = NULL, expires_at = NULL
    WHERE hold_id = %s AND (SELECT count(*) FROM usable) = (SELECT count(*) FROM held)
    RETURNING table_id, upper(period)
"""


def seats_convert(*, hold_id: int, reservation_id: int) -> tuple[tuple[int, ...], datetime] | None:
    """Turn a hold's rows into the reservation's without letting go of the tables.

    The caller has locked the hold, so its rows are there. Returns the tables and until when they
    are occupied; None if one of them was archived meanwhile (rule 40).
    """
    with connection.cursor() as cursor:
        cursor.execute(CONVERT, [hold_id, reservation_id, hold_id])
        rows = cursor.fetchall()
    if not rows:
        return None
    return tuple(sorted(row[0] for row in rows)), max(row[1] for row in rows)
