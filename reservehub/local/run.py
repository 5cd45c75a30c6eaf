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

from django.core.exceptions import ImproperlyConfigured

from reservehub import environment, processes

from . import embedded
from .demo import DEMO_ADDRESSES, DEMO_PASSWORD
from .supervisor import PROJECT, Console, Program, Supervisor
from .system import EmbeddedError, open_lock

WEB_PROCESSES: Final = 2
PREPARATION: Final = Program("prepare", "manage", ("prepare_local",))
EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
LETTING_GO: Final = 10.0  # seconds that orphans may take to end
GIVE_UP_AFTER: Final = 5  # deaths in a row before the first answer


class CannotStart(RuntimeError):
    """ReserveHub cannot start here; the message says what to do."""


def home_directory() -> Path:
    return Path(environment.text("RESERVEHUB_HOME") or PROJECT / ".reservehub").resolve()


def chosen_port() -> int:
    """The port of the environment, 8000 where it names none.

    :raises CannotStart: if it is no port
    """
    port = environment.number("PORT", default=8000)
    if not 0 < port < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {port}.")
    return port


def listen(host: str, port: int, *, seconds: float) -> socket.socket:
    """A listening socket for the web processes to inherit.

    Tries for so many ``seconds``.

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
def only_one(home: Path, port: int) -> Iterator[bool]:
    """Hold ``home`` for one supervisor; the kernel lets go however we die.

    Yields whether a predecessor on the same port was killed: its children may still hold it.

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
        was_killed = os.read(descriptor, 16) == str(port).encode()
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(port).encode(), 0)
        yield was_killed
    finally:
        os.truncate(descriptor, 0)
        os.close(descriptor)


def command_exists(name: str) -> bool:
    """Whether some app of the project has the management command."""
    return any(PROJECT.glob(f"*/management/commands/{name}.py")) or any(
        PROJECT.glob(f"*/*/management/commands/{name}.py")
    )


class Gate:
    """A pipe that lets the web processes in when it is opened; those started later find it open."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()
        self._is_open = False

    def open(self) -> None:
        if not self._is_open:
            self._is_open = True
            os.close(self._writing)


def web_programs(listener: socket.socket, gate: Gate) -> list[Program]:
    """The web processes, all on the one socket."""
    descriptors = (listener.fileno(), gate.reading)
    arguments = tuple(map(str, descriptors))
    return [
        Program(f"web{number}", "reservehub.local.web", arguments, descriptors)
        for number in range(1, WEB_PROCESSES + 1)
    ]


def background_programs() -> list[Program]:
    """Worker, beat, with a token the bot, and the life of the demo."""
    commands = {"worker": processes.worker(), "beat": processes.beat()}
    is_demo = environment.flag("RESERVEHUB_DEMO", default=True)
    if is_demo and environment.flag("RESERVEHUB_DEMO_LIVE", default=True):
        commands["guests"] = processes.guests()
    if os.environ.get("TELEGRAM_BOT_TOKEN") and command_exists(processes.BOT_COMMAND):
        commands["bot"] = processes.bot()
    return [Program(name, module, tuple(options)) for name, (module, *options) in commands.items()]


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


class _Opening:
    """Waits for the first answer, says so once, and only then spends the processor on the rest."""

    def __init__(
        self, supervisor: Supervisor, console: Console, *, host: str, port: int, demo: bool
    ) -> None:
        self._supervisor = supervisor
        self._console = console
        self._host = "127.0.0.1" if host in EVERY_ADDRESS else host
        self._port, self._demo = port, demo
        self.is_done = False

    def advance(self) -> None:
        """Look whether the site answers by now; give up if it never comes to that."""
        if self.is_done:
            return
        if self._supervisor.deaths("web1") >= GIVE_UP_AFTER:
            self._console.line("The web process does not start; see its messages above.")
            self._supervisor.request_stop()
        elif answers(self._host, self._port):
            self.is_done = True
            announce(self._console, self._port, demo=self._demo)
            for program in background_programs():
                self._supervisor.start(program)


def _run(console: Console, supervisor: Supervisor) -> int:
    """Prepare, run and end everything; the exit status."""
    demo = environment.flag("RESERVEHUB_DEMO", default=True)
    home, port = home_directory(), chosen_port()
    host = environment.text("RESERVEHUB_HOST", "127.0.0.1")
    database, redis = (not environment.text(name) for name in ("DATABASE_URL", "REDIS_URL"))
    with (
        only_one(home, port) as was_killed,
        listen(host, port, seconds=LETTING_GO if was_killed else 0.0) as listener,
    ):
        try:
            if database or redis:
                embedded.up(home, database=database, redis=redis)
            console.line("Preparing the database ...")
            gate = Gate()
            for program in web_programs(listener, gate):  # they load while it is prepared
                supervisor.start(program)
            status = supervisor.run_once(PREPARATION)
            if status:
                return 0 if supervisor.is_stopping else status
            gate.open()
            opening = _Opening(supervisor, console, host=host, port=port, demo=demo)
            supervisor.supervise(opening.advance)
            console.line("Stopping ...")
            return 0 if opening.is_done else 1
        finally:
            supervisor.stop()
            if (database or redis) and not embedded.leave(home):
                console.line("The database keeps running for the other processes that use it.")


def main() -> int:
    """Run until Ctrl-C; the exit status."""
    console = Console(sys.stdout, width=7)
    supervisor = Supervisor(console)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.request_stop())
    try:
        return _run(console, supervisor)
    except (CannotStart, EmbeddedError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
