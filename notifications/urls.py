"""Addresses of messages: reports of providers, the guest's own settings, the outbox of
development."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "notifications"

urlpatterns: list[URLPattern | URLResolver] = []
