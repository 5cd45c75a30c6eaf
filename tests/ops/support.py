"""Starting copies of ReserveHub's own processes from tests."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
_SETTINGS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"),
    "DJANGO_ALLOW_ASYNC_UNSAFE",  # the browser tests set it for themselves
)


def environment(**values: str) -> dict[str, str]:
    """Our environment without what decides where ReserveHub finds its services."""
    inherited = {key: value for key, value in os.environ.items() if key not in _SETTINGS}
    return inherited | values


def eventually(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def unused_port() -> int:
    """A free port below those that the kernel gives to outgoing connections.

    One of those may be taken by anybody's connection while the test restarts its server.
    """
    for port in random.sample(range(15000, 32000), 50):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("No free port between 15000 and 32000.")


def processes_naming(text: str) -> list[int]:
    """The ids of live processes whose command line or environment names ``text``; not our own."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (directory / "cmdline").read_bytes() + (directory / "environ").read_bytes()
            if text.encode() in words and int(directory.name) != os.getpid():
                found.append(int(directory.name))
    return found


@dataclass
class Copy:
    """A running ``python -m reservehub.local.run`` and what it has said so far."""

    process: subprocess.Popen[str]
    port: int
    home: Path
    lines: list[str] = field(default_factory=list)

    def said(self, text: str) -> bool:
        return any(text in line for line in list(self.lines))

    def read(self) -> None:
        if self.process.stdout is None:
            return
        for line in self.process.stdout:
            self.lines.append(line)


@contextlib.contextmanager
def running_copy(home: Path, *, port: int | None = None, **values: str) -> Iterator[Copy]:
    """A copy of ReserveHub without demo data, killed with all it started at the end."""
    port = port or unused_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "reservehub.local.run"],
        cwd=PROJECT,
        env=environment(
            PORT=str(port),
            RESERVEHUB_HOME=str(home),
            RESERVEHUB_DEMO="off",
            RESERVEHUB_EMBEDDED_GRACE="1",
            **values,
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    copy = Copy(process, port, home)
    reader = threading.Thread(target=copy.read, daemon=True)
    reader.start()
    try:
        yield copy
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=25)
        for pid in processes_naming(f"RESERVEHUB_HOME={home}"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(timeout=5)
        reader.join(timeout=5)
