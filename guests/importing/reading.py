"""The cells of a CSV or XLSX file, as text."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, pairwise
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # has no stubs
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
"""A small archive may unpack into more than the memory holds."""
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 2000
_DELIMITERS = ",;\t|"


class UnreadableFile(ValueError):
    """The file cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Table:
    """Cells as text without spaces around; every row is as long as `columns`."""

    columns: list[str]
    rows: list[list[str]]


def read_table(data: bytes) -> Table:
    """The first sheet or the whole file; its first row names the columns, empty rows are left out.

    :raises UnreadableFile: for what is no such file, is empty or too large
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(_("This file is too large: 10 MB is the most."))
    lines = _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    cells = list(islice(_filled(lines), MAX_ROWS + 2))
    if len(cells) < 2:
        raise UnreadableFile(_("The file has no rows below the one that names the columns."))
    if len(cells) > MAX_ROWS + 1:
        text = _("The file has more than %(most)d rows. Split it.") % {"most": MAX_ROWS}
        raise UnreadableFile(text)
    columns = cells[0][:MAX_COLUMNS]
    while columns and not columns[-1]:
        columns.pop()
    width = len(columns)
    return Table(columns, [(row + [""] * width)[:width] for row in cells[1:]])


def _filled(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    for line in lines:
        cells = [cell.replace("\x00", "").strip()[:MAX_CELL] for cell in line[:MAX_COLUMNS]]
        if any(cells):
            yield cells


def _csv(data: bytes) -> Iterator[list[str]]:
    text = decode(data)
    csv.field_size_limit(MAX_BYTES)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    except csv.Error:
        raise UnreadableFile(_("This is neither a CSV nor an XLSX file.")) from None


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 by its mark, else Windows: Cyrillic where that gives Russian letters."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableFile(_("Save the file as CSV in UTF-8, or as XLSX.")) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    cyrillic = data.decode("cp1251", errors="replace")
    letters = [one for one in cyrillic if ord(one) > 127 and one.isalpha()]
    # One accent among Latin letters is Western; Russian words are made of such letters.
    in_words = sum(1 for a, b in pairwise(cyrillic) if _both_far(a, b))
    if letters and in_words * 2 >= len(letters):
        return cyrillic
    return data.decode("cp1252", errors="replace")


def _both_far(first: str, second: str) -> bool:
    return min(ord(first), ord(second)) > 127 and first.isalpha() and second.isalpha()


def delimiter_of(text: str) -> str:
    """The one that the first line has most of, outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFile(_("This file is too large: 10 MB is the most."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
            yield [_text(value) for value in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(_("This is neither a CSV nor an XLSX file.")) from None


def _text(value: Any) -> str:
    """Numbers as people write them: a phone number in a spreadsheet is 31201234567.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
