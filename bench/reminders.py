"""How long one look at the clock takes in a book of a hundred thousand bookings.

    python -m bench reminders

A batch of 500 that are owed the reminder of the day before is asked for, as a run of the clock
does. The yardstick is the same range in bare SQL, without the rules of the restaurants and without
making objects of the rows. The aim: one second.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after Django
from django.db import connection  # noqa: E402

from bookings.services import reservation_create  # noqa: E402
from notifications.kinds import Kind  # noqa: E402
from notifications.planning import BEFORE_START  # noqa: E402
from notifications.services.by_the_clock import messages_by_the_clock, reservations_due  # noqa: E402
from reservehub.core import clock  # noqa: E402
from tests.factories import GUEST, NOW, a_request, copy_reservation, make_restaurant  # noqa: E402

COPIES, DUE, ROUNDS = 100_000, 500, 15
BARE = """
    SELECT id FROM bookings_reservation
    WHERE status = 'confirmed' AND starts_at > %s AND starts_at <= %s ORDER BY starts_at LIMIT 500
"""


def bare(now: datetime) -> int:
    timing = BEFORE_START[Kind.REMINDER_DAY]
    with connection.cursor() as cursor:
        cursor.execute(BARE, [now - timing.until, now - timing.due])
        return len(cursor.fetchall())


def median(work: Callable[[], object]) -> float:
    """Milliseconds."""
    took = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        took.append((time.perf_counter() - begin) * 1000)
    return statistics.median(took)


def main() -> int:
    call_command("migrate", verbosity=0)
    house = make_restaurant(name="Bistro Anna")
    with clock.freeze(NOW):
        template = reservation_create(request=a_request(house), actor=GUEST, now=NOW).reservation
    copy_reservation(template, copies=COPIES)
    now = template.starts_at + timedelta(days=30)
    due = reservations_due(Kind.REMINDER_DAY, now=now)[:DUE]
    question = median(lambda: list(due.all()))
    yardstick = median(lambda: bare(now))
    print(f"{COPIES:,} bookings, {len(due):,} of them asked for; median of {ROUNDS}")
    print(f"  the question with all rules   {question:8.1f} ms")
    print(f"  bare SQL, identities only     {yardstick:8.1f} ms")
    for name in ("the run that owes them", "the next run, nothing new"):
        begin = time.perf_counter()
        written = messages_by_the_clock(now=now)
        seconds = time.perf_counter() - begin
        print(f"  {name:<29} {seconds * 1000:8.1f} ms, {written:,} messages written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
