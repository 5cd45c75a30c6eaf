"""The whole of ReserveHub on this machine with one command: ``python -m reservehub.local.run``.

Embedded PostgreSQL and Valkey (unless ``DATABASE_URL`` and ``REDIS_URL`` say otherwise), the
migrations, the demo data, web, worker, beat and, with a token, the Telegram bot. Ctrl-C stops all.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reservehub import processes

from . import embedded
from .demo import DEMO_ADDRESSES, DEMO_PASSWORD
from .supervisor import PROJECT, Console, Program, Supervisor
from .system import EmbeddedError, open_lock

WEB_PROCESSES: Final = 2
GIVE_UP_AFTER: Final = 5  # deaths in a row before the first answer


class CannotStart(RuntimeError):
    """ReserveHub cannot start here; the message says what to do."""


def home_directory() -> Path:
    return Path(os.environ.get("RESERVEHUB_HOME") or PROJECT / ".reservehub").resolve()


def chosen_port() -> int:
    """The port of the environment, 8000 where it names none.

    :raises CannotStart: if it is no port
    """
    value = os.environ.get("PORT", "").strip() or "8000"
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def listen(host: str, port: int, *, seconds: float = 5.0) -> socket.socket:
    """A listening socket for the web processes to inherit.

    Waits a moment, since the children of a killed predecessor need one to let go of the port.

    :raises CannotStart: if somebody else uses the port
    """
    deadline = time.monotonic() + seconds
    while True:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(processes.BACKLOG)
        except OSError as error:
            listener.close()
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"Port {port} is in use or not allowed ({error.strerror}). "
                    f"Choose another one: PORT={port + 1} make run"
                ) from None
            time.sleep(0.2)
        else:
            return listener


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold ``home`` for one supervisor; the kernel lets go however we die.

    :raises CannotStart: if one runs there already
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = open_lock(home / "run.lock")
    except PermissionError:
        raise CannotStart(f"{home} belongs to another user: set RESERVEHUB_HOME.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise CannotStart(
            f"ReserveHub runs from {home} already. For a second copy choose another "
            "RESERVEHUB_HOME and PORT."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def command_exists(name: str) -> bool:
    """Whether some app of the project has the management command."""
    return any(PROJECT.glob(f"*/management/commands/{name}.py")) or any(
        PROJECT.glob(f"*/*/management/commands/{name}.py")
    )


def preparations(*, demo: bool) -> list[Program]:
    """What runs once before the programs start."""
    steps = [Program("migrate", "manage", ("migrate", "--noinput", "--verbosity", "0"))]
    if demo and command_exists("load_demo"):
        steps.append(Program("demo", "manage", ("load_demo",)))
    return steps


def programs(listener: socket.socket) -> list[Program]:
    """What runs until the end."""
    descriptor = listener.fileno()
    web = [
        Program(f"web{number}", "reservehub.local.web", (str(descriptor),), (descriptor,))
        for number in range(1, WEB_PROCESSES + 1)
    ]
    rest = {"worker": processes.worker(), "beat": processes.beat()}
    if os.environ.get("TELEGRAM_BOT_TOKEN") and command_exists(processes.BOT_COMMAND):
        rest["bot"] = processes.bot()
    return [*web, *(Program(name, module, tuple(o)) for name, (module, *o) in rest.items())]


def answers(host: str, port: int) -> bool:
    """Whether the site answers its readiness check."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(console: Console, port: int, *, demo: bool) -> None:
    console.line(f"ReserveHub is ready: http://127.0.0.1:{port}")
    if demo:
        for address in DEMO_ADDRESSES:
            console.line(f"  {address:<20} password: {DEMO_PASSWORD}")
    console.line("Ctrl-C stops it.")


class _Readiness:
    """Says once that the site answers; gives up if it never comes to that."""

    def __init__(
        self, supervisor: Supervisor, console: Console, *, host: str, port: int, demo: bool
    ) -> None:
        self._supervisor = supervisor
        self._console = console
        self._host, self._port, self._demo = host, port, demo
        self.is_reached = False

    def check(self) -> None:
        if self.is_reached:
            return
        if self._supervisor.deaths("web1") >= GIVE_UP_AFTER:
            self._console.line("The web process does not start; see its messages above.")
            self._supervisor.request_stop()
        elif answers(self._host, self._port):
            self.is_reached = True
            announce(self._console, self._port, demo=self._demo)


def _run(console: Console, supervisor: Supervisor) -> int:
    """Prepare, run and end everything; the exit status."""
    demo = os.environ.get("RESERVEHUB_DEMO", "on").strip().lower() not in (
        "0",
        "off",
        "no",
        "false",
    )
    home, port = home_directory(), chosen_port()
    host = os.environ.get("RESERVEHUB_HOST", "127.0.0.1")
    with only_one(home), listen(host, port) as listener:
        needs = {"database": not os.environ.get("DATABASE_URL")}
        needs["redis"] = not os.environ.get("REDIS_URL")
        try:
            if any(needs.values()):
                embedded.up(home, **needs)
            for step in preparations(demo=demo):
                console.line(f"{step.name} ...")
                status = supervisor.run_once(step)
                if status:
                    return 0 if supervisor.is_stopping else status
            for program in programs(listener):
                supervisor.start(program)
            local = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared
            readiness = _Readiness(supervisor, console, host=local, port=port, demo=demo)
            supervisor.supervise(readiness.check)
            console.line("Stopping ...")
            return 0 if readiness.is_reached else 1
        finally:
            supervisor.stop()
            if any(needs.values()) and not embedded.leave(home):
                console.line("The database keeps running for the other processes that use it.")


def main() -> int:
    """Run until Ctrl-C; the exit status."""
    console = Console(sys.stdout, width=7)
    supervisor = Supervisor(console)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.request_stop())
    try:
        return _run(console, supervisor)
    except (CannotStart, EmbeddedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
