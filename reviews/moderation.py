"""Which texts a person should look at before everybody can read them. Pure."""

from __future__ import annotations

import re

_SIGNS = (
    re.compile(r"https?:|www\.", re.IGNORECASE),
    re.compile(
        r"\b[\w-]+\.(?:com|net|org|info|biz|ru|nl|de|eu|io|me|shop|site|online)\b", re.IGNORECASE
    ),
    re.compile(r"\S+@\S+"),
    re.compile(r"(?:\+|\b)\d(?:[\s().-]*\d){7,}"),
    re.compile(r"<\s*[a-z/!]|\[url|t\.me/", re.IGNORECASE),
)


def needs_look(text: str) -> bool:
    """Whether it holds a link, an address, a phone number or markup: never published by itself."""
    return any(sign.search(text) for sign in _SIGNS)
