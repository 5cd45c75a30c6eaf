"""WebSocket routes: each app lists its own in ``<app>/routing.py``; this joins them."""

from __future__ import annotations

from django.urls import URLPattern

websocket_urlpatterns: list[URLPattern] = []
