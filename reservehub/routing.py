"""WebSocket routes: each app lists its own in ``<app>/routing.py``; this joins them."""

from __future__ import annotations

from django.urls import URLPattern

from bookings.routing import websocket_urlpatterns as bookings
from staff.routing import websocket_urlpatterns as staff
from waitlist.routing import websocket_urlpatterns as waitlist

websocket_urlpatterns: list[URLPattern] = [*staff, *bookings, *waitlist]
