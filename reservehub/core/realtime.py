"""Live messages to open pages: best effort, as a page gets the whole state when it (re)connects."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from channels.layers import get_channel_layer
from django.db import connection, transaction

from reservehub.core.background import Pump

_SEND_TIMEOUT = 2.0


class _Message(NamedTuple):
    group: str
    body: dict[str, Any]


def restaurant_group(restaurant_id: int) -> str:
    """The group of everyone who watches one restaurant's floor."""
    return f"restaurant.{restaurant_id}"


def reservation_group(reservation_id: int) -> str:
    """The group of everyone who has the page of one booking open."""
    return f"reservation.{reservation_id}"


def push(group: str, message: Mapping[str, Any]) -> None:
    """Send a message to a channel group, after the commit where a transaction is open.

    Takes microseconds, never blocks and never raises: while Redis is away messages are dropped with
    a line in the log.

    :param message: ``{"type": "table.status", ...}`` of str, int, bool, None, lists and dicts
    """
    ready = _Message(group, dict(message))
    if connection.in_atomic_block:
        transaction.on_commit(partial(_enqueue, ready), robust=True)
    else:
        _enqueue(ready)


def drain(timeout: float = 2.0) -> bool:
    """Wait until everything pushed has been sent; for tests and short-lived commands."""
    return _pump.drain(timeout)


def _enqueue(message: _Message) -> None:
    if get_channel_layer() is not None:
        _pump.put(message)


class _Sender:
    """Owns the event loop of the sending thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        os.register_at_fork(after_in_child=self._forget_loop)

    def _forget_loop(self) -> None:
        self._loop = None

    def __call__(self, message: _Message) -> None:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        layer = get_channel_layer()
        if layer is None:
            return
        self._loop.run_until_complete(_send(layer, message))


async def _send(layer: Any, message: _Message) -> None:
    async with asyncio.timeout(_SEND_TIMEOUT):
        await layer.group_send(message.group, message.body)


_pump: Pump[_Message] = Pump("realtime-push", _Sender())
