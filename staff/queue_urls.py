"""Addresses of the queue at the door."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import queue

URLS: list[URLPattern] = [
    path("<slug:slug>/queue/", queue.queue, name="queue"),
    path("<slug:slug>/queue/add/", queue.add, name="queue-add"),
    path("<slug:slug>/queue/settings/", queue.settings, name="queue-settings"),
    path("<slug:slug>/queue/<int:entry_id>/<slug:step>/", queue.step, name="queue-step"),
]
