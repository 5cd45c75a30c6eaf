"""Dialogues of staff. `router` is imported when it is asked for, with aiogram, by the bot alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telegram_bot.staff.routing import router

__all__ = ["router"]


def __getattr__(name: str) -> Any:
    if name == "router":
        return import_module("telegram_bot.staff.routing").router
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
