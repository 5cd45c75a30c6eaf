"""Making what people typed safe to print: in a subject, in a letter, in an SMS. Pure."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

_SCHEME = re.compile(
    r"\b(?:[a-z][a-z0-9+]{1,15}://|mailto:|tel:|javascript:|www\.)+", re.IGNORECASE
)
_INNER_DOT = re.compile(r"(?<=\w)[.。．｡](?=\w)")
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
"""Letters and emoji need them; everything else invisible goes."""


def one_line(value: object, limit: int = 150) -> str:
    """Text for a single line: no line breaks, control or direction characters; cut with “…”."""
    text = "".join(_printable(character) for character in str(value or ""))
    return cut(" ".join(text.split()), limit)


def paragraphs(value: object, limit: int = 1000) -> str:
    """Text of several lines, otherwise like `one_line`; no more than one empty line in a row."""
    raw = str(value or "").replace("\r\n", "\n").replace("\r", "\n")[: 4 * limit]
    lines = [" ".join("".join(map(_printable, line)).split()) for line in raw.split("\n")]
    return cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), limit)


def person_name(value: object, limit: int = 60) -> str:
    """A name in which no mail program finds a link.

    Whoever books for somebody else's address chooses the name that the letter begins with.
    """
    text = _SCHEME.sub("", one_line(value, 4 * limit))
    return cut(_INNER_DOT.sub(". ", text).strip(), limit)


def without_links(value: object, limit: int = 1000) -> str:
    """Several lines in which no mail program finds a link, for what strangers wrote."""
    return cut(_INNER_DOT.sub(". ", _SCHEME.sub("", paragraphs(value, limit))), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them “…” where something is missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + ELLIPSIS


def _printable(character: str) -> str:
    if character in _JOINERS:
        return character
    if character in _BIDI:
        return ""
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\n\r\v\f\x85":
        return " "
    return "" if category in {"Cc", "Cf", "Cs", "Co", "Cn"} else character
