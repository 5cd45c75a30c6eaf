from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

import pytest

from reservehub.core.background import Pump


def waits_for(gate: threading.Event) -> Callable[[object], None]:
    def work(_: object) -> None:
        gate.wait(5)

    return work


def test_work_is_done_on_another_thread_in_order() -> None:
    done: list[tuple[int, str]] = []
    pump = Pump[int]("test", lambda n: done.append((n, threading.current_thread().name)))
    assert all(pump.put(n) for n in range(100))
    assert pump.drain(5)
    assert done == [(n, "test") for n in range(100)]


def test_an_error_loses_one_item_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    pump = Pump[int]("test", lambda n: done.append(10 // n))
    with caplog.at_level(logging.WARNING):
        for n in (0, 5, 0, 2):
            pump.put(n)
        assert pump.drain(5)
    assert done == [2, 5]
    assert len(caplog.records) == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_full_queue_drops_and_never_blocks(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    pump = Pump[int]("test", waits_for(gate), capacity=3)
    started = time.perf_counter()
    with caplog.at_level(logging.WARNING):
        accepted = sum(pump.put(n) for n in range(1000))
    assert time.perf_counter() - started < 5  # it would block for ever
    assert 3 <= accepted <= 4
    assert "the queue is full" in caplog.text
    gate.set()
    assert pump.drain(5)


def test_what_waits_can_be_taken() -> None:
    gate = threading.Event()
    pump = Pump[int]("test", waits_for(gate))
    for n in range(10):
        pump.put(n)
    assert len(pump.take_waiting(4)) == 4
    assert 5 <= len(pump.take_waiting()) <= 6
    gate.set()
    assert pump.drain(5)


def test_draining_gives_up_in_time() -> None:
    gate = threading.Event()
    pump = Pump[int]("test", waits_for(gate))
    pump.put(1)
    assert not pump.drain(0.02)
    gate.set()
    assert pump.drain(5)


def test_a_forked_child_has_a_thread_of_its_own_and_none_of_the_parents_items() -> None:
    gate = threading.Event()
    read, write = os.pipe()

    def work(item: bytes) -> None:
        gate.wait(5)
        os.write(write, item)

    pump = Pump[bytes]("test", work)
    pump.put(b"p")
    child = os.fork()
    if child == 0:
        gate.set()
        pump.put(b"c")
        os._exit(0 if pump.drain(5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert os.read(read, 10) == b"c"
    gate.set()
    assert pump.drain(5)
    assert os.read(read, 10) == b"p"
