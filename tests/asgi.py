"""Pages, API and sockets on a real port, in this process: the clock can be frozen, the database is
the test's. For tests marked with `transactional_db`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from django.db import connection
from django.test import Client
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from accounts.models import User
from reservehub.local.system import free_port
from staff.shared import KEY


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """The address of a running server, `http://127.0.0.1:…`; it ends with the `with`."""
    from reservehub.asgi import application  # noqa: PLC0415 - needs the app registry

    chosen = port or free_port(None)
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=chosen,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="asgi-under-test", daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise AssertionError("the server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{chosen}"
    finally:
        server.should_exit = True
        thread.join(10)
        _leave_the_database()


def _leave_the_database() -> None:
    """Its threads keep their connections, which would be in the way of dropping the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class Watcher:
    """A screen without a screen: reads messages of a live socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []

    def next(self, timeout: float = 5) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv(timeout=timeout))
        self.seen.append(message)
        return message

    def until(
        self, wanted: Callable[[dict[str, Any]], object], timeout: float = 5
    ) -> dict[str, Any]:
        """The first message that is wanted."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.next(max(0.01, deadline - time.monotonic()))
            if wanted(message):
                return message

    def table(self, table_id: int, status: str, timeout: float = 5) -> dict[str, Any]:
        """The message that gives a table this state."""
        return self.until(
            lambda m: (
                (m.get("table_id"), m.get("status")) == (table_id, status)
                and m["type"] == "table.status"
            ),
            timeout,
        )


@contextmanager
def watching(
    address: str,
    restaurant_id: int,
    person: User | None,
    *,
    query: str = "",
    before: int | None = 0,
) -> Iterator[Watcher]:
    """A live socket of somebody, or of nobody.

    :param before: who stands before the device if it is a shared tablet; None locks it
    """
    headers = {}
    if person is not None:
        client = Client()
        client.force_login(person)
        if before != 0:
            session = client.session
            session[KEY] = {"device": "tablet", "person_id": before}
            session.save()
        headers["Cookie"] = f"sessionid={client.cookies['sessionid'].value}"
    url = f"{address.replace('http', 'ws', 1)}/ws/staff/{restaurant_id}/{query}"
    with connect(url, origin=Origin(address), additional_headers=headers) as socket:
        yield Watcher(socket)
