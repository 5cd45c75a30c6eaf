"""Private PostgreSQL and Valkey for development, the demo and tests (POSIX).

Used only where ``DATABASE_URL`` or ``REDIS_URL`` is unset. Every process that called :func:`up`
holds a shared lock on ``users.lock`` for life; the kernel drops it however the process dies, so
there are no lists of users to go stale. A detached reaper waits for the exclusive lock and then
stops the servers.

    python -m reservehub.local.embedded up|down HOME
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import postgres, valkey
from .system import (
    exclusive_lock,
    open_lock,
    server_account,
    try_exclusive,
    usable_home,
    wait_until,
    write_private,
)

GRACE_SECONDS = float(os.environ.get("RESERVEHUB_EMBEDDED_GRACE", "20"))
PROJECT = Path(__file__).resolve().parent.parent.parent

_held: dict[Path, int] = {}  # keeps our shared locks open for the life of the process


@dataclass
class _State:
    """What must survive a restart: passwords, and the ports to prefer."""

    pg_password: str = field(default_factory=lambda: secrets.token_hex(16))
    valkey_password: str = field(default_factory=lambda: secrets.token_hex(16))
    pg_port: int | None = None
    valkey_port: int | None = None

    @classmethod
    def read(cls, home: Path) -> _State:
        file = home / "state.json"
        return cls(**json.loads(file.read_text())) if file.exists() else cls()

    def write(self, home: Path) -> None:
        write_private(home / "state.json", json.dumps(asdict(self)))


@dataclass(frozen=True)
class Addresses:
    """The URLs of the running servers; empty for one that was not asked for."""

    database: str
    redis: str


def up(home: Path, *, test: bool = False, database: bool = True, redis: bool = True) -> Addresses:
    """Bring the servers under ``home`` up, or join those that run, until this process ends.

    Safe from many processes at once. ``test`` trades durability for speed.

    :raises EmbeddedError: if there are no binaries or a server does not start
    """
    account = server_account()
    home = usable_home(home.resolve(), account)
    _join(home)
    with exclusive_lock(home / "start.lock"):
        state = _State.read(home)
        state.write(home)  # the password is on disk before initdb uses it
        try:
            if database:
                state.pg_port = postgres.start(
                    home,
                    password=state.pg_password,
                    port=state.pg_port,
                    account=account,
                    test=test,
                )
            if redis:
                state.valkey_port = valkey.start(
                    home, password=state.valkey_password, port=state.valkey_port
                )
        finally:
            state.write(home)
        _ensure_reaper(home)
    pg = f"{postgres.USER}:{state.pg_password}@127.0.0.1:{state.pg_port}/{postgres.DATABASE}"
    return Addresses(
        database=f"postgres://{pg}" if database else "",
        redis=f"redis://:{state.valkey_password}@127.0.0.1:{state.valkey_port}/0" if redis else "",
    )


def leave(home: Path) -> bool:
    """Give up our use of the servers and stop them unless somebody else uses them still.

    Returns whether they were stopped.
    """
    home = usable_home(home.resolve(), server_account())
    descriptor = _held.pop(home, None)
    if descriptor is not None:
        os.close(descriptor)
    with exclusive_lock(home / "start.lock"):
        users = try_exclusive(home / "users.lock")
        if users is None:
            return False
        try:
            _stop(home)
        finally:
            os.close(users)
        _stop_reaper(home)
    return True


def down(home: Path) -> None:
    """Stop the servers under ``home``, whoever uses them."""
    home = usable_home(home.resolve(), server_account())
    with exclusive_lock(home / "start.lock"):
        _stop(home)
        _stop_reaper(home)


def reap(home: Path, own: int) -> None:
    """Wait until nobody has used the servers for the grace period, then stop them.

    :param own: the descriptor of ``reaper.lock``, locked by whoever started this process
    """
    while True:
        with exclusive_lock(home / "users.lock"):
            pass  # nobody uses them just now
        time.sleep(GRACE_SECONDS)
        with exclusive_lock(home / "start.lock"):
            users = try_exclusive(home / "users.lock")
            if users is None:
                continue
            _stop(home)
            os.close(own)  # before the start lock: the next user must find the place free
            os.close(users)
            return


def _join(home: Path) -> None:
    if home in _held:
        return
    descriptor = open_lock(home / "users.lock")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[home] = descriptor


def _stop(home: Path) -> None:
    state = _State.read(home)
    postgres.stop(home)
    valkey.stop(password=state.valkey_password, port=state.valkey_port)


def _ensure_reaper(home: Path) -> None:
    free = try_exclusive(home / "reaper.lock")
    if free is None:
        return
    # It inherits the lock, so that whoever leaves at once finds it, however slowly it starts.
    process = subprocess.Popen(
        [sys.executable, "-m", "reservehub.local.embedded", "reap", str(home), str(free)],
        cwd=PROJECT,
        pass_fds=(free,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.truncate(free, 0)
    os.write(free, str(process.pid).encode())
    os.close(free)
    process.returncode = 0  # it outlives us on purpose: nobody will wait for it


def _stop_reaper(home: Path) -> None:
    """End the reaper; the held lock proves that the pid in the file is its own."""
    free = try_exclusive(home / "reaper.lock")
    if free is not None:
        os.close(free)
        return
    with contextlib.suppress(ValueError, ProcessLookupError):
        os.kill(int((home / "reaper.lock").read_text()), signal.SIGTERM)
    wait_until(lambda: _is_free(home / "reaper.lock"), seconds=5)


def _is_free(lock: Path) -> bool:
    descriptor = try_exclusive(lock)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def main(arguments: list[str]) -> int:
    """The command line; see the module's description."""
    match arguments:
        case ["up", home]:
            addresses = up(Path(home))
            sys.stdout.write(f"{addresses.database}\n{addresses.redis}\n")
        case ["down", home]:
            down(Path(home))
        case ["reap", home, descriptor]:
            reap(Path(home), int(descriptor))
        case _:
            sys.stderr.write("usage: python -m reservehub.local.embedded up|down HOME\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
