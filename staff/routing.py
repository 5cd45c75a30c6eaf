"""Sockets of the staff area."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.consumers import FloorConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/staff/<int:restaurant_id>/", FloorConsumer.as_asgi()),
]
