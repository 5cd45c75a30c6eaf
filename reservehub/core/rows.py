"""Writing one new row with the least ceremony, for the few tables every booking writes to."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field, Model

from reservehub.core.planned import planned_cursor


class _Insert(NamedTuple):
    statement: str
    fields: tuple[Field[Any, Any], ...]


@cache
def _insert_of(model: type[Model]) -> _Insert:
    """The statement for a model: building it anew takes longer than PostgreSQL takes to run it."""
    fields = tuple(f for f in model._meta.local_concrete_fields if not f.primary_key)
    table, key = model._meta.db_table, model._meta.pk.column
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(f"${n}" for n in range(1, len(fields) + 1))
    return _Insert(
        f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) RETURNING "{key}"',  # noqa: S608 - names of the model
        fields,
    )


def insert_row(row: Model) -> None:
    """`row.save(force_insert=True)` without signals, for models whose key the database makes."""
    statement, fields = _insert_of(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with planned_cursor() as cursor:
        cursor.execute(statement, values)
        (row.pk,) = cursor.fetchone() or (None,)
    row._state.adding = False  # noqa: SLF001 - it is stored now
    row._state.db = connection.alias  # noqa: SLF001
