"""Personal data made unreadable but still recognisable, by the name of the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_DOTS = "•••"
_STARS = "***"


def mask_email(value: str) -> str:
    """``anna@example.com`` -> ``a***@e***.com``."""
    local, at, domain = value.partition("@")
    if not at:
        return mask_text(value)
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}{_STARS}@{(host or ending)[:1]}{_STARS}{dot}{ending if dot else ''}"


def mask_phone(value: str) -> str:
    """``+31612345645`` -> ``+31•••45``; short numbers vanish entirely."""
    digits = re.sub(r"\D", "", value)
    if len(digits) < 7:
        return _DOTS
    plus = "+" if value.lstrip().startswith("+") else ""
    return f"{plus}{digits[:2]}{_DOTS}{digits[-2:]}"


def mask_name(value: str) -> str:
    """``Anna de Vries`` -> ``A*** d*** V***``."""
    return " ".join(f"{word[0]}{_STARS}" for word in value.split())


def mask_text(value: str) -> str:
    """Free text may hold anything: only its length is kept."""
    return f"{_STARS} ({len(value)})" if value else ""


_MASKS: Mapping[str, Callable[[str], str]] = {
    "email": mask_email,
    "phone": mask_phone,
    "name": mask_name,
    "username": mask_text,
    "note": mask_text,
    "request": mask_text,
    "comment": mask_text,
    "message": mask_text,
    "address": mask_text,
    "allergies": mask_text,
    "allergy": mask_text,
    "birthday": mask_text,
    "token": mask_text,
    "password": mask_text,
}


def mask_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same mapping with personal data masked, at any depth.

    A field is personal if a word of its name is: ``email``, ``guest_name``, ``special_requests``.
    """
    return {name: _masked(name, value) for name, value in values.items()}


def _mask_for(name: str) -> Callable[[str], str] | None:
    for word in name.lower().split("_"):
        mask = _MASKS.get(word) or _MASKS.get(word.removesuffix("s"))
        if mask is not None:
            return mask
    return None


def _masked(name: str, value: Any) -> Any:
    mask = _mask_for(name)
    if isinstance(value, Mapping):
        return {key: _masked(name if mask else str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(name, inner) for inner in value]
    if mask is None or value is None or isinstance(value, bool):
        return value
    return mask(str(value))
