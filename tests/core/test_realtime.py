from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.db import transaction
from pytest_django import Settings

from reservehub.core import realtime
from reservehub.local.system import free_port, is_listening, wait_until
from reservehub.local.valkey import binary

CLOSED_PORT = 1
MESSAGE = {"type": "table.status", "table_id": 7, "status": "seated"}


def use_redis(settings: Settings, port: int) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{port}/0"], "prefix": "test-realtime"},
        }
    }


class Floor:
    """An open floor plan: a channel in a group, listening on a thread with its own loop."""

    def __init__(self, group: str) -> None:
        self.messages: list[dict[str, Any]] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._listen(group))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    async def _listen(self, group: str) -> None:
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        self._ready.set()
        while True:
            self.messages.append(await layer.receive(channel))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)


@pytest.fixture
def group() -> str:
    return realtime.restaurant_group(time.monotonic_ns() % 10**9)


@pytest.fixture
def floor(group: str) -> Iterator[Floor]:
    opened = Floor(group)
    yield opened
    opened.close()


def pushed_within(seconds: float, group: str, count: int) -> bool:
    started = time.perf_counter()
    for _ in range(count):
        realtime.push(group, MESSAGE)
    return time.perf_counter() - started < seconds


@pytest.mark.django_db
def test_a_message_arrives(group: str, floor: Floor) -> None:
    realtime._enqueue(realtime._Message(group, MESSAGE))
    assert wait_until(lambda: floor.messages == [MESSAGE], seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_message_waits_for_the_commit(group: str, floor: Floor) -> None:
    with transaction.atomic():
        realtime.push(group, MESSAGE)
        time.sleep(0.1)
        assert floor.messages == []
    assert wait_until(lambda: floor.messages == [MESSAGE], seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_rollback_sends_nothing(group: str, floor: Floor) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        realtime.push(group, MESSAGE)
        raise ZeroDivisionError
    realtime.push(group, {"type": "last"})
    assert wait_until(lambda: len(floor.messages) > 0, seconds=5)
    assert floor.messages == [{"type": "last"}]


@pytest.mark.django_db(transaction=True)
def test_a_later_change_of_the_dict_does_not_travel(group: str, floor: Floor) -> None:
    message: dict[str, Any] = dict(MESSAGE)
    with transaction.atomic():
        realtime.push(group, message)
        message.clear()
    assert wait_until(lambda: floor.messages == [MESSAGE], seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_push_takes_microseconds(group: str) -> None:
    assert pushed_within(0.2, group, 2_000)  # 0.1 ms each
    assert realtime.drain(20)


@pytest.mark.django_db(transaction=True)
def test_it_neither_raises_nor_waits_while_redis_is_away(
    group: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use_redis(settings, CLOSED_PORT)
    with caplog.at_level(logging.WARNING):
        realtime._pump._complained_at = float("-inf")
        assert pushed_within(0.1, group, 20)
        assert wait_until(lambda: "realtime-push lost" in caplog.text, seconds=5)
    realtime._pump.take_waiting()
    assert realtime.drain(5)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_sent_is_lost_and_no_more(group: str, floor: Floor) -> None:
    realtime.push("not a group!", MESSAGE)
    realtime.push(group, {"type": "x", "unsendable": object()})
    realtime.push(group, MESSAGE)
    assert wait_until(lambda: floor.messages == [MESSAGE], seconds=5)


@pytest.mark.django_db(transaction=True)
def test_nothing_happens_without_a_channel_layer(group: str, settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {}
    realtime.push(group, MESSAGE)
    assert realtime.drain(1)


class OwnRedis:
    """A server that may be killed."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port(None)
        self._directory = directory
        self.start()

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(
            [binary(), *arguments], cwd=self._directory, stdout=subprocess.DEVNULL
        )
        assert wait_until(lambda: is_listening(self.port), seconds=5)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(5)


@pytest.fixture
def own_redis(tmp_path: Path, settings: Settings) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    use_redis(settings, server.port)
    yield server
    server.kill()


def arrives(group: str, floor: Floor) -> bool:
    floor.messages.clear()
    realtime.push(group, MESSAGE)
    return wait_until(lambda: MESSAGE in floor.messages, seconds=0.5)


@pytest.mark.django_db(transaction=True)
def test_it_comes_back_after_a_restart_of_redis(group: str, own_redis: OwnRedis) -> None:
    floor = Floor(group)
    assert arrives(group, floor)
    own_redis.kill()
    assert pushed_within(0.1, group, 5)
    own_redis.start()
    assert wait_until(lambda: arrives(group, floor), seconds=10)
    floor.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_idle_page_still_listens_after_six_seconds(group: str, floor: Floor) -> None:
    time.sleep(6)
    assert arrives(group, floor)
