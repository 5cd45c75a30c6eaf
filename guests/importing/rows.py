"""One row, read and checked: what a guest will be, or what is wrong and how to put it right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone

MAX_NAME = 150
MAX_PREFERENCES = 500
MAX_NOTE = 1500
_YES = frozenset({"yes", "y", "true", "1", "x", "✓", "да", "д", "истина", "+", "vip"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "нет", "н", "ложь"})
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%Y/%m/%d")
_MISSED = frozenset(
    {"no show", "no-show", "noshow", "no_show", "неявка", "не пришел", "не пришёл", "не явился"}
)
_CALLED_OFF = ("cancel", "отмен", "declined", "отклон")


@dataclass(frozen=True)
class RowError:
    """:param line: as the spreadsheet numbers it, the header being 1"""

    line: int
    field: str
    value: str
    remedy: str


@dataclass
class History:
    """What another system says about visits; several rows of one guest add up."""

    visits: int = 0
    no_shows: int = 0
    spend: Decimal = Decimal(0)
    covers: int = 0
    last: date | None = None

    def add(self, other: History) -> None:
        self.visits += other.visits
        self.no_shows += other.no_shows
        self.spend += other.spend
        self.covers += other.covers
        self.last = max((one for one in (self.last, other.last) if one), default=None)

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.no_shows or self.spend or self.last)


@dataclass
class Person:
    """A guest of the file. Phone in E.164 or empty, e-mail in lower case or empty."""

    line: int
    name: str
    phone: str
    email: str
    language: str = ""
    is_vip: bool = False
    preferences: str = ""
    note: str = ""
    agrees_to_news: bool = False
    history: History = field(default_factory=History)

    @property
    def key(self) -> str:
        """Identity: the phone, else the e-mail (rule 99)."""
        return self.phone or self.email


class RowReader:
    """Reads the rows of one file.

    :param region: country whose national phone numbers are meant
    """

    def __init__(self, mapping: Mapping[str, int], *, region: str, today: date) -> None:
        self.mapping = mapping
        self.region = region
        self.today = today
        self.errors: list[RowError] = []

    def read(self, cells: Sequence[str], line: int) -> Person | None:
        """The person of a row; None where something is wrong, which `errors` tells then."""
        before = len(self.errors)
        values = {
            name: cells[number] if 0 <= number < len(cells) else ""
            for name, number in self.mapping.items()
        }
        person = Person(
            line=line,
            name=self._name(values, line),
            phone=self._phone(values.get("phone", ""), line),
            email=self._email(values.get("email", ""), line),
            language=values.get("language", "")[:2].lower(),
            is_vip=self._flag(values, "is_vip", line),
            preferences=self._words(values, "preferences", MAX_PREFERENCES, line),
            note=self._words(values, "note", MAX_NOTE, line),
            agrees_to_news=self._flag(values, "news", line),
            history=self._history(values, line),
        )
        if len(self.errors) == before and not person.key:
            remedy = _("Give a phone number or an e-mail address.")
            self.errors.append(RowError(line, "phone", "", remedy))
        return person if len(self.errors) == before else None

    def _wrong(self, line: int, name: str, value: str, remedy: str) -> None:
        self.errors.append(RowError(line, name, value[:100], remedy))

    def _name(self, values: Mapping[str, str], line: int) -> str:
        parts = [values.get("name", ""), values.get("first_name", ""), values.get("last_name", "")]
        name = " ".join(" ".join(parts).split())
        if not name:
            self._wrong(line, "name", "", _("Give a name."))
        elif len(name) > MAX_NAME:
            self._wrong(line, "name", name, _("Use at most %(limit)d characters.") % {"limit": 150})
        return name

    def _phone(self, text: str, line: int) -> str:
        try:
            return normalise_phone(text, region=self.region)
        except BadPhone as error:
            self._wrong(line, "phone", text, str(error))
            return ""

    def _email(self, text: str, line: int) -> str:
        try:
            return normalise_email(text)
        except BadEmail as error:
            self._wrong(line, "email", text, str(error))
            return ""

    def _flag(self, values: Mapping[str, str], name: str, line: int) -> bool:
        word = values.get(name, "").casefold()
        if word not in _YES and word not in _NO:
            self._wrong(line, name, word, _("Write yes or no, or leave it empty."))
        return word in _YES

    def _words(self, values: Mapping[str, str], name: str, most: int, line: int) -> str:
        text = values.get(name, "")
        if len(text) > most:
            self._wrong(line, name, text, _("Use at most %(limit)d characters.") % {"limit": most})
        return text

    def _history(self, values: Mapping[str, str], line: int) -> History:
        spend = self._money(values.get("spend", ""), line)
        if values.get("visit_date"):
            return self._one_visit(values, spend, line)
        return History(
            visits=self._number(values, "visits", line),
            spend=spend,
            last=self._date(values, "last_visit", line),
        )

    def _one_visit(self, values: Mapping[str, str], spend: Decimal, line: int) -> History:
        on = self._date(values, "visit_date", line)
        status = values.get("status", "").casefold()
        if status in _MISSED:
            return History(no_shows=1)
        if status.startswith(_CALLED_OFF):
            return History()
        party = self._number(values, "party_size", line)
        return History(visits=1, spend=spend, covers=party, last=on)

    def _number(self, values: Mapping[str, str], name: str, line: int) -> int:
        text = values.get(name, "") or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            self._wrong(line, name, text, _("Write a whole number."))
            return 0
        return int(text)

    def _date(self, values: Mapping[str, str], name: str, line: int) -> date | None:
        text = values.get(name, "")
        if not text:
            return None
        for form in _DATES:
            try:
                found = datetime.strptime(text.split(" ")[0].split("T")[0], form).date()  # noqa: DTZ007
            except ValueError:
                continue
            if found <= self.today:
                return found
            self._wrong(line, name, text, _("This day is still to come. Only past visits count."))
            return None
        self._wrong(line, name, text, _("Write a date such as 2025-12-31 or 31.12.2025."))
        return None

    def _money(self, text: str, line: int) -> Decimal:
        plain = re.sub(r"[^\d,.\-]", "", text)
        if not plain:
            return Decimal(0)
        if plain.rfind(",") > plain.rfind("."):
            plain = plain.replace(".", "").replace(",", ".")
        try:
            amount = Decimal(plain.replace(",", ""))
        except InvalidOperation:
            amount = Decimal(-1)
        if amount < 0 or amount >= 10**9:
            self._wrong(line, "spend", text, _("Write an amount such as 120.50."))
            return Decimal(0)
        return amount


def escaped(cell: str) -> str:
    """For files that spreadsheets open: what would be a formula is text (CWE-1236)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
