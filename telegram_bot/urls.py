"""Addresses of the bot."""

from __future__ import annotations

from django.urls import path

from telegram_bot.views import settings
from telegram_bot.views.webhook import hook

app_name = "telegram"

urlpatterns = [
    path("webhook/", hook, name="hook"),
    path("<slug:slug>/", settings.telegram, name="settings"),
    path("<slug:slug>/unlink/", settings.unlink, name="unlink"),
    path("<slug:slug>/chats/<int:chat_id>/remove/", settings.remove, name="remove"),
]
