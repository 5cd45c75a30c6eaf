"""Sockets of the guest pages: the address of the page, below `/ws`."""

from __future__ import annotations

from django.urls import URLPattern, path

from bookings.consumers import GuestConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/b/<str:token>/", GuestConsumer.as_asgi()),
    path("ws/v/<str:token>/", GuestConsumer.as_asgi()),
]
