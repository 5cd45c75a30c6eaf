"""Many rows in one statement: as one JSON document, which the database unpacks.

Thousands of rows with sixty columns each as single parameters would take most of the demo's time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models
from phonenumber_field.phonenumber import PhoneNumber

M = TypeVar("M", bound=models.Model)


def rows_insert(rows: Sequence[M]) -> Sequence[M]:
    """Insert new rows of one model and set their keys; constraints hold as always."""
    if not rows:
        return rows
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    table = connection.ops.quote_name(meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if meta.auto_field is not None:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [meta.db_table, meta.auto_field.column, len(rows)],
            )
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - names of the model
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",
            [json.dumps([_columns(row, fields) for row in rows], default=_text)],
        )
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - it is stored now
        row._state.db = connection.alias  # noqa: SLF001
    return rows


def rows_update(rows: Sequence[M], names: Sequence[str]) -> None:
    """Store some fields of stored rows of one model."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if field.name in names or field.primary_key]
    table = connection.ops.quote_name(meta.db_table)
    key = next(field.column for field in fields if field.primary_key)
    changes = ", ".join(
        f"{column} = new.{column}"
        for column in (
            connection.ops.quote_name(str(f.column)) for f in fields if not f.primary_key
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} old SET {changes}"  # noqa: S608 - names of the model
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS new"
            f" WHERE old.{key} = new.{key}",
            [json.dumps([_columns(row, fields, add=False) for row in rows], default=_text)],
        )


def _columns(
    row: models.Model, fields: Sequence[models.Field[Any, Any]], *, add: bool = True
) -> dict[str, Any]:
    # pre_save fills in what the field itself decides, such as the moment of creation.
    return {str(field.column): field.pre_save(row, add=add) for field in fields}


def _text(value: Any) -> str:
    # str() of a phone number would check it against all number plans of the world first.
    return str(value.as_e164) if isinstance(value, PhoneNumber) else str(value)
