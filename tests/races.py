"""Running things at the same time, each on a connection of its own.

A race that is lost now and then proves little. `meet` puts a rendezvous into the work between
looking and writing: without the lock everybody has looked before anybody writes, every time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.models import QuerySet

T = TypeVar("T")

_PATIENCE = 90.0


class _Race:
    """Who runs, by the number of the database's process; who has met or is done."""

    def __init__(self, runners: int) -> None:
        self.start = threading.Barrier(runners)
        self.runners: dict[int, int] = {}
        self.met: set[int] = set()
        self.changed = threading.Condition()

    def wait_for_one(self) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: bool(self.met), _PATIENCE)

    def join(self) -> None:
        connection.ensure_connection()
        self.runners[threading.get_ident()] = connection.connection.info.backend_pid
        self.start.wait(_PATIENCE)

    def meet(self) -> None:
        me = self.runners.get(threading.get_ident())
        if me is None or me in self.met:
            return
        self.arrive()
        deadline = monotonic() + _PATIENCE
        with self.changed:
            while waited_for := set(self.runners.values()) - self.met:
                if waited_for <= _kept_by(self.met):
                    return
                if monotonic() > deadline:
                    raise AssertionError("the others neither came nor wait for a lock")
                self.changed.wait(0.02)

    def arrive(self) -> None:
        with self.changed:
            self.met.add(self.runners[threading.get_ident()])
            self.changed.notify_all()


_race: _Race | None = None
_is_met = False
"""Whether the code under test leads to a meeting."""


def run_together(*functions: Callable[[], T]) -> Sequence[T | Exception]:
    """Start all functions at one moment in threads; returns what each returned or raised."""
    global _race  # noqa: PLW0603 - the work is called by the code under test
    race = _race = _Race(len(functions))

    def run(function: Callable[[], T]) -> T | Exception:
        race.join()
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            race.arrive()
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions, timeout=_PATIENCE))


def meet() -> None:
    """Wait, once in a race, until each of the others is here too, is done, or waits for a lock
    that is kept by somebody here. Outside a race nobody is waited for."""
    if _race is not None:
        _race.meet()


def once_met(work: Callable[[], T]) -> Callable[[], T]:
    """`work`, begun when another runner is at the meeting, where there is one: what that one has
    seen is old by the time it writes.
    """

    def begun() -> T:
        if _is_met and _race is not None:
            _race.wait_for_one()
        return work()

    return begun


def meet_before(monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str]) -> None:
    """All runners of a race meet before they call any of these functions (module, name)."""

    def late(work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            meet()
            return work(*args, **kwargs)

        return called

    monkeypatch.setattr(sys.modules[__name__], "_is_met", True)
    for module, name in places:
        monkeypatch.setattr(module, name, late(getattr(module, name)))


def meet_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """All runners of a race meet when they have called the function of that name."""
    work = getattr(module, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        found = work(*args, **kwargs)
        meet()
        return found

    monkeypatch.setattr(sys.modules[__name__], "_is_met", True)
    monkeypatch.setattr(module, name, called)


def without_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """For negative controls: rows are read without locking them."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)


def wait_for_a_waiter() -> None:
    """Until somebody waits for a row that this transaction has locked."""
    mine = {connection.connection.info.backend_pid}
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        if _kept_by(mine):
            return
    raise AssertionError("nobody waits")


def _kept_by(holders: set[int]) -> set[int]:
    """Whoever waits for a lock of `holders`, or for somebody who does."""
    with connection.cursor() as cursor:
        cursor.execute(  # unlike pg_stat_activity not a snapshot
            "SELECT DISTINCT pid, pg_blocking_pids(pid) FROM pg_locks WHERE NOT granted"
        )
        waiting = {pid: set(blockers) for pid, blockers in cursor.fetchall()}
    kept: set[int] = set()
    while more := {pid for pid, by in waiting.items() if by & (holders | kept)} - kept:
        kept |= more
    return kept
