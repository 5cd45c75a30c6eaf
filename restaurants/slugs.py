"""Latin letters for addresses of pages. Pure."""

from __future__ import annotations

_CYRILLIC = "абвгдеёзийклмнопрстуфцыэ"
_LATIN = "abvgdeeziiklmnoprstufcye"
_LETTERS = str.maketrans(_CYRILLIC, _LATIN) | str.maketrans(
    {
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
)


def transliterate(text: str) -> str:
    """Cyrillic in Latin letters, in lower case; everything else as it is."""
    return text.lower().translate(_LETTERS)


RESERVED = frozenset({"start", "invitations"})
"""Words that pages of the staff area use where the name of a restaurant could stand."""
