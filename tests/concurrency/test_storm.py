"""Everything at once: thousands of random operations by sixteen workers in two processes.

``RESERVEHUB_STORM=10000`` makes it the storm of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from bookings.lifecycle import CANCELLED, OCCUPYING
from bookings.models import Hold, Occupancy, Reservation
from restaurants.models import Restaurant
from tests.concurrency.racing import arriving_covers, assert_book_is_sound, deadlocks
from tests.factories import make_combination, make_restaurant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

OPERATIONS = int(os.environ.get("RESERVEHUB_STORM", "4000"))
PROCESSES = 2
CAP = 10


def restaurants() -> Sequence[Restaurant]:
    """One without limits, one with pacing, one that answers every request by hand."""
    roomy = make_restaurant(tables=(2, 2, 2, 4, 4, 4, 6))
    paced = make_restaurant(tables=(2, 2, 2, 2, 4, 4, 4, 6, 6), period={"max_arriving_covers": CAP})
    asking = make_restaurant(
        tables=(2, 2, 4, 4),
        policy={
            "confirmation_mode": "approval",
            "pending_expiry_minutes": 30,
            "buffer_minutes": 15,
            "oversize_cap": None,
        },
    )
    for one in (roomy, paced, asking):
        fours = one.tables.filter(seats=4).order_by("number")
        make_combination(one, *fours[:2])
        twos = one.tables.filter(seats=2).order_by("number")
        make_combination(one, *twos, is_row=True, min_party=3, max_party=2 * len(twos))
    return roomy, paced, asking


def blow(seed: int) -> dict[str, Any]:
    """Run the processes; what they acknowledged, together."""
    connections = settings.DATABASES["default"] | connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connections)
    environment = {**os.environ, "DATABASE_URL": url}
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.concurrency.storm"),
                *(str(seed), str(OPERATIONS), str(process), str(PROCESSES)),
            ],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for process in range(PROCESSES)
    ]
    reports = [json.loads(process.communicate(timeout=600)[0]) for process in running]
    return {
        "done": sum((Counter(report["done"]) for report in reports), Counter()),
        "refused": sum((Counter(report["refused"]) for report in reports), Counter()),
        "unexpected": [one for report in reports for one in report["unexpected"]],
        "created": [one for report in reports for one in report["created"]],
        "ended": {int(k): v for report in reports for k, v in report["ended"].items()},
    }


def test_a_storm_of_everything_leaves_a_sound_book() -> None:
    _roomy, paced, _asking = restaurants()
    before = deadlocks()

    report = blow(seed=20260605)

    print(json.dumps({"done": report["done"], "refused": report["refused"]}, indent=1))  # noqa: T201
    assert report["unexpected"] == []
    assert deadlocks() == before
    assert_book_is_sound()
    assert_nothing_acknowledged_was_lost(report)
    assert_holds_have_tables()
    assert max(arriving_covers(paced.pk).values()) <= CAP


def assert_nothing_acknowledged_was_lost(report: dict[str, Any]) -> None:
    stored = dict(Reservation.objects.values_list("pk", "status"))
    assert set(report["created"]) == set(stored)
    assert len(report["created"]) > OPERATIONS / 50
    for reservation_id, how in report["ended"].items():
        status = stored[reservation_id]
        assert status in CANCELLED if how == "cancelled" else status == how
    ended = {pk for pk, status in stored.items() if status in {*CANCELLED, "declined"}}
    assert ended == set(report["ended"])
    assert Reservation.objects.filter(status__in=OCCUPYING).exists()


def assert_holds_have_tables() -> None:
    assert not Occupancy.objects.filter(kind="hold", hold=None).exists()
    assert all(hold.occupancies.exists() for hold in Hold.objects.all())
