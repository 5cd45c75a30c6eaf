"""How long one look at the clock takes in a book of a hundred thousand bookings.

    python -m bench reminders

Five hundred of them are due for the reminder of the day before. The yardstick is the same question
in bare SQL over psycopg, without the rules of the restaurants. The aim: 2 s for the whole run.
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

from bookings.models import Reservation  # noqa: E402
from bookings.services import reservation_create  # noqa: E402
from notifications.kinds import Kind  # noqa: E402
from notifications.services.by_the_clock import messages_by_the_clock, reservations_due  # noqa: E402
from reservehub.core import clock  # noqa: E402
from tests.factories import GUEST, NOW, a_request, make_restaurant  # noqa: E402

COPIES, DUE, ROUNDS = 100_000, 500, 15
OWN = {"id", "reference", "starts_at", "ends_at", "manage_token_hash", "view_token_hash"}
BARE = """
    SELECT id FROM bookings_reservation
    WHERE status = 'confirmed' AND starts_at > %s AND starts_at <= %s ORDER BY starts_at LIMIT 500
"""


def fill(template: Reservation) -> None:
    """Copies of a booking, one a minute from its start on."""
    columns = ", ".join(
        f'"{field.column}"' for field in Reservation._meta.concrete_fields if field.name not in OWN
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO bookings_reservation ({columns}, reference, starts_at, ends_at,
                    manage_token_hash, view_token_hash)
                SELECT {columns}, 'X-' || n, starts_at + n * interval '1 minute',
                       ends_at + n * interval '1 minute', 'm' || n, 'v' || n
                FROM bookings_reservation, generate_series(1, {COPIES}) AS n
                WHERE id = %s""",  # noqa: S608 - names of our own columns
            [template.pk],
        )
        cursor.execute("VACUUM ANALYZE bookings_reservation")


def bare(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [now, now + timedelta(hours=24)])
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
    fill(template)
    now = template.starts_at + timedelta(days=30)
    due = reservations_due(Kind.REMINDER_DAY, now=now)[:DUE]
    question = median(lambda: list(due.all()))
    yardstick = median(lambda: bare(now))
    print(f"{COPIES:,} bookings, {len(due):,} of them asked for at once; median of {ROUNDS}")
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
