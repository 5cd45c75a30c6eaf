"""One daemon thread per process that takes work off the request thread."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: A broken Redis must not write one log line per message.
_SECONDS_BETWEEN_COMPLAINTS = 10.0


class Pump(Generic[T]):
    """A bounded queue emptied by a lazily started daemon thread.

    For work that may be lost: the queue lives in memory, and what does not fit is dropped.
    ``put`` takes microseconds, never blocks and never raises. After ``fork`` the child starts with
    an empty queue and its own thread, as the parent still holds what was in it.

    :param work: called with each item on the thread; what it raises is logged, the item is lost
    """

    def __init__(self, name: str, work: Callable[[T], None], *, capacity: int = 10_000) -> None:
        self.name = name
        self._work = work
        self._capacity = capacity
        self._reset()
        os.register_at_fork(after_in_child=self._reset)
        atexit.register(self.drain, 1.0)

    def _reset(self) -> None:
        self._queue: queue.Queue[T] = queue.Queue(self._capacity)
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._lost = 0
        self._complained_at = float("-inf")

    def put(self, item: T) -> bool:
        """Hand over an item; ``False`` if it was dropped."""
        if self._thread is None:
            self._start()
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self.complain("the queue is full")
            return False
        return True

    def take_waiting(self, most: int | None = None) -> list[T]:
        """Take what waits off the queue, to do it together or not at all."""
        taken: list[T] = []
        while most is None or len(taken) < most:
            try:
                taken.append(self._queue.get_nowait())
            except queue.Empty:
                break
            self._queue.task_done()
        return taken

    def drain(self, timeout: float) -> bool:
        """Wait until all is done, at most ``timeout`` seconds; for process exit and tests."""
        deadline = time.monotonic() + timeout
        while self._queue.unfinished_tasks:
            if time.monotonic() > deadline or self._thread is None:
                return False
            time.sleep(0.005)
        return True

    def complain(self, reason: object, *, lost: int = 1) -> None:
        """Count lost items, and log now and then."""
        self._lost += lost
        now = time.monotonic()
        if now - self._complained_at < _SECONDS_BETWEEN_COMPLAINTS:
            return
        self._complained_at = now
        logger.warning("%s lost %d items: %s", self.name, self._lost, reason)
        self._lost = 0

    def _start(self) -> None:
        with self._start_lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        waiting = self._queue
        while True:
            item = waiting.get()
            try:
                self._work(item)
            except Exception as error:  # noqa: BLE001 - the thread must outlive any one item
                self.complain(repr(error))
            finally:
                waiting.task_done()
