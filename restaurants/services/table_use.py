"""Is a table needed by bookings ahead? (rule 40)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from restaurants import impact
from restaurants.errors import TableHasFutureBookings
from restaurants.models import Table


def refuse_tables_with_bookings(tables: Sequence[Table], *, now: datetime) -> None:
    """Ask the dry run what switching the tables off would strand.

    :raises TableHasFutureBookings: listing the bookings
    """
    keys = [table.pk for table in tables]
    stranded = impact.preview(
        restaurant_id=tables[0].restaurant_id,
        apply=lambda: Table.objects.filter(pk__in=keys).update(is_active=False),
        now=now,
    )
    if stranded:
        raise TableHasFutureBookings(stranded=[one.as_dict() for one in stranded])
