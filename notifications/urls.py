"""Addresses of messages: reports of providers, the guest's own settings, the outbox of
development."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from notifications.views import browsers, guest, outbox, privacy
from notifications.views.webhooks import provider_webhook

app_name = "notifications"

urlpatterns: list[URLPattern | URLResolver] = [
    path("dev/outbox/", outbox.outbox, name="dev-outbox"),
    path("dev/outbox/<int:pk>/letter/", outbox.letter, name="dev-outbox-letter"),
    path("webhooks/<slug:provider>/", provider_webhook, name="webhook"),
    path("b/<str:token>/messages/", guest.messages, name="guest-messages"),
    path("b/<str:token>/messages/allow/", guest.allow, name="guest-messages-allow"),
    path("b/<str:token>/messages/telegram/", guest.telegram, name="guest-messages-telegram"),
    path("b/<str:token>/messages/push/", browsers.push_on, name="guest-push-on"),
    path("b/<str:token>/messages/push/off/", browsers.push_off, name="guest-push-off"),
    path("b/<str:token>/privacy/", privacy.privacy, name="guest-privacy"),
    path("push/renew/", browsers.push_renew, name="push-renew"),
    path("u/<str:token>/", guest.unsubscribe, name="unsubscribe"),
    path("sw.js", browsers.service_worker, name="service-worker"),
]
