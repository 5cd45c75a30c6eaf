"""Rows told to the person they are about: for machines by name, for people in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Fact:
    """One value: `value` goes into the file, `shown` onto the page."""

    name: str
    label: str
    value: Any
    shown: str


Row = tuple[Fact, ...]


@dataclass(frozen=True)
class Section:
    """Rows of one sort.

    :param name: of the member in the file
    """

    name: str
    title: str
    rows: tuple[Row, ...]


def section(name: str, title: str, objects: Iterable[Model], *fields: str) -> Section:
    """These fields of the objects; relations should be selected with them."""
    return Section(name, title, tuple(row_of(one, *fields) for one in objects))


def row_of(obj: Model, *fields: str) -> Row:
    """Values that are not empty, labelled as the model names them."""
    facts = []
    for name in fields:
        value = getattr(obj, name)
        if value is None or value in ("", [], {}):
            continue
        column = obj._meta.get_field(name)
        label = capfirst(str(getattr(column, "verbose_name", name)))
        facts.append(Fact(name, label, _plain(value), _shown(obj, column, value)))
    return tuple(facts)


def _plain(value: Any) -> Any:
    """As JSON takes it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bool | int | float | list | dict):
        return value
    return str(value)


def _shown(obj: Model, column: Any, value: Any) -> str:
    if isinstance(column, Field) and column.choices:
        return str(getattr(obj, f"get_{column.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return _moment(value) if isinstance(value, date | time) else str(value)


def _moment(value: date | time) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return time_format(value) if isinstance(value, time) else date_format(value)
