"""What a guest's reservations add up to, across the organisation (rule 101).

Everything is counted anew from the reservations of the guest and of the records merged into theirs,
in one statement, and never by adding one. What the words mean:

- *bookings*: all reservations except those never accepted (declined, expired), replaced (moved) or
  still unpaid
- *visits*: the party sat down: completed, seated or partly seated; *covers*: the people who came
- *no-shows*, *cancellations* (by the guest), *late cancellations* (after the free deadline)
- *upcoming*: asked for, confirmed or waiting at the door, and not over yet
- *spend*: the bills that somebody entered, in the currency of the organisation's first restaurant;
  *billed visits* are the visits it is about
- *usual* party (as booked), weekday, hour (on the restaurant's clock) and area (of the table): the
  most frequent among the visits, the smallest if several are
- *lead*: median of the hours between booking and start, without walk-ins
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from bookings.lifecycle import AT_TABLE, AWAITING, Status
from guests.services.tags import tags_apply

BATCH = 500


def _words(*statuses: str) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


_SAT = f"r.status IN ({_words(*AT_TABLE, Status.COMPLETED)})"
_NEVER = _words(Status.DECLINED, Status.EXPIRED, Status.MOVED, Status.PENDING_PAYMENT)
_EXPECTED = (
    f"r.status IN ({_words(*AWAITING, Status.CONFIRMED, Status.ARRIVED)}) AND r.ends_at > %(now)s"
)
_BILLED = f"{_SAT} AND r.bill_minor IS NOT NULL AND place.currency = house.currency"

_COLUMNS = {
    "bookings": f"count(r.id) FILTER (WHERE r.status NOT IN ({_NEVER}))",
    "visits": f"count(r.id) FILTER (WHERE {_SAT})",
    "no_shows": f"count(r.id) FILTER (WHERE r.status = '{Status.NO_SHOW}')",
    "cancellations": f"count(r.id) FILTER (WHERE r.status = '{Status.CANCELLED_BY_GUEST}')",
    "late_cancellations": (
        f"count(r.id) FILTER (WHERE r.status = '{Status.CANCELLED_BY_GUEST}'"
        " AND r.is_cancelled_in_time IS FALSE)"
    ),
    "upcoming": f"count(r.id) FILTER (WHERE {_EXPECTED})",
    "covers": (
        f"coalesce(sum(coalesce(r.actual_party_size, r.party_size)) FILTER (WHERE {_SAT}), 0)"
    ),
    "spend_minor": f"coalesce(sum(r.bill_minor) FILTER (WHERE {_BILLED}), 0)",
    "billed_visits": f"count(r.id) FILTER (WHERE {_BILLED})",
    "first_visit_on": f"min(r.service_date) FILTER (WHERE {_SAT})",
    "last_visit_on": f"max(r.service_date) FILTER (WHERE {_SAT})",
    "next_visit_on": f"min(r.service_date) FILTER (WHERE {_EXPECTED})",
    "usual_party_size": f"mode() WITHIN GROUP (ORDER BY r.party_size) FILTER (WHERE {_SAT})",
    "usual_weekday": (
        "mode() WITHIN GROUP (ORDER BY extract(isodow FROM r.service_date)::int - 1)"
        f" FILTER (WHERE {_SAT})"
    ),
    "usual_hour": (
        f"mode() WITHIN GROUP (ORDER BY extract(hour FROM r.local_time)::int) FILTER (WHERE {_SAT})"
    ),
    "usual_area_id": f"mode() WITHIN GROUP (ORDER BY sat.area_id) FILTER (WHERE {_SAT})",
    "lead_hours": (
        "greatest(0, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY"
        " extract(epoch FROM r.starts_at - r.created_at) / 3600)"
        f" FILTER (WHERE r.status NOT IN ({_NEVER}) AND r.source <> 'walk_in'))::int)"
    ),
}
# The record that counts for each id asked for, its own number and those merged into it; a guest
# whose last reservation went to somebody else keeps a row of zeros.
_COUNT = f"""
    WITH kept AS (
        SELECT DISTINCT coalesce(merged_into_id, id) AS id
        FROM guests_guest WHERE id = ANY(%(ids)s)
    ), record AS (
        SELECT id AS guest_id, id AS record_id FROM kept
        UNION ALL
        SELECT guest.merged_into_id, guest.id
        FROM kept JOIN guests_guest guest ON guest.merged_into_id = kept.id
    )
    INSERT INTO guests_guestfigures (guest_id, counted_at, {", ".join(_COLUMNS)})
    SELECT record.guest_id, %(now)s, {", ".join(_COLUMNS.values())}
    FROM record
    JOIN guests_guest guest ON guest.id = record.guest_id
    LEFT JOIN LATERAL (
        SELECT currency FROM restaurants_restaurant
        WHERE organisation_id = guest.organisation_id ORDER BY id LIMIT 1
    ) house ON true
    LEFT JOIN bookings_reservation r ON r.guest_id = record.record_id
    LEFT JOIN restaurants_restaurant place ON place.id = r.restaurant_id
    LEFT JOIN LATERAL (
        SELECT seat.area_id
        FROM bookings_occupancy taken JOIN restaurants_table seat ON seat.id = taken.table_id
        WHERE taken.reservation_id = r.id ORDER BY seat.id LIMIT 1
    ) sat ON {_SAT}
    GROUP BY record.guest_id
    HAVING count(r.id) > 0
        OR EXISTS (SELECT FROM guests_guestfigures f WHERE f.guest_id = record.guest_id)
    ON CONFLICT (guest_id) DO UPDATE SET counted_at = excluded.counted_at,
        {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""  # noqa: S608 - no values of callers


@transaction.atomic
def figures_count(guest_ids: Sequence[int], now: datetime) -> int:
    """Count the figures of these guests and let the rules of tags look at them.

    The guests' rows are locked first, by a statement of its own: of two counts at the same time the
    second sees what the first one saw and more, so an older state never overwrites a newer one.

    :returns: how many rows were written
    """
    ids = sorted(set(guest_ids))
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])
        kept = [row[0] for row in cursor.fetchall()]
        cursor.execute(_COUNT, {"ids": ids, "now": now})
        written: int = cursor.rowcount
    tags_apply(guest_ids=kept, now=now)
    return written


_LOCK = """
    SELECT id FROM guests_guest
    WHERE id IN (SELECT coalesce(merged_into_id, id) FROM guests_guest WHERE id = ANY(%s))
    ORDER BY id FOR NO KEY UPDATE
"""

# Changed since they were counted, or a day that was ahead has come.
_STALE = """
    SELECT DISTINCT r.guest_id
    FROM bookings_reservation r
    JOIN guests_guest guest ON guest.id = r.guest_id
    LEFT JOIN guests_guestfigures f ON f.guest_id = coalesce(guest.merged_into_id, guest.id)
    WHERE r.guest_id > %(after)s AND (
        %(everybody)s OR f.guest_id IS NULL OR r.updated_at > f.counted_at
        OR (f.next_visit_on < %(today)s AND f.counted_at::date <= f.next_visit_on + 1)
    )
    ORDER BY r.guest_id LIMIT %(batch)s
"""


def guests_to_count(
    *, after: int = 0, now: datetime, everybody: bool = False, batch: int = BATCH
) -> list[int]:
    """Guests whose figures are missing or no longer true, in the order of their numbers.

    :param after: the last one of the batch before
    :param everybody: all who have reservations, also those whose figures look right
    """
    values: dict[str, int | date] = {
        "after": after,
        "batch": batch,
        "everybody": everybody,
        "now": now,
        "today": now.date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STALE, values)
        return [row[0] for row in cursor.fetchall()]


def figures_count_stale(*, now: datetime, everybody: bool = False) -> int:
    """Count whoever needs it, batch by batch, each in a transaction of its own: interrupted, the
    next run goes on where this one stopped. Returns how many guests.
    """
    counted, after = 0, 0
    while ids := guests_to_count(after=after, now=now, everybody=everybody):
        counted += figures_count(ids, now)
        after = ids[-1]
    return counted
