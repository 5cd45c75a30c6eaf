"""The one way from the asynchronous bot to services and the database.

    reservation = await call(reservation_approve, reservation_id=7, actor=actor, now=now)

The function runs in a thread of the bridge's own, in the language of the conversation, with a
connection that is checked before and let go after, so that a database that was restarted costs one
failed update at most.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.utils import translation

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


async def call(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function of ours (service, selector, presenter) and wait for it.

    It must return plain values or loaded rows: a lazy queryset would be read outside the thread.
    """
    language = translation.get_language() or "en"
    work = functools.partial(_run, language, func, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


def close() -> None:
    """End the threads and their connections; the next call starts new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is None:
        return
    # The barrier holds each thread until all have come, so that none closes twice and none stays.
    together = threading.Barrier(THREADS)
    for done in [pool.submit(_close_connections, together) for _number in range(THREADS)]:
        done.result()
    pool.shutdown()


def _threads() -> ThreadPoolExecutor:
    global _pool  # noqa: PLW0603 - the pool of the process
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bot-database")
        return _pool


def _run(language: str, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        with translation.override(language):
            return func(*args, **kwargs)
    finally:
        close_old_connections()


def _close_connections(together: threading.Barrier) -> None:
    together.wait(30)
    connections.close_all()
