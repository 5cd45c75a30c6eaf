"""The socket of an open screen: lets people in by their rights, everything else is the feed's."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from reservehub.core import clock
from restaurants.permissions import Capability
from staff.feed import Feed, feed_of
from staff.reading import at_the_door, in_thread
from staff.screens import STRANGER, Manner, Screen

LONGEST_MESSAGE = 200


class FloorConsumer(AsyncWebsocketConsumer):
    """`/ws/staff/<restaurant_id>/?lang=…`: the live floor, for those who may see the book."""

    channel_layer_alias = "none"  # the feed listens once for all screens
    feed: Feed | None = None
    screen: Screen

    async def connect(self) -> None:
        await self.accept()
        restaurant_id = self.scope["url_route"]["kwargs"]["restaurant_id"]
        people, rights = await in_thread(
            at_the_door, self.scope["session"], self.scope["user"], restaurant_id
        )
        if Capability.VIEW_BOOK not in rights:
            await self.close(STRANGER)
            return
        self.feed = feed_of(restaurant_id)
        self.screen = Screen(
            people=people,
            manner=Manner(_language(self.scope), Capability.SEE_CONTACT in rights),
            whole=self.feed.whole,
        )
        self._tasks = [
            asyncio.create_task(self.screen.run(self.send, self.close)),
            asyncio.create_task(self.feed.join(self.screen)),
        ]

    async def receive(
        self,
        text_data: str | None = None,
        bytes_data: bytes | None = None,  # noqa: ARG002 - nobody sends any
    ) -> None:
        if self.feed is None or text_data is None or len(text_data) > LONGEST_MESSAGE:
            return
        try:
            message = json.loads(text_data)
        except ValueError:
            return
        wish = message.get("type") if isinstance(message, dict) else None
        if wish == "ping":
            self.screen.answer(json.dumps({"type": "pong", "at": clock.now().isoformat()}))
        elif wish == "resync":
            self.screen.resync()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - why they go does not matter
        if self.feed is None:
            return
        self.feed.leave(self.screen)
        for task in self._tasks:
            task.cancel()


def _language(scope: dict[str, Any]) -> str:
    wished = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    return wished if wished in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
