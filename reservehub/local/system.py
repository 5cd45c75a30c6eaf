"""Processes, ports and locks of the machine, as the embedded servers need them (POSIX)."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD_PATH = "/"
HAS_PROC = Path("/proc/self/stat").exists()  # Linux, not macOS


class EmbeddedError(RuntimeError):
    """An embedded server cannot be brought up; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The ordinary account that servers run under when we are root; PostgreSQL refuses root."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account | None:
    """The account to start PostgreSQL under; ``None`` where we already are an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("RESERVEHUB_PG_USER"), "postgres", "nobody"):
        if not name:
            continue
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "Running as root, and there is neither a 'postgres' nor a 'nobody' account."
    )


def is_reachable(path: Path, account: Account | None) -> bool:
    """Whether ``account`` may enter or execute ``path``."""
    if account is None:
        return True
    command = ["/bin/sh", "-c", 'test -x "$1"', "-", str(path)]
    done = subprocess.run(command, check=False, cwd=CHILD_PATH, **account.popen_arguments())
    return done.returncode == 0


def usable_home(home: Path, account: Account | None) -> Path:
    """``home``, or a stand-in under /var/tmp where the server account cannot reach it."""
    home.mkdir(parents=True, exist_ok=True)
    if is_reachable(home, account):
        return home
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    stand_in = Path("/var/tmp") / f"reservehub-{os.geteuid()}-{digest}"
    stand_in.mkdir(mode=0o755, exist_ok=True)
    if stand_in.is_symlink() or stand_in.stat().st_uid != os.geteuid():
        raise EmbeddedError(f"{stand_in} belongs to somebody else; set RESERVEHUB_HOME.")
    return stand_in


def process_state(pid: int) -> str:
    """``""`` for gone, ``"Z"`` for a zombie, else the run state (``"?"`` where unknown)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    if HAS_PROC:
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "?"
    return "?"


def is_running(pid: int | None) -> bool:
    return pid is not None and process_state(pid) not in ("", "Z")


def process_name(pid: int) -> str:
    """The short name of a process, ``"?"`` where the system does not tell."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return "?"


def free_port(preferred: int | None) -> int:
    """``preferred`` if nobody listens there, else any free port of the loopback interface."""
    for port in (preferred, 0):
        if port is None:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise EmbeddedError("No free port on 127.0.0.1.")


def is_listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(condition: Callable[[], bool], *, seconds: float, step: float = 0.05) -> bool:
    """Poll ``condition``; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(step)
    return True


@contextlib.contextmanager
def exclusive_lock(path: Path) -> Iterator[int]:
    """Wait for the lock file; the kernel frees it however the holder dies."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(path: Path) -> int | None:
    """The locked descriptor of ``path``, or ``None`` while somebody else holds it."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` atomically by a file only its owner reads."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)


def run_server_tool(
    command: list[str | Path], account: Account | None, *, seconds: float = 120
) -> tuple[int, str]:
    """Run ``initdb`` or ``pg_ctl``; its exit status and error text.

    Output goes nowhere: the server that ``pg_ctl`` starts keeps it open, so reading it through a
    pipe would wait for ever. Its error stream is its log file, so ours may be read.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    environment |= {"HOME": "/", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=CHILD_PATH,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=seconds,
        **(account.popen_arguments() if account else {}),
    )
    return done.returncode, done.stderr
