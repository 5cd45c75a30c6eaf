"""Transaction-level advisory locks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from reservehub.core.errors import NotInTransaction
from reservehub.core.planned import planned

#: ``date.toordinal`` of year 9999 needs 22 bits; the rest of the bigint is the restaurant.
_DAY_BITS = 22


def day_lock_key(restaurant_id: int, day: date) -> int:
    """The collision-free bigint of one restaurant's one service date."""
    return (restaurant_id << _DAY_BITS) | day.toordinal()


def advisory_day_lock(restaurant_id: int, dates: Iterable[date]) -> None:
    """Hold the days of a restaurant until the transaction ends; one statement, sorted order.

    Take it before any occupancy row, once per transaction: taking more days later could deadlock.

    :raises NotInTransaction: outside a transaction, where the lock would end at once
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("advisory_day_lock() needs a transaction")
    keys = sorted({day_lock_key(restaurant_id, day) for day in dates})
    if not keys:
        return
    planned("SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", [keys])


def advisory_name_lock(names: Iterable[str]) -> None:
    """Hold some names (hashed keys, not personal data) until the transaction ends.

    Take it before rows and before `advisory_day_lock`. Two names of one hash only wait longer.

    :raises NotInTransaction: outside a transaction, where the lock would end at once
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("advisory_name_lock() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0)"
            " AS key FROM unnest(%s::text[]) AS name ORDER BY key) AS keys",
            [list(names)],
        )
