"""Writing one new row with the least ceremony, for the few tables every booking writes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models

from reservehub.core.planned import planned

_PLAIN: Mapping[type[models.Field[Any, Any]], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateField: date,
    models.DateTimeField: datetime,
    models.EmailField: str,
    models.ForeignKey: int,
    models.BigIntegerField: int,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
    models.TimeField: time,
}
"""Fields that hand values of exactly this type on as they are; asking each takes as long as the
INSERT.
"""


class _Column(NamedTuple):
    field: models.Field[Any, Any]
    attribute: str
    name: str
    plain: type | None


@cache
def _columns_of(model: type[models.Model]) -> tuple[_Column, ...]:
    return tuple(
        _Column(f, f.attname, f.column or f.attname, None if _stamps(f) else _PLAIN.get(type(f)))
        for f in model._meta.local_concrete_fields
        if not f.primary_key
    )


def _stamps(field: models.Field[Any, Any]) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


@cache
def _statement_of(
    model: type[models.Model], names: tuple[str, ...], made: tuple[tuple[str, str], ...]
) -> str:
    """Building it anew takes longer than PostgreSQL takes to run it."""
    table, key = model._meta.db_table, model._meta.pk.column
    columns = ", ".join(f'"{name}"' for name in (*names, *(name for name, _ in made)))
    marks = [f"${n}" for n in range(1, len(names) + 1)]
    values = ", ".join((*marks, *(expression for _, expression in made)))
    returned = ", ".join(f'"{name}"' for name in (key, *(name for name, _ in made)))
    return f'INSERT INTO "{table}" ({columns}) VALUES ({values}) RETURNING {returned}'  # noqa: S608 - names of the model


def _is_plain(value: Any, plain: type | None) -> bool:
    has_no_zone = isinstance(value, datetime) and value.tzinfo is None
    return type(value) is plain and not has_no_zone


def insert_row(row: models.Model, *, made: Mapping[str, str] | None = None) -> None:
    """`row.save(force_insert=True)` without signals, for models whose key the database makes.

    :param made: columns whose values PostgreSQL works out, with the SQL that does; the row has them
        afterwards. They are part of the statement, so they must not vary.
    """
    database = connections[DEFAULT_DB_ALIAS]
    expressions = tuple((made or {}).items())
    names: list[str] = []
    values: list[Any] = []
    for field, attribute, name, plain in _columns_of(type(row)):
        if made and attribute in made:
            continue
        value: Any = getattr(row, attribute)
        if value is None and plain is not None:
            continue  # an absent column is NULL, and what is absent takes no time
        if not _is_plain(value, plain):
            value = field.get_db_prep_save(field.pre_save(row, add=True), database)
        if value is not None:
            names.append(name)
            values.append(value)
    ((row.pk, *found),) = planned(_statement_of(type(row), tuple(names), expressions), values)
    for (name, _), value in zip(expressions, found, strict=True):
        setattr(row, name, value)
    row._state.adding = False  # noqa: SLF001 - it is stored now
    row._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001
