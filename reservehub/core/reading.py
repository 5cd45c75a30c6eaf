"""Reading what others send without trusting its shape: every doubt is a `Malformed`, never a crash.

Texts come out fit for PostgreSQL (no NUL, no lone surrogates) and no longer than a column.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest

ID_LENGTH = 200
CODE_LENGTH = 60
TEXT_LENGTH = 2000
_MOST_FIELDS = 200


class BadSignature(Exception):
    """The request is not the sender's; it is answered with 403 and not looked at."""


class Malformed(Exception):
    """The signature is right and the rest is not what the sender documents; answered with 400.

    Its text names the part, never the value.
    """


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time; nothing equals an empty one."""
    if not one or not other:
        return False
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def hmac_sha256(key: str, message: bytes) -> hmac.HMAC:
    return hmac.new(key.encode(), message, hashlib.sha256)


def json_of(body: bytes) -> Any:
    """:raises Malformed: if it is no JSON"""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None


def form_of(request: HttpRequest) -> dict[str, list[str]]:
    """The fields of a form in the body, blank ones too: signatures cover them.

    :raises BadSignature: if it is no form, so that nothing can have been signed
    """
    try:
        text = request.body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadSignature("no form") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def object_at(value: Any, name: str) -> dict[str, Any]:
    """:raises Malformed: if it is no JSON object"""
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def objects_at(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a list; none where it is missing.

    :raises Malformed: if it is something else
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{name} is no list")
    return [object_at(item, name) for item in value]


def part(value: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside an object; empty where it is missing."""
    inner = value.get(name)
    return {} if inner is None else object_at(inner, name)


def clean(value: Any, length: int = ID_LENGTH) -> str:
    """A text or number as text; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).replace("\x00", "").encode("utf-8", "replace").decode()
    return text[:length]


def instant(seconds: Any) -> datetime | None:
    """Unix time as an instant; None for nonsense, as the time of a report is worth no failure."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
