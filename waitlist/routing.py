"""Sockets of the guest's pages of the waitlist: the address of the page, below `/ws`."""

from __future__ import annotations

from django.urls import URLPattern, path

from waitlist.consumers import EntryConsumer, QueueConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/w/<str:token>/", EntryConsumer.as_asgi()),
    path("ws/q/<str:token>/", QueueConsumer.as_asgi()),
]
