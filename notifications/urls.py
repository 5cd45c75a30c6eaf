"""Addresses of messages: reports of providers, the guest's own settings, the outbox of
development."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from notifications.views.webhooks import provider_webhook

app_name = "notifications"

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks/<slug:provider>/", provider_webhook, name="webhook"),
]
