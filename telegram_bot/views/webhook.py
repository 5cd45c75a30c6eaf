"""Where Telegram delivers updates, if it is not polled."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reservehub.core.tokens import tokens_match


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """Nothing is read before the secret is right. aiogram takes seconds to load: a web process that
    never receives an update never loads it.
    """
    secret = settings.TELEGRAM_WEBHOOK_SECRET
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not secret or not settings.TELEGRAM_BOT_TOKEN or not tokens_match(given, secret):
        return HttpResponse(status=403)
    is_done: bool = import_module("telegram_bot.delivered").handle_delivered(request.body)
    # Anything but 2xx asks Telegram to deliver it again.
    return HttpResponse(status=200 if is_done else 503)
