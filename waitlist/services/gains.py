"""Remembering that something became free, so that a day is matched once for many changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from reservehub.core.handover import Handover
from waitlist.models import EntryStatus, OfferCause

MATCH_TASK = "waitlist.match_gain"
_matching = Handover(MATCH_TASK)

_UPGRADE = f"""
    ON CONFLICT (restaurant_id, service_date) DO UPDATE
    SET cause = EXCLUDED.cause, since = EXCLUDED.since
    WHERE waitlist_waitlistgain.cause = '{OfferCause.LOOKED}'
      AND EXCLUDED.cause <> '{OfferCause.LOOKED}'
    RETURNING id
"""  # noqa: S608 - no values of callers
"""The first gain stands for all that follow, but a real one is more than a look."""

_NOTE = f"""
    INSERT INTO waitlist_waitlistgain (restaurant_id, service_date, cause, since)
    SELECT %s, day, %s, %s FROM unnest(%s::date[]) AS day
    WHERE EXISTS (
        SELECT FROM waitlist_waitlistentry
        WHERE restaurant_id = %s AND service_date <= day AND last_service_date >= day
          AND status = '{EntryStatus.WAITING}'
    )
    ORDER BY day {_UPGRADE}
"""  # noqa: S608 - no values of callers

_NOTE_EVERYWHERE = f"""
    INSERT INTO waitlist_waitlistgain (restaurant_id, service_date, cause, since)
    SELECT DISTINCT restaurant_id, day::date, %s, %s::timestamptz
    FROM waitlist_waitlistentry, generate_series(
        greatest(service_date, %s::date), last_service_date, interval '1 day') AS day
    WHERE status = '{EntryStatus.WAITING}'
      AND (%s::bigint IS NULL OR restaurant_id = %s::bigint)
    ORDER BY 1, 2 {_UPGRADE}
"""  # noqa: S608 - no values of callers


@transaction.atomic
def gain_note(
    *, restaurant_id: int, service_dates: Iterable[date], cause: str, since: datetime
) -> int:
    """Have the waitlist of some days looked at soon; nothing for days nobody waits for.

    Returns how many days were not noted already.
    """
    days = sorted(set(service_dates))
    if not days:
        return 0
    return _noted(_NOTE, [restaurant_id, cause, since, days, restaurant_id])


@transaction.atomic
def gains_note_everywhere(
    *, cause: str, since: datetime, today: date, restaurant_id: int | None = None
) -> int:
    """The same for every day that somebody waits for, from `today` on; of one restaurant or of all.

    Holds that guests let lapse, notice and release times make room without an event.
    """
    return _noted(_NOTE_EVERYWHERE, [cause, since, today, restaurant_id, restaurant_id])


def _noted(statement: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ids = [row[0] for row in cursor.fetchall()]
    for gain_id in ids:
        _matching.after_commit(gain_id)
    return len(ids)
