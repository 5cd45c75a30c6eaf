"""The server of `bench.fanout`: the live socket of the product, and beside it the least that
channels and channels-redis can do: every consumer joins the group and passes the message on.
"""

from __future__ import annotations

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

import reservehub.wsgi  # noqa: F401 - fills the app registry
from reservehub.routing import websocket_urlpatterns

BARE_GROUP = "bench.bare"


class BareConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    groups = [BARE_GROUP]

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data='{"type":"snapshot"}')

    async def bench_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


application = ProtocolTypeRouter(
    {
        "websocket": AuthMiddlewareStack(
            URLRouter(
                [
                    *websocket_urlpatterns,
                    path("ws/bare/", BareConsumer.as_asgi()),
                ]
            )
        )
    }
)
