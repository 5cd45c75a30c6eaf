"""One open screen: what it is owed, and the patience we have with it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

Send = Callable[[str], Awaitable[None]]
Close = Callable[[int], Awaitable[None]]

MOST_WAITING = 200
"""Messages that may wait for a slow screen; with more of them the whole state is the shorter way.
"""
SENT_WITHIN = 10.0
"""Seconds that one message may take before the screen counts as dead."""

STRANGER = 4403
TOO_SLOW = 1013
FAULT = 1011


class Manner(NamedTuple):
    """Screens of one manner get the very same text, made once for all of them."""

    language: str
    sees_contact: bool


@dataclass(eq=False)
class Screen:
    """A socket as its feed sees it: `offer` never waits, so that no screen delays another.

    :param people: whose rights it has, see `staff.reading.people_before`
    :param whole: makes the whole state for a manner
    """

    people: tuple[int, ...]
    manner: Manner
    whole: Callable[[Manner], str]

    def __post_init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self._is_open = False
        self._is_behind = False
        self._close_code = 0

    def offer(self, text: str) -> None:
        """Owe the screen a message. One that is too far behind is owed the whole state instead."""
        if not self._is_open or self._is_behind:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.resync()
            return
        self._waiting.append(text)
        self._wake.set()

    def open(self) -> None:
        """From now on it hears everything, beginning with the whole state."""
        self._is_open = True
        self.resync()

    def resync(self) -> None:
        """Send the whole state instead of what waits."""
        if not self._is_open:
            return
        self._waiting.clear()
        self._is_behind = True
        self._wake.set()

    def answer(self, text: str) -> None:
        """Something for this screen alone, also while it is not open yet."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(text)
            self._wake.set()

    def dismiss(self, code: int) -> None:
        """Close the socket."""
        self._close_code = code
        self._wake.set()

    async def run(self, send: Send, close: Close) -> None:
        """Send what is owed until the screen goes away, or is too slow to be waited for."""
        try:
            while not self._close_code:
                await self._wake.wait()
                self._wake.clear()
                await self._send_all(send)
            await close(self._close_code)
        except TimeoutError:
            with suppress(TimeoutError, OSError, RuntimeError):
                async with asyncio.timeout(1):
                    await close(TOO_SLOW)
        except (OSError, RuntimeError):
            return  # it has gone; the server says so to the consumer, too

    async def _send_all(self, send: Send) -> None:
        while not self._close_code and (self._is_behind or self._waiting):
            if self._is_behind:
                self._is_behind = False
                text = self.whole(self.manner)
            else:
                text = self._waiting.popleft()
            async with asyncio.timeout(SENT_WITHIN):
                await send(text)
