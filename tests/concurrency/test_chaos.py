"""Power cuts in the middle of the evening: what was promised to a guest is kept.

The web processes, then PostgreSQL (with fsync, as in production) are killed under load.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from reservehub.local import embedded
from reservehub.local.embedded import Addresses
from tests.concurrency.server import WebServer

pytestmark = pytest.mark.slow

GUESTS = 6
BOOKINGS = "/api/v1/reservations"


@dataclass
class Load:
    """Guests who keep booking, each request once, and what they were told."""

    server: WebServer
    slug: str
    promised: dict[str, str] = field(default_factory=dict)
    """Reference by the guest's address, of every 201."""
    refused: set[str] = field(default_factory=set)
    unanswered: list[dict[str, Any]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self) -> None:
        while not self.is_over.is_set():
            if not self.send(self.wish()):
                time.sleep(0.3)

    def wish(self) -> dict[str, Any]:
        rng, day = random.Random(), timezone.localdate() + timedelta(days=3)
        return {
            "restaurant": self.slug,
            "date": (day + timedelta(days=rng.randrange(40))).isoformat(),
            "time": f"{rng.randrange(18, 22)}:{rng.choice(('00', '15', '30', '45'))}",
            "party_size": rng.choice((1, 2, 2, 3, 4, 6)),
            "guest_name": "Anna de Vries",
            "guest_email": f"guest-{next(self.numbers)}@example.com",
        }

    def send(self, wish: dict[str, Any]) -> bool:
        guest = wish["guest_email"]
        key = {"Idempotency-Key": f"key of {guest}"}
        answer = self.server.ask("POST", BOOKINGS, wish, headers=key, timeout=20)
        if answer.status == 201:
            self.promised[guest] = answer.body["reference"]
        elif answer.status == 409:
            self.refused.add(guest)
        else:
            assert answer.status in (0, 500, 503), answer
            self.unanswered.append(wish)
            return False
        return True

    def send_again(self) -> int:
        """What guests do who saw an error; returns how many there were."""
        again, self.unanswered = self.unanswered, []
        assert all(self.send(wish) for wish in again)
        return len(again)


@contextlib.contextmanager
def guests_who_book(load: Load) -> Iterator[None]:
    load.is_over.clear()
    with ThreadPoolExecutor(GUESTS) as pool:
        running = [pool.submit(load.run) for _ in range(GUESTS)]
        try:
            yield
        finally:
            load.is_over.set()
        for one in running:
            one.result(60)


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="reservehub-chaos-"))
    path.chmod(0o755)  # PostgreSQL runs under another account where we are root
    try:
        yield path
    finally:
        embedded.leave(path)
        shutil.rmtree(path)


def test_no_promised_booking_is_lost_or_made_twice(home: Path, tmp_path: Path) -> None:
    addresses = embedded.up(home)
    environment = {
        "DATABASE_URL": addresses.database,
        "REDIS_URL": addresses.redis,
        "RESERVEHUB_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "reservehub.settings.development",
    }
    slug = prepare(environment)

    with WebServer(environment=environment, log=tmp_path / "web.log", processes=1) as server:
        load = Load(server, slug)
        with guests_who_book(load):
            wait_for(load, 10)
            server.kill()
            server.start()
            wait_for(load, 10)
        lost_in_web = load.send_again()
        assert_promises_are_kept(load, addresses)

        with guests_who_book(load):
            wait_for(load, 10)
            kill_database(home)
            assert embedded.up(home) == addresses
            wait_for(load, 10)
        lost_in_database = load.send_again()
        assert_promises_are_kept(load, addresses)

    assert lost_in_web + lost_in_database > 0, "nobody noticed: the test is too gentle"


def prepare(environment: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-m", "tests.concurrency.chaos"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def wait_for(load: Load, more: int) -> None:
    """Until so many more bookings were promised."""
    enough = len(load.promised) + more
    deadline = time.monotonic() + 60
    while len(load.promised) < enough:
        assert time.monotonic() < deadline, (len(load.promised), len(load.unanswered))
        time.sleep(0.02)


def kill_database(home: Path) -> None:
    """PostgreSQL and all its processes at once."""
    server = int((home / "pg/data/postmaster.pid").read_text().split()[0])
    family = [server, *children_of(server)]
    for process in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def children_of(parent: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split() for line in found.splitlines())
    return [int(pid) for pid, its_parent in pairs if int(its_parent) == parent]


STORED = "SELECT guest_email, reference, status FROM bookings_reservation"
UNSEATED = """
    SELECT reference FROM bookings_reservation r WHERE NOT EXISTS
        (SELECT 1 FROM bookings_occupancy o WHERE o.reservation_id = r.id)
"""
OVERLAPS = """
    SELECT a.id FROM bookings_occupancy a JOIN bookings_occupancy b
    ON a.table_id = b.table_id AND a.id < b.id AND a.period && b.period
"""


def assert_promises_are_kept(load: Load, addresses: Addresses) -> None:
    with psycopg.connect(addresses.database) as database:
        stored = database.execute(STORED).fetchall()
        assert database.execute(UNSEATED).fetchall() == []
        assert database.execute(OVERLAPS).fetchall() == []
    guests = [guest for guest, _reference, _status in stored]
    assert len(guests) == len(set(guests)), "a guest was booked twice"
    references = {guest: reference for guest, reference, _status in stored}
    assert references == load.promised
    assert not load.refused & set(guests)
