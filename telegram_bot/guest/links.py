"""Addresses and telephone numbers, as Telegram takes them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from phonenumbers import PhoneNumberFormat, format_number

from restaurants.models import Restaurant
from telegram_bot.guest.screens import lines
from telegram_bot.screen import Button


def link_row(links: Iterable[tuple[str, str]]) -> tuple[list[Button], str]:
    """Buttons for addresses of the net, and words for the others.

    Telegram refuses the whole message if a button leads to a host without a domain, such as that
    of a developer's machine.
    """
    known = [(label, url) for label, url in links if url]
    buttons = [Button(label, url=url) for label, url in known if url.startswith("https://")]
    written = [
        f"{escape(label)}: {escape(url)}" for label, url in known if not url.startswith("https://")
    ]
    return buttons, lines(*written)


def phone_text(restaurant: Restaurant) -> str:
    """The telephone number with its sign; Telegram makes it callable."""
    if not restaurant.phone:
        return ""
    return f"☎️ {format_number(restaurant.phone, PhoneNumberFormat.INTERNATIONAL)}"
