"""What a guest's reply means. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a reply does by itself; everything else is for people to read."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    STOP = "stop"
    START = "start"
    NOTHING = ""


_WORDS = {
    Meaning.CONFIRM: "1 + 👍 ✅ y yes yep yeah ok okay confirm confirmed"
    " да ага ок подтверждаю будем буду",
    Meaning.CANCEL: "9 cancel отмена отмени отменить отменяю ❌",
    Meaning.STOP: "stop unsubscribe end quit stopall стоп отписаться",
    Meaning.START: "start unstop старт",
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_CODES = {"confirm": Meaning.CONFIRM, "cancel": Meaning.CANCEL}


def meaning_of(text: str, *, code: str = "") -> Meaning:
    """A pressed button, or a reply of exactly one known word: "Yes!" confirms, "yes but we are six
    now" is for people (requirement H4).

    :param code: of the button, where one was pressed
    """
    if code:
        return _CODES.get(code, Meaning.NOTHING)
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    plain = re.sub(r"[\s.!?,;:\ufe0f]+", " ", plain).strip()
    return _MEANINGS.get(plain, Meaning.NOTHING)
