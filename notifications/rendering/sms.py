"""How long a text is as an SMS, and making it fit. Pure (3GPP TS 23.038)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
"""Take two places."""
_PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "·": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


class Segments(NamedTuple):
    """What an SMS costs.

    :param units: places taken: septets, or UTF-16 code units
    :param parts: messages it is cut into
    """

    is_gsm: bool
    units: int
    parts: int


def segments(text: str) -> Segments:
    """160 places in the GSM alphabet, 70 outside of it; 153 and 67 where several are joined."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        units = sum(2 if character in _EXTENDED else 1 for character in text)
        return Segments(True, units, 1 if units <= 160 else -(-units // 153))  # noqa: FBT003
    units = len(text.encode("utf-16-be")) // 2
    return Segments(False, units, 1 if units <= 70 else -(-units // 67))  # noqa: FBT003


def to_gsm(text: str) -> str:
    """With typewriter quotes and bare letters, if that is all it takes to halve the price."""
    plain = "".join(_bare(character) for character in text.translate(_PLAIN))
    return plain if segments(plain).is_gsm else text


def _bare(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    first = unicodedata.normalize("NFKD", character)[:1]
    return first if first in _BASIC else character


def fits(text: str) -> bool:
    """One SMS in the GSM alphabet, two in any other."""
    found = segments(text)
    return found.parts <= (1 if found.is_gsm else 2)


def first_that_fits(texts: Iterable[str], link: str) -> str:
    """The first text that fits with the link behind it; else the last, cut, with the link whole."""
    text = ""
    for text in texts:
        whole = to_gsm(f"{text} {link}")
        if fits(whole):
            return whole
    while text and not fits(to_gsm(f"{text}… {link}")):
        text = text[:-1].rstrip()
    return to_gsm(f"{text}… {link}") if text else link
