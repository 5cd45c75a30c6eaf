"""Query strings, checked: every parameter at fault is named, unknown ones are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.utils.translation import gettext as _
from rest_framework.request import Request

from reservehub.core.api.fields import FIRST_DATE, LAST_DATE, MAX_ID
from reservehub.core.errors import FieldError, ValidationFailed

_PAGES = frozenset({"cursor", "limit"})
MAX_TEXT = 200


class Queries:
    """Read the parameters one by one, then ``check()``."""

    def __init__(self, request: Request, *, known: Iterable[str]) -> None:
        self._query = request.query_params
        unknown = sorted(set(self._query) - set(known) - _PAGES)
        self._errors = [
            FieldError(f"/{name}", "unknown_field", _("There is no such parameter."))
            for name in unknown
        ]

    def check(self) -> None:
        """:raises ValidationFailed: for everything found so far"""
        if self._errors:
            raise ValidationFailed(errors=self._errors)

    def date(self, name: str) -> date | None:
        text = self._query.get(name)
        if text is None:
            return None
        try:
            day = date.fromisoformat(text) if len(text) == len("2026-01-31") else None
        except ValueError:
            day = None
        if day is None or not FIRST_DATE <= day <= LAST_DATE:
            self._refuse(name, _("Use a date such as 2026-11-21."))
            return None
        return day

    def id(self, name: str) -> int | None:
        text = self._query.get(name)
        if text is None:
            return None
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
        if not is_number or not 0 < int(text) <= MAX_ID:
            self._refuse(name, _("Use an id."))
            return None
        return int(text)

    def flag(self, name: str) -> bool:
        text = self._query.get(name, "false")
        if text not in ("true", "false"):
            self._refuse(name, _("Use true or false."))
        return text == "true"

    def text(self, name: str) -> str:
        text = self._query.get(name, "")
        if len(text) > MAX_TEXT or not text.isprintable():
            self._refuse(name, _("Use up to 200 printable characters."))
            return ""
        return text.strip()

    def choices(self, name: str, known: Collection[str]) -> list[str]:
        """Several words, separated by commas."""
        words = [word for word in self._query.get(name, "").split(",") if word]
        if not set(words) <= set(known):
            self._refuse(name, _("Choose from: %(choices)s.") % {"choices": ", ".join(known)})
        return words

    def _refuse(self, name: str, detail: str) -> None:
        self._errors.append(FieldError(f"/{name}", "invalid", detail))
