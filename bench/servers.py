"""The servers under test, and how much processor time they use."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reservehub.local.system import free_port

PROJECT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def web(*, processes: int, threads: int) -> Iterator[tuple[int, int]]:
    """The production web server (`reservehub.processes.web`); its port and process id."""
    port = free_port(None)
    command = [
        *(sys.executable, "-m", "granian", "reservehub.wsgi:application", "--interface", "wsgi"),
        *("--no-ws", "--host", "127.0.0.1", "--port", str(port), "--no-log"),
        *("--workers", str(processes), "--blocking-threads", str(threads)),
        *("--backlog", "2048", "--backpressure", "2048"),
    ]
    process = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/bench/bare")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the web server did not start")


def generate(port: int, clients: int, seconds: float, requests: Sequence[Any]) -> dict[str, Any]:
    """Send requests from another process; what it reports (see `bench.load`)."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), str(clients), str(seconds)],
        cwd=PROJECT,
        input="\n".join(json.dumps(request) for request in requests),
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def family_of(parent: int) -> list[int]:
    """A process and all that descend from it."""
    pairs: list[tuple[int, int]] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        pairs.append((int(stat.parent.name), int(text.rsplit(")", 1)[1].split()[1])))
    family = [parent]
    for one in family:
        family += [pid for pid, its_parent in pairs if its_parent == one]
    return family


def cpu_seconds(parent: int) -> float:
    """Processor time so far of a process and its descendants; 0 where there is no /proc."""
    total = 0
    for pid in family_of(parent):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS
