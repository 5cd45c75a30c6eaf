"""The embedded PostgreSQL and Valkey: many users at once, sudden deaths, several copies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from reservehub.local import embedded
from reservehub.local.embedded import Addresses
from reservehub.local.system import is_running, server_account, usable_home
from tests.ops.support import PROJECT, environment, eventually

JOIN_AND_WAIT = """
import sys
from pathlib import Path
from reservehub.local.embedded import up
addresses = up(Path(sys.argv[1]), test=True)
print(addresses.database, addresses.redis, flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers until it is told, or made, to end."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", JOIN_AND_WAIT, str(home)],
            cwd=PROJECT,
            env=environment(RESERVEHUB_EMBEDDED_GRACE="0.5"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> Addresses:
        assert self.process.stdout is not None
        database, redis_url = self.process.stdout.readline().split()
        return Addresses(database=database, redis=redis_url)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "home"
    yield directory
    embedded.down(directory)


def used(home: Path) -> Path:
    """Where the servers of ``home`` really live."""
    return usable_home(home.resolve(), server_account())


def postgres_pid(home: Path) -> int | None:
    file = used(home) / "pg/data/postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


def database_answers(addresses: Addresses) -> bool:
    try:
        with psycopg.connect(addresses.database, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def redis_answers(addresses: Addresses) -> bool:
    try:
        with redis.Redis.from_url(addresses.redis) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_many_cold_starts_at_once_share_one_pair_of_servers(home: Path) -> None:
    users = [User(home) for _ in range(6)]
    try:
        addresses = {user.addresses() for user in users}
    finally:
        for user in users:
            user.kill()
    assert len(addresses) == 1


def test_servers_stop_when_their_last_user_is_killed(home: Path) -> None:
    user = User(home)
    addresses = user.addresses()
    pid = postgres_pid(home)
    assert database_answers(addresses)
    assert redis_answers(addresses)

    user.kill()

    assert eventually(lambda: not is_running(pid))
    assert eventually(lambda: not redis_answers(addresses))


def test_servers_stay_while_somebody_uses_them(home: Path) -> None:
    first, second = User(home), User(home)
    try:
        addresses = first.addresses()
        second.addresses()
        first.kill()
        assert not eventually(lambda: not database_answers(addresses), seconds=2)
    finally:
        second.kill()


def test_a_killed_postgres_is_started_again_with_its_data(home: Path) -> None:
    before = embedded.up(home)
    try:
        with psycopg.connect(before.database, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        pid = postgres_pid(home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)  # leaves its pid file behind

        after = embedded.up(home)

        with psycopg.connect(after.database) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        embedded.leave(home)


def test_a_pid_file_that_names_another_program_is_no_obstacle(home: Path) -> None:
    embedded.up(home, test=True)
    embedded.leave(home)
    stale = used(home) / "pg/data/postmaster.pid"
    stale.write_text(f"{os.getpid()}\n")

    addresses = embedded.up(home, test=True)
    try:
        assert database_answers(addresses)
    finally:
        embedded.leave(home)


def test_leaving_stops_the_servers_and_their_reaper(home: Path) -> None:
    addresses = embedded.up(home, test=True)

    assert embedded.leave(home)

    assert not database_answers(addresses)
    assert not redis_answers(addresses)
    assert eventually(lambda: embedded._is_free(used(home) / "reaper.lock"))


def test_two_homes_live_side_by_side(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        first, second = embedded.up(home, test=True), embedded.up(other, test=True)
        assert first.database != second.database
        assert database_answers(first)
        assert database_answers(second)
    finally:
        embedded.leave(other)
        embedded.leave(home)


def test_text_outside_ascii_is_searched_by_trigrams(home: Path) -> None:
    addresses = embedded.up(home, test=True)
    try:
        with psycopg.connect(addresses.database, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            row = connection.execute("SELECT similarity('Пушкин', 'пушкин')").fetchone()
            assert row == (1.0,)
    finally:
        embedded.leave(home)
