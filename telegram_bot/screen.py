"""A message with its buttons, as plain data. The worker, the web and the bot show the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

MAX_TEXT = 4096
MAX_CALLBACK_BYTES = 64

__all__ = ["Button", "Screen", "code", "e", "link", "parts_of"]

e = escape
"""For everything that people typed: texts are HTML."""


@dataclass(frozen=True)
class Button:
    """Either `data` for the bot or the address of a page."""

    label: str
    data: str = ""
    url: str = ""

    def as_json(self) -> dict[str, str]:
        if self.url:
            return {"text": self.label, "url": self.url}
        return {"text": self.label, "callback_data": self.data}


@dataclass(frozen=True)
class Screen:
    """:param text: HTML as Telegram knows it"""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()

    def markup(self) -> dict[str, Any]:
        return {
            "inline_keyboard": [[one.as_json() for one in row] for row in self.rows if row],
        }


def screen(lines: Iterable[str], rows: Iterable[Iterable[Button | None]] = ()) -> Screen:
    """Lines that fit into one message, and rows of those buttons that there are."""
    kept: list[str] = []
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > MAX_TEXT - 2:
            kept.append("…")
            break
        kept.append(line)
    buttons = tuple(tuple(button for button in row if button) for row in rows)
    return Screen("\n".join(kept), tuple(row for row in buttons if row))


def code(*parts: object) -> str:
    """What a button sends back: ``s:today:12``.

    :raises ValueError: for more than Telegram carries
    """
    made = ":".join(str(part) for part in parts)
    if len(made.encode()) > MAX_CALLBACK_BYTES:
        raise ValueError(f"callback data is too long: {made}")
    return made


def parts_of(data: str | None) -> list[str]:
    return (data or "").split(":")


def link(label: str, path: str) -> Button | None:
    """A button to a page of ours; None where Telegram would refuse it (a host without a dot)."""
    url = settings.RESERVEHUB_BASE_URL + path
    return Button(label, url=url) if "." in (urlsplit(url).hostname or "") else None
