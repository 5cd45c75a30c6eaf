"""Russian is complete, compiled and keeps every placeholder."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from tools.check_messages import compiled, expected

ROOT = Path(settings.BASE_DIR)
PO = ROOT / "locale" / "ru" / "LC_MESSAGES" / "django.po"

APPS = ["accounts", "bookings", "guests", "notifications", "payments", "reservehub", "restaurants",
        "reviews", "staff", "telegram_bot", "waitlist"]  # fmt: skip
#: What only staff read: there one message in a hundred may still be English.
STAFF = re.compile(r"/admin(/|\.py)|^demo/|^bench/|/impact\.py")

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Wanted(NamedTuple):
    where: str
    context: str | None
    message: str


def sources() -> Iterator[tuple[str, str]]:
    """The path and the Python-like text of everything that may speak."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text()
        for path in sorted((ROOT / app).glob("templates/**/*.html")):
            yield str(path.relative_to(ROOT)), _code_of(path)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT)), _code_of(path)


def _code_of(template: Path) -> str:
    lines = templatize(template.read_text(), origin=str(template)).splitlines()
    return "\n".join(line.strip() for line in lines)


def wanted() -> list[Wanted]:
    found = []
    for where, text in sources():
        body = io.BytesIO(text.encode())
        for _line, message, _comments, context in extract("python", body, keywords=KEYWORDS):
            first = message if isinstance(message, str) else message[0]
            if first:
                found.append(Wanted(where, context, first))
    return found


@pytest.fixture(scope="module")
def russian() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="ru")


def _strings(message: Message) -> tuple[str, ...]:
    found = message.string
    return (found,) if isinstance(found, str) else tuple(found or ())


def _lacking(russian: Catalog, wishes: list[Wanted]) -> list[str]:
    lacking = set()
    for wish in wishes:
        known = russian.get(wish.message, wish.context)
        strings = _strings(known) if known else ()
        if known is None or known.fuzzy or not strings or not all(strings):
            lacking.add(f"{wish.where}: {wish.message}")
    return sorted(lacking)


def test_the_search_for_messages_finds_them() -> None:
    found = {wish.message for wish in wanted()}
    assert {"There is a problem", "Your table is booked", "%(count)s guest", "more"} <= found


def test_guests_read_no_untranslated_word(russian: Catalog) -> None:
    wishes = [wish for wish in wanted() if not STAFF.search(wish.where)]
    assert _lacking(russian, wishes) == []


def test_staff_read_hardly_any_untranslated_word(russian: Catalog) -> None:
    wishes = wanted()
    assert len(_lacking(russian, wishes)) <= len({wish.message for wish in wishes}) // 100


def test_no_message_hides_in_an_f_string() -> None:
    """Neither xgettext nor Babel looks into one before Python 3.12: it would stay English."""
    assert [at for where, text in _modules() for at in _in_f_strings(where, text)] == []
    assert list(_in_f_strings("here", "f'{_(\"gone\")}: {count}'")) == ["here:1"]


def _modules() -> Iterator[tuple[str, str]]:
    return ((where, text) for where, text in sources() if where.endswith(".py"))


def _in_f_strings(where: str, text: str) -> Iterator[str]:
    for string in ast.walk(ast.parse(text)):
        if not isinstance(string, ast.JoinedStr):
            continue
        for node in ast.walk(string):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS:
                yield f"{where}:{string.lineno}"


def test_placeholders_survive_translation(russian: Catalog) -> None:
    placeholder = re.compile(r"%\(\w+\)[sd]")
    for message in russian:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for text in _strings(message):
            assert set(placeholder.findall(text)) == set(placeholder.findall(source)), source


def test_plurals_have_three_forms(russian: Catalog) -> None:
    plurals = [message for message in russian if not isinstance(message.id, str)]
    assert plurals
    assert all(len(_strings(message)) == 3 for message in plurals)


def test_the_compiled_file_is_fresh() -> None:
    assert compiled(PO) == expected(PO), "make messages"
