"""Rows that point to a guest, handed from one record to another and back (rule 100)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models

from guests.merging import is_kept_apart
from guests.models import Guest

Moved = dict[str, list[Any]]
"""Primary keys by relation (`app.model.field`)."""


def relations() -> Iterator[tuple[str, models.ForeignKey[Any, Any]]]:
    """Every relation to a guest that follows a merge."""
    for related in Guest._meta.related_objects:
        field = related.field
        if isinstance(field, models.ForeignKey):
            path = f"{field.model._meta.label_lower}.{field.name}"
            if not is_kept_apart(path):
                yield path, field


def rows_hand_over(*, giver_id: int, taker_id: int) -> Moved:
    """Let every row of the one record belong to the other, in one statement per relation.

    A row whose twin the other has already (the same tag, the same chat) stays.
    """
    moved: Moved = {}
    for path, field in relations():
        ids = _move(field, giver_id=giver_id, taker_id=taker_id, only=None)
        if ids:
            moved[path] = ids
    return moved


def rows_hand_back(moved: Mapping[str, Sequence[Any]], *, giver_id: int, taker_id: int) -> None:
    """Return exactly these rows, as far as the record still has them."""
    for path, field in relations():
        ids = moved.get(path)
        if ids:
            _move(field, giver_id=giver_id, taker_id=taker_id, only=ids)


def _move(
    field: models.ForeignKey[Any, Any],
    *,
    giver_id: int,
    taker_id: int,
    only: Sequence[Any] | None,
) -> list[Any]:
    quote = connection.ops.quote_name
    table, key = quote(field.model._meta.db_table), quote(str(field.model._meta.pk.column))
    column = quote(str(field.column))
    where = [f"mine.{column} = %s"]
    values: list[Any] = [taker_id, giver_id]
    if only is not None:
        where.append(f"mine.{key} = ANY(%s)")
        values.append(list(only))
    for names in _unique_with(field):
        same = "".join(f" AND twin.{quote(name)} = mine.{quote(name)}" for name in names)
        twin = f"SELECT FROM {table} twin WHERE twin.{column} = %s{same}"
        where.append(f"NOT EXISTS ({twin})")
        values.append(taker_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} mine SET {column} = %s WHERE {' AND '.join(where)}"  # noqa: S608
            f" RETURNING mine.{key}",
            values,
        )
        return [row[0] for row in cursor.fetchall()]


def _unique_with(field: models.ForeignKey[Any, Any]) -> list[list[str]]:
    """The other columns of what the database keeps unique together with this relation."""
    meta = field.model._meta
    columns = {other.name: str(other.column) for other in meta.concrete_fields}
    found = [
        [columns[name] for name in constraint.fields if name != field.name]
        for constraint in meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and field.name in constraint.fields
    ]
    return [*found, []] if field.unique else found
