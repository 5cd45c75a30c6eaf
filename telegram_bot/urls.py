"""Addresses of the bot."""

from __future__ import annotations

from django.urls import path

from telegram_bot.views.webhook import hook

app_name = "telegram"

urlpatterns = [
    path("webhook/", hook, name="hook"),
]
