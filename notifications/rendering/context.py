"""Reading `Message.context`: rows may be of any age, so nothing is sure and nothing raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.dateparse import parse_datetime

from reservehub.core.money import Money


class Given:
    """What the cause of a message told about it."""

    def __init__(self, context: Any) -> None:
        self._context: Mapping[str, Any] = context if isinstance(context, Mapping) else {}

    def text(self, name: str) -> str:
        """As it was given; clean it before printing."""
        value = self._context.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool | None:
        value = self._context.get(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> int | None:
        value = self._context.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if 0 < value < 10_000 else None

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 instant; one without a zone is UTC."""
        try:
            found = parse_datetime(self.text(name))
        except ValueError:
            return None
        if found is None:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def url(self, name: str) -> str:
        """A web address; a path is one of ours. Empty for anything else."""
        try:
            url = urljoin(f"{settings.RESERVEHUB_BASE_URL}/", self.text(name).strip())
            is_web = bool(self.text(name)) and urlsplit(url).scheme in {"http", "https"}
        except ValueError:
            return ""
        is_clean = not any(character.isspace() or character in '<>"' for character in url)
        return url if is_web and is_clean else ""

    def money(self, name: str) -> Money | None:
        return money_of(self._context.get(name))

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        value = self._context.get(name)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return []
        return [row for row in value if isinstance(row, Mapping)]


def money_of(value: Any) -> Money | None:
    """From ``{"amount_minor": 1250, "currency": "EUR"}``."""
    if not isinstance(value, Mapping):
        return None
    try:
        return Money(value["amount_minor"], value["currency"])
    except (KeyError, TypeError, ValueError):
        return None
