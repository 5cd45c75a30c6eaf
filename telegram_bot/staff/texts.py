"""Words about the bot itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from telegram_bot.commands import STAFF_COMMANDS


def help_text() -> str:
    """The commands of staff, one a line."""
    lines = [f"/{name} – {words}" for name, words in STAFF_COMMANDS]
    return "\n".join([_("What I can do for you:"), *lines])
