"""Reading the process environment: the only place where text from outside becomes a setting."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable ``name`` without surrounding blanks, or ``default`` where unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """The variable ``name`` as a switch.

    :raises ImproperlyConfigured: for anything but on/off, true/false, yes/no, 1/0
    """
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def number(name: str, *, default: int) -> int:
    """The variable ``name`` as a whole number.

    :raises ImproperlyConfigured: if it is set and no number
    """
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str) -> list[str]:
    """The comma-separated words of the variable ``name``."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """The ``DATABASES`` entry for a ``postgres://user:password@host:port/name?option=value`` URL.

    Connections live as long as the thread that opened them and are checked before use, so a
    database restart costs one reconnect and not one error per thread.

    :raises ImproperlyConfigured: if the URL is not PostgreSQL's or names no database
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres://; no other engine works."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://user@host/NAME.")
    return {
        "ENGINE": "reservehub.core.postgres",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
