"""Letting time pass over bookings that the demo made earlier, without the services.

For the hours and days in which the demo was off. What people did meanwhile stays: a booking that
they cancelled, moved or finished no longer has the state that the next step of the plan needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from bookings.lifecycle import OCCUPYING, TRANSITIONS, Status
from bookings.models import Reservation
from demo.plan import visits_of
from demo.reasons import reason_of
from demo.steps import STATUS_AFTER, WRITTEN, Step, step_write, taken_span
from demo.visit import Visit
from demo.wish import NONCE, Place, key_of, steps_ahead, wish_of

BATCH = 400


class Due(NamedTuple):
    """A step of one demo booking that is still to happen."""

    step: Step
    reservation: Reservation
    visit: Visit
    place: Place


class Plans:
    """The visits of a date by key, worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, date], dict[str, Visit]] = {}

    def visit(self, place: Place, day: date, key: str) -> Visit | None:
        """The visit a booking was made for."""
        at = (place.house.slug, day)
        if at not in self._known:
            self._known[at] = {visit.key: visit for visit in visits_of(place.house, day)}
        return self._known[at].get(key)


def dues_of(places: Mapping[int, Place], plans: Plans) -> Iterator[list[Due]]:
    """The steps ahead of every open demo booking that still lies where it was planned."""
    rows = Reservation.objects.filter(
        link_nonce__startswith=NONCE,
        status__in=[str(status) for status in OCCUPYING],
        restaurant__in=list(places),
    )
    for row in rows.order_by("starts_at", "id"):
        place = places[row.restaurant_id]
        visit = plans.visit(place, row.service_date, key_of(row))
        if visit is None or not _is_as_planned(row, visit, place):
            continue
        steps = steps_ahead(place.house, visit, row)
        yield [Due(step, row, visit, place) for step in steps if step.at > row.updated_at]


def _is_as_planned(row: Reservation, visit: Visit, place: Place) -> bool:
    wish = wish_of(visit, row.service_date, place.zone)
    return wish is not None and wish.starts_at == row.starts_at


def is_possible(row: Reservation, step: Step) -> bool:
    """Whether the booking is in a state from which the step may be made (rule 60)."""
    to = STATUS_AFTER.get(step.deed)
    if to is None:
        return row.status == Status.CONFIRMED
    return to in TRANSITIONS[Status(row.status)]


def catch_up(dues: Sequence[list[Due]], *, until: datetime) -> int:
    """Make the steps due by an instant; returns how many bookings changed."""
    changed = []
    for steps in dues:
        for due in steps:
            if due.step.at <= until and is_possible(due.reservation, due.step):
                reason = reason_of(due.step.deed, due.place.house.cast)
                step_write(due.reservation, due.step, due.visit, reason=reason)
                if not changed or changed[-1] is not due.reservation:
                    changed.append(due.reservation)
    Reservation.objects.bulk_update(changed, WRITTEN, batch_size=BATCH)
    _tables_trim(changed)
    return len(changed)


TRIM = """
    UPDATE bookings_occupancy o
    SET period = tstzrange(greatest(lower(o.period), s.starts_at), least(upper(o.period), s.ends_at))
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
