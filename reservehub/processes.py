"""The processes of ReserveHub and how each is started, here and in production.

    python -m reservehub.processes web|sockets|worker|beat|bot|prepare

``prepare`` runs once per release, before the others: migrations, then the checks of a deployment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BACKLOG = 2048  # connections that may wait: a burst of bookings queues, it is not refused
BOT_COMMAND = "run_bot"

Command = tuple[str, ...]


def worker() -> Command:
    """Background work. Threads, since tasks wait for the database and the network."""
    options = ("--pool", "threads", "--concurrency", os.environ.get("WORKER_THREADS", "4"))
    quiet = ("--loglevel", "INFO", "--without-mingle", "--without-gossip")
    return ("celery", "--quiet", "-A", "reservehub", "worker", *options, *quiet)


def beat() -> Command:
    """The clock. One of it, never two: see docs/operations.md."""
    state = str(Path(tempfile.gettempdir()) / "reservehub-beat")
    return (
        "celery",
        "--quiet",
        "-A",
        "reservehub",
        "beat",
        "-l",
        "WARNING",
        "--pidfile=",
        "-s",
        state,
    )


def bot() -> Command:
    """The Telegram bot, polling."""
    return ("manage", BOT_COMMAND)


def guests() -> Command:
    """The guests of the demo, who keep coming and going."""
    return ("manage", "live_demo")


def web() -> Command:
    """Pages and API in production: WSGI (docs/adr/0002-one-port-and-wsgi-for-pages.md)."""
    return (
        *("granian", "reservehub.wsgi:application", "--interface", "wsgi", "--no-ws"),
        *("--host", "0.0.0.0", "--port", os.environ.get("PORT", "8000")),  # noqa: S104 - container
        *("--workers", os.environ.get("WEB_PROCESSES", "2")),
        *("--blocking-threads", os.environ.get("RESERVEHUB_WEB_THREADS", "4")),
        *("--backlog", str(BACKLOG), "--backpressure", str(BACKLOG)),
        "--respawn-failed-workers",
    )


def sockets() -> Command:
    """Live updates in production: ASGI."""
    return (
        *("uvicorn", "reservehub.asgi:application", "--lifespan", "off", "--no-access-log"),
        *("--host", "0.0.0.0", "--port", os.environ.get("PORT", "8000")),  # noqa: S104 - container
        *("--backlog", str(BACKLOG), "--timeout-graceful-shutdown", "5"),
        *("--ws-per-message-deflate", "false"),  # small messages to many screens
    )


PREPARE: tuple[Command, ...] = (
    ("manage", "migrate", "--noinput"),
    ("manage", "check", "--deploy", "--database", "default", "--fail-level", "ERROR"),
)
PRODUCTION: Mapping[str, Command] = {
    "web": web(),
    "sockets": sockets(),
    "worker": worker(),
    "beat": beat(),
    "bot": bot(),
}


def main(arguments: Sequence[str]) -> int:
    """Run ``prepare``, or become the named process."""
    os.chdir(PROJECT)
    if list(arguments) == ["prepare"]:
        return next((status for command in PREPARE if (status := _run(command))), 0)
    if len(arguments) == 1 and arguments[0] in PRODUCTION:
        os.execv(sys.executable, _python(PRODUCTION[arguments[0]]))  # noqa: S606 - fixed commands
    sys.stderr.write(f"usage: python -m reservehub.processes {'|'.join(PRODUCTION)}|prepare\n")
    return 2


def _run(command: Command) -> int:
    return subprocess.run(_python(command), check=False).returncode


def _python(command: Command) -> list[str]:
    return [sys.executable, "-m", *command]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
