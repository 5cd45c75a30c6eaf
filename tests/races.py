"""Running things at the same time, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
