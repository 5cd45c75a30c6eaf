"""What the races share: counting outcomes, and the promises no race may break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from bookings.lifecycle import OCCUPYING
from bookings.models import Reservation
from bookings.services import Booked, BookingRequest, reservation_create
from tests.factories import GUEST, NOW
from tests.races import run_together

CONSTRAINT = "bookings_no_table_is_taken_twice"


def race(*functions: Callable[[], Any]) -> Sequence[Any]:
    """Start all at one moment; what each returned, or the error it raised.

    :raises AssertionError: if the database had to break a deadlock
    """
    before = deadlocks()
    outcomes = run_together(*functions)
    assert deadlocks() == before, "the database broke a deadlock"
    return outcomes


def race_to_book(requests: Sequence[BookingRequest]) -> Sequence[Any]:
    """One thread and connection per request."""

    def booking(request: BookingRequest) -> Callable[[], Booked]:
        return lambda: reservation_create(request=request, actor=GUEST, now=NOW)

    return race(*[booking(request) for request in requests])


def kinds(outcomes: Sequence[Any]) -> dict[str, int]:
    """How many outcomes of each type there were."""
    return dict(Counter(type(outcome).__name__ for outcome in outcomes))


def deadlocks() -> int:
    """How many deadlocks the database has broken since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


OVERLAPS = """
    SELECT a.id, b.id FROM bookings_occupancy a JOIN bookings_occupancy b
    ON a.table_id = b.table_id AND a.id < b.id AND a.period && b.period
"""

UNSEATED = """
    SELECT r.reference FROM bookings_reservation r
    WHERE r.status = ANY(%s) AND NOT EXISTS (
        SELECT 1 FROM bookings_occupancy o WHERE o.reservation_id = r.id
        AND upper(o.period) >= r.ends_at)
"""

GHOSTS = """
    SELECT r.reference, r.status FROM bookings_occupancy o
    JOIN bookings_reservation r ON r.id = o.reservation_id
    WHERE NOT r.status = ANY(%s) AND NOT r.status = ANY('{completed,no_show}')
"""

HALF_SEATED = """
    SELECT r.reference FROM bookings_occupancy o
    JOIN bookings_reservation r ON r.id = o.reservation_id
    JOIN restaurants_table t ON t.id = o.table_id
    WHERE r.status = ANY(%s) AND NOT r.is_table_locked
    GROUP BY r.id HAVING sum(t.max_party) < least(r.party_size, r.actual_party_size)
"""

SHARED = """
    SELECT o.table_id, array_agg(r.id) FROM bookings_occupancy o JOIN bookings_reservation r
    ON r.id = o.reservation_id WHERE r.status = ANY('{seated,partially_seated}')
    GROUP BY o.table_id HAVING count(DISTINCT r.id) > 1
"""


def rows_of(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def assert_book_is_sound() -> None:
    """No table twice, every party that may come has a table, and nobody else has one.

    It is large enough too, except where staff insisted on it (and so locked it). Two parties never
    sit at one (rule 64).
    """
    occupying = [str(status) for status in OCCUPYING]
    assert rows_of(OVERLAPS) == []
    assert rows_of(UNSEATED, occupying) == []
    assert rows_of(GHOSTS, occupying) == []
    assert rows_of(HALF_SEATED, occupying) == []
    assert rows_of(SHARED) == []


def arriving_covers(restaurant_id: int) -> dict[Any, int]:
    """Covers booked to arrive in each quarter of an hour (rules 42, 44); walk-ins may exceed
    the cap.
    """
    found: Counter[Any] = Counter()
    counted = Reservation.objects.filter(
        restaurant_id=restaurant_id, status__in=[*OCCUPYING, "completed"]
    ).exclude(source="walk_in")
    for starts_at, covers in counted.values_list("starts_at", "party_size"):
        found[starts_at.replace(minute=starts_at.minute // 15 * 15)] += covers
    return dict(found)


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """For negative controls: the book without its guarantee; what was taken is thrown away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [CONSTRAINT]
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE bookings_occupancy DROP CONSTRAINT {CONSTRAINT}")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM bookings_occupancy")
            cursor.execute(
                f"ALTER TABLE bookings_occupancy ADD CONSTRAINT {CONSTRAINT} {definition}"
            )
