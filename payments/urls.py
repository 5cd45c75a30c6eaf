"""Addresses of payments: where providers report."""

from __future__ import annotations

from django.urls import URLPattern, path

from payments.views.webhooks import provider_webhook

app_name = "payments"

urlpatterns: list[URLPattern] = [
    path("<slug:provider>/", provider_webhook, name="webhook"),
]
