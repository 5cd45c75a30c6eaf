"""What becomes of a tap, as plain data, and how keyboards are laid out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram_bot.guest.codes import Tap, encode
from telegram_bot.screen import Button, Screen

MAX_BUTTONS = 100
"""Telegram drops what a keyboard holds beyond this."""

_STRIKE = "\u0336"


Row = tuple[Button, ...]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What becomes of a tap or a message.

    :param screen: None leaves the message as it is
    :param notice: shown for a moment over the chat, for what is no state to come back to
    :param is_alert: the notice has to be closed by hand
    :param phone_prompt: words to ask for the guest's own telephone number with
    """

    screen: Screen | None = None
    notice: str = ""
    is_alert: bool = False
    phone_prompt: str = ""


def button(label: str, tap: Tap) -> Button:
    return Button(label, encode(tap))


def in_columns(buttons: Iterable[Button], columns: int) -> list[Row]:
    """Rows of so many buttons, the last one as long as it is."""
    found = list(buttons)
    return [tuple(found[n : n + columns]) for n in range(0, len(found), columns)]


def struck(text: str) -> str:
    """Struck out without markup, which buttons do not have."""
    return "".join(letter + _STRIKE for letter in text)


def lines(*parts: str) -> str:
    """Paragraphs of one line each, without the empty ones."""
    return "\n".join(part for part in parts if part)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def as_rows(*rows: Sequence[Button]) -> tuple[Row, ...]:
    """A keyboard without its empty rows."""
    return tuple(tuple(row) for row in rows if row)
