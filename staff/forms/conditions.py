"""Rows of conditions: one question each, and a number where it takes one. Works without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from guests.conditions import FIELD_LABELS, FIELDS, MOST, OP_LABELS, OPS, Kind
from guests.models import Tag
from reservehub.core.errors import ValidationFailed
from reservehub.core.money import exponent_of

_NUMBERS = frozenset({Kind.COUNT, Kind.MONEY, Kind.DAYS, Kind.NUMBER})
BLANK_ROWS = 2


@dataclass(frozen=True)
class Question:
    """One entry of the list; `value` is fixed where it takes no number."""

    key: str
    label: str
    name: str
    op: str
    value: Any = None
    takes_number: bool = False


@dataclass
class Row:
    """What was chosen and typed in one row."""

    number: int
    question: str = ""
    text: str = ""
    errors: list[str] = field(default_factory=list)


class ConditionRows:
    """The rows of a segment or a rule, from what is stored or from what was sent."""

    def __init__(self, *, tags: Sequence[Tag], currency: str, for_rule: bool = False) -> None:
        self.currency = currency
        self.groups = _groups(() if for_rule else tags, currency)
        self._known = {one.key: one for _label, found in self.groups for one in found}
        self.rows: list[Row] = []

    def show(self, conditions: Sequence[Mapping[str, Any]]) -> None:
        """Rows of what is stored, and some empty ones."""
        self.rows = [self._row(number, one) for number, one in enumerate(conditions)]
        self.add_blank()

    def add_blank(self) -> None:
        """Room for more."""
        blank = sum(not row.question and not row.text for row in self.rows)
        while blank < BLANK_ROWS and len(self.rows) < MOST:
            self.rows.append(Row(len(self.rows)))
            blank += 1

    def read(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Conditions as they were sent, unchecked; empty rows are left out."""
        self.rows = [
            Row(
                number,
                str(data.get(f"question-{number}", "")),
                str(data.get(f"number-{number}", "")).strip(),
            )
            for number in range(MOST)
            if f"question-{number}" in data
        ]
        return [self._condition(row) for row in self._used()]

    def add_refusal(self, refusal: ValidationFailed, *, below: str) -> list[str]:
        """Put what was refused beside its row; returns what belongs to none."""
        used, rest = self._used(), []
        for error in refusal.errors:
            place = error.pointer.removeprefix(below).strip("/").split("/")[0]
            is_row = error.pointer.startswith(below) and place.isdigit()
            if is_row and int(place) < len(used):
                used[int(place)].errors.append(str(error.detail))
            else:
                rest.append(str(error.detail))
        return rest

    def _used(self) -> list[Row]:
        return [row for row in self.rows if row.question]

    def _condition(self, row: Row) -> dict[str, Any]:
        question = self._known.get(row.question) or self._of_key(row.question)
        if question is None:
            return {"field": row.question, "op": "", "value": None}
        value = self._number(question.name, row.text) if question.takes_number else question.value
        return {"field": question.name, "op": question.op, "value": value}

    def _number(self, name: str, text: str) -> Any:
        """The number that was typed; the text itself if it is none, for the check to refuse."""
        try:
            typed = Decimal(text.replace(",", "."))
            if FIELDS[name] is Kind.MONEY:
                typed = typed.scaleb(exponent_of(self.currency))
            return int(typed) if typed == int(typed) else text
        except (InvalidOperation, ValueError, OverflowError):
            return text

    def _row(self, number: int, condition: Mapping[str, Any]) -> Row:
        name, op, value = condition["field"], condition["op"], condition["value"]
        kind = FIELDS.get(name)
        if kind in _NUMBERS:
            text = str(value)
            if kind is Kind.MONEY:
                amount = Decimal(value).scaleb(-exponent_of(self.currency))
                text = f"{amount.normalize():f}"
            return Row(number, f"{name}:{op}", text)
        key = f"{name}:{op}:{_written(value)}"
        if key not in self._known and (several := self._of_key(key)) is not None:
            self._known[key] = several
            self.groups.append((_("As stored"), [several]))
        return Row(number, key)

    def _of_key(self, key: str) -> Question | None:
        """A question about several weekdays or languages, which a program may have stored."""
        name, op, value = [*key.split(":"), "", "", ""][:3]
        kind = FIELDS.get(name)
        if kind is Kind.WEEKDAYS and all(part in "0123456" for part in value.split(",")):
            days = [int(part) for part in value.split(",") if part]
            words = ", ".join(str(WEEKDAYS[day]) for day in days)
            return Question(key, f"{FIELD_LABELS[name]}: {words}", name, op, days)
        if kind is Kind.LANGUAGES and value:
            return Question(key, f"{FIELD_LABELS[name]}: {value}", name, op, value.split(","))
        return None


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _groups(tags: Sequence[Tag], currency: str) -> list[tuple[str, list[Question]]]:
    numbers = [
        Question(
            f"{name}:{op}",
            f"{FIELD_LABELS[name]}: {OP_LABELS[op]}"
            + (f" ({currency})" if kind is Kind.MONEY else ""),
            name,
            op,
            takes_number=True,
        )
        for name, kind in FIELDS.items()
        if kind in _NUMBERS
        for op in OPS[kind]
    ]
    yes_no = [
        Question(f"{name}:is:{word}", f"{FIELD_LABELS[name]}: {label}", name, "is", value)
        for name, kind in FIELDS.items()
        if kind is Kind.YES_NO
        for word, label, value in (("yes", _("yes"), True), ("no", _("no"), False))
    ]
    choices = [
        *(
            Question(
                f"usual_weekday:in:{day}",
                f"{FIELD_LABELS['usual_weekday']}: {label}",
                "usual_weekday",
                "in",
                [day],
            )
            for day, label in sorted(WEEKDAYS.items())
        ),
        *(
            Question(
                f"language:in:{code}",
                ": ".join([str(FIELD_LABELS["language"]), _(str(label))]),
                "language",
                "in",
                [code],
            )
            for code, label in settings.LANGUAGES
        ),
    ]
    carried = [
        Question(f"tag:{op}:{tag.pk}", f"{OP_LABELS[op]}: {tag.name}", "tag", op, tag.pk)
        for tag in tags
        for op in OPS[Kind.TAG]
    ]
    groups = [
        (_("With a number"), numbers),
        (_("Yes or no"), yes_no),
        (_("Weekday and language"), choices),
    ]
    return [*groups, (_("Tags"), carried)] if carried else groups
