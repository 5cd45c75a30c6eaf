"""How fast a change reaches all open screens: ``python -m bench fanout``.

From the commit of a real step (a party arrives) to the arrival of the table's new state at each of
100 and 1,000 sockets, over one socket process as in production; beside a bare group_send of a
message of the same size to as many bare consumers. The floor has 60 tables and 240 parties.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import world  # noqa: E402
from bookings.models import Occupancy, Reservation  # noqa: E402
from bookings.presenters.floor import floor_data  # noqa: E402
from bookings.selectors.floor import floor_of, service_date_at  # noqa: E402
from bookings.services import reservation_arrive, reservation_undo  # noqa: E402
from reservehub.core.actors import SYSTEM  # noqa: E402
from reservehub.core.realtime import drain, push  # noqa: E402
from reservehub.local.system import free_port, is_listening, wait_until  # noqa: E402
from restaurants.models import Membership, Restaurant, Role, Table  # noqa: E402

TABLES, ROUNDS = 60, 4
BARE_GROUP = "bench.bare"


class Row(NamedTuple):
    """Milliseconds from commit to arrival, over all screens and events; `last` is the median of
    when an event had reached every screen.
    """

    what: str
    screens: int
    p50: float
    p95: float
    p99: float
    last: float
    lost: int


def evening() -> tuple[Restaurant, list[int]]:
    """A floor in the middle of service; the reservations that are due at each table."""
    place = world.restaurant(0)
    area = place.areas.earliest("pk")
    for number in range(place.tables.count() + 1, TABLES + 1):
        Table.objects.create(restaurant=place, area=area, number=str(number), seats=4, max_party=4)
    place.refresh_from_db()
    now = timezone.now().replace(second=0, microsecond=0)
    world.fill(place, now.date() + timedelta(days=7), 1)
    model = Reservation.objects.get(restaurant=place)
    due = []
    for table in place.tables.all():
        for turn in range(ROUNDS):
            visit = _copy(model, place, table, turn, now - timedelta(hours=3 - 2 * turn))
            if turn == 1:
                due.append(visit.pk)
    return place, due


def _copy(
    model: Reservation, place: Restaurant, table: Table, turn: int, starts_at: datetime
) -> Reservation:
    name = f"{table.pk}-{turn}"
    fields = {f.attname: getattr(model, f.attname) for f in Reservation._meta.concrete_fields}
    changed: dict[str, Any] = {
        "id": None,
        "reference": f"FAN-{name}",
        "guest_id": None,
        "service_date": service_date_at(place, timezone.now()),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=90),
        "manage_token_hash": f"manage-{name}",
        "view_token_hash": f"view-{name}",
    }
    visit = Reservation(**{**fields, **changed})
    visit.save(force_insert=True)
    Occupancy.objects.create(
        table=table,
        restaurant=place,
        period=(visit.starts_at, visit.occupied_until),
        kind="reservation",
        reservation=visit,
    )
    return visit


def cookie_of(place: Restaurant) -> str:
    """The session of a host."""
    host = User.objects.create_user("host@bench.example", "secret-enough-1")
    Membership.objects.create(
        user=host, organisation=place.organisation, restaurant=place, role=Role.HOST
    )
    session = SessionStore()
    session[SESSION_KEY] = str(host.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = host.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@contextmanager
def server() -> Iterator[int]:
    """One socket process."""
    port = free_port(None)
    command = [
        *(sys.executable, "-m", "uvicorn", "bench.fanout_asgi:application", "--lifespan", "off"),
        *("--no-access-log", "--log-level", "warning", "--port", str(port), "--backlog", "2048"),
        *("--ws-ping-interval", "3600"),  # our screens do not answer
    ]
    # The bare consumers complain about every screen that closes.
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        if not wait_until(lambda: is_listening(port), seconds=60):
            raise RuntimeError("the socket server did not start")
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def screens(port: int, path: str, count: int, cookie: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.fanout_screens", str(port), path, str(count), cookie]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the screens did not open")
        yield process
    finally:
        process.kill()
        process.wait()


class Change:
    """One step after the other: the parties arrive, then it is undone, table by table."""

    def __init__(self, due: list[int], place: Restaurant) -> None:
        self._due = due
        self._number = 0
        self._text = _sample(place)
        self._tables = dict(
            Occupancy.objects.filter(reservation__in=due).values_list("reservation_id", "table_id")
        )

    def make(self, *, is_bare: bool) -> tuple[str, float]:
        """Do the next step; its key and when it was committed. For the yardstick a message of the
        same size is sent as well, from the same transaction.
        """
        reservation_id = self._due[self._number % len(self._due)]
        is_back = self._number // len(self._due) % 2
        self._number += 1
        step = reservation_undo if is_back else reservation_arrive
        stamps: list[float] = []
        with transaction.atomic():
            transaction.on_commit(lambda: stamps.append(time.time()))
            changed = step(reservation_id=reservation_id, actor=SYSTEM, now=timezone.now())
            table_id = self._tables[reservation_id]
            if is_bare:
                message = {**self._text, "table_id": table_id, "version": changed.version}
                text = json.dumps(message, separators=(",", ":"))
                push(BARE_GROUP, {"type": "bench.message", "text": text})
        return f"{table_id}:{changed.version}", stamps[0]


def _sample(place: Restaurant) -> dict[str, Any]:
    now = timezone.now()
    floor = floor_of(place, service_date=service_date_at(place, now), at=now, now=now, is_live=True)
    tables = floor_data(floor, place)["tables"]
    sample: dict[str, Any] = max(tables, key=lambda table: len(json.dumps(table)))
    return sample


def measure(
    change: Change, *, count: int, events: int, pause: float, path: str, cookie: str, what: str
) -> Row:
    is_bare = path == "/ws/bare/"
    with server() as port, screens(port, path, count, cookie) as watching:
        for _ in range(3):
            change.make(is_bare=is_bare)
            time.sleep(1)
        made = []
        for _ in range(events):
            made.append(change.make(is_bare=is_bare))
            time.sleep(pause)
        drain(5)
        time.sleep(1)
        out, _err = watching.communicate("", timeout=30)
    arrivals: dict[str, list[float]] = json.loads(out)
    waits, last = [], []
    for key, committed in made:
        found = [(at - committed) * 1000 for at in arrivals.get(key, [])]
        waits += found
        last += [max(found)] if len(found) == count else []
    waits.sort()
    lost = events * count - len(waits)
    return Row(what, count, *_percentiles(waits), median(last or [0.0]), lost)


def _percentiles(waits: list[float]) -> tuple[float, float, float]:
    if not waits:
        raise RuntimeError("nothing arrived")
    p50, p95, p99 = (
        waits[min(len(waits) - 1, int(len(waits) * part))] for part in (0.5, 0.95, 0.99)
    )
    return p50, p95, p99


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench fanout")
    parser.add_argument("--screens", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--events", type=int, default=60, help="of each measurement")
    parser.add_argument("--pause", type=float, default=0.4, help="seconds between two events")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    call_command("migrate", verbosity=0, interactive=False)
    place, due = evening()
    cookie = cookie_of(place)
    change = Change(due, place)
    connection.close()
    print(f"\n{'':12}{'screens':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'all':>9}{'lost':>6}")
    paths = {"bare group": "/ws/bare/", "live floor": f"/ws/staff/{place.pk}/"}
    for count in chosen.screens:
        rows = [
            measure(
                change,
                count=count,
                events=chosen.events,
                pause=chosen.pause,
                path=path,
                cookie=cookie,
                what=what,
            )
            for what, path in paths.items()
        ]
        for row in rows:
            print(
                f"{row.what:12}{row.screens:8}{row.p50:9.1f}{row.p95:9.1f}{row.p99:9.1f}"
                f"{row.last:9.1f}{row.lost:6}",
                flush=True,
            )
        bare, live = rows
        print(
            f"{'ratio':12}{count:8}{live.p50 / bare.p50:9.2f}{live.p95 / bare.p95:9.2f}"
            f"{live.p99 / bare.p99:9.2f}{live.last / bare.last if bare.last else 0:9.2f}"
            "     aim 1.5 (p95)",
            flush=True,
        )


if __name__ == "__main__":
    main()
