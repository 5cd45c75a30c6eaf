"""What our bot is called, for links to it: a setting, else what Telegram once answered."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

_KEY = "telegram:name:"


def known_name() -> str:
    """The name in ``t.me/<name>``; empty where nobody has asked Telegram yet, or there is no bot.
    Touches no network but the cache.
    """
    if not settings.TELEGRAM_BOT_TOKEN:
        return ""
    if settings.TELEGRAM_BOT_NAME:
        return str(settings.TELEGRAM_BOT_NAME)
    try:
        return str(cache.get(_key()) or "")
    except (RedisError, OSError):
        return ""


def remember_name(name: str) -> None:
    """Keep what Telegram answered, for everybody; it hardly ever changes."""
    try:
        cache.set(_key(), name, timeout=None)
    except (RedisError, OSError):
        return


def _key() -> str:
    return _KEY + str(settings.TELEGRAM_BOT_TOKEN).partition(":")[0]
