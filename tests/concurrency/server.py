"""The web processes of `make run`, and clients that talk to them over real sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Self

from django.conf import settings

from reservehub.local.run import listen
from reservehub.local.system import free_port

STARTS_WITHIN = 60.0


class Answer(NamedTuple):
    """What came back; status 0 where the connection broke before an answer."""

    status: int
    body: Any
    headers: Mapping[str, str]
    seconds: float


class WebServer:
    """Web processes on one port, which end with the `with`."""

    def __init__(self, *, environment: Mapping[str, str], log: Path, processes: int = 2) -> None:
        self.port = free_port(None)
        self._listener = listen("127.0.0.1", self.port, seconds=10)
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
            "DJANGO_SETTINGS_MODULE": "reservehub.settings.development",
            "RESERVEHUB_THROTTLES": "off",
            **environment,
        }
        self._log = log
        self._count = processes
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(20)
        self._listener.close()

    def start(self) -> None:
        """Start the processes and wait until they answer."""
        descriptor = self._listener.fileno()
        with self._log.open("ab") as log:
            self._running = [
                subprocess.Popen(
                    [sys.executable, "-m", "reservehub.local.web", str(descriptor)],
                    cwd=settings.BASE_DIR,
                    env=self._environment,
                    pass_fds=[descriptor],
                    stdout=log,
                    stderr=log,
                )
                for _ in range(self._count)
            ]
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._is_ready():
            if time.monotonic() > deadline or any(p.poll() is not None for p in self._running):
                raise AssertionError(f"the server did not start:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would: no process gets the chance to finish anything."""
        for process in self._running:
            process.send_signal(signal.SIGKILL)
        for process in self._running:
            process.wait(20)

    def _is_ready(self) -> bool:
        return self.ask("GET", "/readyz", timeout=2).status == 200

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return _exchange(connection, method, path, body, headers or {})
        finally:
            connection.close()

    def post_together(self, path: str, bodies: Sequence[Any]) -> list[Answer]:
        """Open all connections first, then send everything at one moment."""
        barrier = threading.Barrier(len(bodies))

        def post(body: Any) -> Answer:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
            try:
                connection.connect()
                barrier.wait(60)
                return _exchange(connection, "POST", path, body, {})
            finally:
                connection.close()

        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(post, bodies))


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str],
) -> Answer:
    started = time.perf_counter()
    try:
        connection.request(
            method,
            path,
            None if body is None else json.dumps(body),
            {"Content-Type": "application/json", "Host": "127.0.0.1", **headers},
        )
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException):
        return Answer(0, None, {}, time.perf_counter() - started)
    took = time.perf_counter() - started
    kind = response.headers.get_content_type()
    parsed = json.loads(text) if kind.endswith("json") else text
    return Answer(response.status, parsed, dict(response.headers), took)
