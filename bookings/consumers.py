"""The socket of a guest's open page: says that the booking changed, and nothing else.

The page then fetches itself again, so that whatever is shown has passed the same view, language and
rights as a page opened by hand (docs/live.md).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ClassVar, NamedTuple

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import DatabaseError
from redis.exceptions import RedisError

from bookings.selectors import reservation_version_by_link
from bookings.views.limits import limit_address
from reservehub.core.errors import NotFound, RateLimited
from reservehub.core.http import scope_ip
from reservehub.core.realtime import reservation_group

logger = logging.getLogger(__name__)

STRANGER = 4403
"""The link opens nothing (any more): coming back is useless."""
BUSY = 1013
"""Come back later; the page looks by itself meanwhile."""
TOO_BIG = 1009
LONGEST_MESSAGE = 200
MOST_PAGES = 40
"""Open pages of one booking per process: a party of twenty with a phone and a tablet each."""

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="guest-sockets")
_open: Counter[str] = Counter()


class Seen(NamedTuple):
    subject_id: int
    version: int


class GuestConsumer(AsyncWebsocketConsumer):
    """`/ws/b/<token>/` of a link to manage, `/ws/v/<token>/` of one to look: tells
    `{"type": "reservation.changed", "version": 3}`.

    `version` is the one to compare with what the page shows; the first message tells the present
    one, so that nothing is missed between page and socket. Pages of other things that change do the
    same with a subclass.
    """

    says: ClassVar[str] = "reservation.changed"
    channel_layer_alias = "none"  # joined below: while it is away, the page is told to come later
    seen: Seen | None = None

    async def connect(self) -> None:
        await self.accept()
        seen = await self._look()
        if seen is None:
            await self.close(STRANGER)
        elif _open[self.group_of(seen.subject_id)] >= MOST_PAGES:
            await self.close(BUSY)
        else:
            _open[self.group_of(seen.subject_id)] += 1
            self.seen = seen
            self._task = asyncio.create_task(self._listen(seen.subject_id))

    @staticmethod
    def group_of(subject_id: int) -> str:
        """The group that is told of changes."""
        return reservation_group(subject_id)

    @staticmethod
    def opened_by(token: str) -> tuple[int, int]:
        """Id and version of what a link opens.

        :raises NotFound: if it opens nothing (any more)
        """
        return reservation_version_by_link(token)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Guests have nothing to say here."""
        if max(len(text_data or ""), len(bytes_data or b"")) > LONGEST_MESSAGE:
            await self.close(TOO_BIG)

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - why they go does not matter
        if self.seen is None:
            return
        self._task.cancel()
        group = self.group_of(self.seen.subject_id)
        _open[group] -= 1
        if not _open[group]:
            del _open[group]
        self.seen = None

    async def _listen(self, subject_id: int) -> None:
        layer, channel = get_channel_layer(), None
        group = self.group_of(subject_id)
        try:
            if layer is None:
                await self.close(BUSY)
                return
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
            told = await self._tell(0)
            while told:
                message = await layer.receive(channel)
                told = await self._tell(told) if message["version"] > told else told
        except (RedisError, OSError, DatabaseError) as error:
            logger.warning("guest page: cannot listen (%r)", error)
            await self.close(BUSY)
        finally:
            if layer is not None and channel is not None:
                with suppress(RedisError, OSError):
                    await layer.group_discard(group, channel)

    async def _tell(self, told: int) -> int:
        """The version that the page knows now; 0 if its link opens nothing any more."""
        seen = await self._look()
        if seen is None:
            await self.close(STRANGER)
            return 0
        if seen.version != told:
            await self.send(json.dumps({"type": self.says, "version": seen.version}))
        return seen.version

    async def _look(self) -> Seen | None:
        token = str(self.scope["url_route"]["kwargs"]["token"])
        look = database_sync_to_async(
            partial(_look, self.opened_by, token, scope_ip(self.scope)),
            thread_sensitive=False,
            executor=_threads,
        )
        seen: Seen | None = await look()
        return seen


def _look(
    opened_by: Callable[[str], tuple[int, int]], token: str, address: str | None
) -> Seen | None:
    """What the link opens. Wrong ones are counted together with those of the pages."""
    try:
        return Seen(*opened_by(token))
    except NotFound:
        try:
            limit_address(address, "links", count=30, seconds=600)
        except RateLimited:
            logger.info("guest page: many wrong links from one address")
        return None
