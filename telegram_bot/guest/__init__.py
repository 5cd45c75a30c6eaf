"""The bot for guests: find, book, change and cancel.

The router is imported when it is asked for. Models lie in this package too, so every process loads
it, and aiogram takes seconds that only the bot should spend.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telegram_bot.guest.handlers import router

__all__ = ["router"]


def __getattr__(name: str) -> Any:
    if name == "router":
        return import_module("telegram_bot.guest.handlers").router
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
