"""Addresses of the guest's pages of the queue at the door."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from waitlist.views import queue

app_name = "queue"

urlpatterns: list[URLPattern | URLResolver] = [
    path("r/<slug:slug>/queue/", queue.join, name="queue-join"),
    path("q/<str:token>/", queue.entry, name="party"),
    path("q/<str:token>/coming/", queue.coming, name="party-coming"),
    path("q/<str:token>/leave/", queue.leave, name="party-leave"),
]
