"""Running things at the same time, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

_PATIENCE = 90.0


def run_together(*functions: Callable[[], T]) -> Sequence[T | Exception]:
    """Start all functions at one moment in threads; returns what each returned or raised."""
    barrier = threading.Barrier(len(functions))

    def run(function: Callable[[], T]) -> T | Exception:
        try:
            connection.ensure_connection()
            barrier.wait(_PATIENCE)
            return function()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions, timeout=_PATIENCE))


def wait_for_a_waiter() -> None:
    """Until somebody waits for a row that this transaction has locked."""
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"  # unlike pg_stat_activity not a snapshot
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
