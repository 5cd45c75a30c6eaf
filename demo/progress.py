"""Letting time pass over bookings that the demo made earlier, without the services.

For the hours and days in which the demo was off. What people did meanwhile stays: a booking that
they cancelled, moved or finished no longer has the state that the next step of the plan needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from bookings.lifecycle import OCCUPYING, TRANSITIONS, Status
from bookings.models import Reservation
from demo.bills import bill_of
from demo.bulk import rows_update
from demo.plan import visits_of
from demo.reasons import reason_of
from demo.steps import STATUS_AFTER, WRITTEN, Step, step_write, taken_span
from demo.visit import Visit
from demo.wish import NONCE, Place, key_of, steps_ahead, wish_of

READ = (
    *("link_nonce", "restaurant_id", "service_date", "starts_at", "ends_at", "buffer_minutes"),
    *("created_at", "cancel_deadline_at"),
)


class Due(NamedTuple):
    """A step of one demo booking that is still to happen."""

    step: Step
    reservation: Reservation
    visit: Visit
    place: Place


class Plans:
    """The visits of each restaurant and date, worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, date], dict[str, Visit]] = {}

    def visits(self, place: Place, day: date) -> Mapping[str, Visit]:
        """Everybody who wants to come on a service date, by key, in the order of asking."""
        at = (place.house.slug, day)
        if at not in self._known:
            self._known[at] = {visit.key: visit for visit in visits_of(place.house, day)}
        return self._known[at]


def dues_of(places: Sequence[Place], plans: Plans, *, until: datetime) -> Iterator[list[Due]]:
    """What is due by an instant, for every open demo booking that still lies where it was planned.

    Only what the plan needs is read of each row.
    """
    by_id = {place.restaurant.pk: place for place in places}
    rows = Reservation.objects.filter(
        link_nonce__startswith=NONCE,
        status__in=[str(status) for status in OCCUPYING],
        restaurant__in=list(by_id),
        created_at__lte=until,
    )
    for row in rows.only(*READ, *WRITTEN).order_by("starts_at", "id"):
        place = by_id[row.restaurant_id]
        visit = plans.visits(place, row.service_date).get(key_of(row))
        if visit is None or not _is_as_planned(row, visit, place):
            continue
        steps = [
            Due(step, row, visit, place)
            for step in steps_ahead(place.house, visit, row)
            if row.updated_at < step.at <= until
        ]
        if steps:
            yield steps


def _is_as_planned(row: Reservation, visit: Visit, place: Place) -> bool:
    wish = wish_of(visit, row.service_date, place.zone)
    return wish is not None and wish.starts_at == row.starts_at


def is_possible(row: Reservation, step: Step) -> bool:
    """Whether the booking is in a state from which the step may be made (rule 60)."""
    to = STATUS_AFTER.get(step.deed)
    if to is None:
        return row.status == Status.CONFIRMED
    return to in TRANSITIONS[Status(row.status)]


def catch_up(dues: Iterable[list[Due]]) -> int:
    """Make the steps that are due; returns how many bookings changed."""
    changed = [steps[0].reservation for steps in dues if _walk(steps)]
    rows_update(changed, WRITTEN)
    _tables_trim(changed)
    return len(changed)


def _walk(steps: Iterable[Due]) -> bool:
    has_moved = False
    for due in steps:
        if is_possible(due.reservation, due.step):
            house, row = due.place.house, due.reservation
            reason = reason_of(due.step.deed, house.cast)
            bill = bill_of(due.step.deed, due.visit, house, row.service_date)
            step_write(row, due.step, due.visit, reason=reason, bill=bill)
            has_moved = True
    return has_moved


TRIM = """
    UPDATE bookings_occupancy o
    SET period = tstzrange(
        greatest(lower(o.period), s.starts_at), least(upper(o.period), s.ends_at)
    )
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS s(id, starts_at, ends_at)
    WHERE o.reservation_id = s.id
      AND greatest(lower(o.period), s.starts_at) < least(upper(o.period), s.ends_at)
"""


def _tables_trim(rows: Sequence[Reservation]) -> None:
    """Shrink occupancy to the stay, or drop it; shrinking can never collide."""
    kept: list[tuple[int, datetime, datetime]] = []
    dropped = []
    for row in rows:
        span = taken_span(row, row.occupied_until)
        if span is None:
            dropped.append(row.pk)
        else:
            kept.append((row.pk, *span))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bookings_occupancy WHERE reservation_id = ANY(%s)", [dropped])
        columns = [list(column) for column in zip(*kept, strict=True)] or [[], [], []]
        cursor.execute(TRIM, columns)
