"""Rows that point to a guest, handed from one record to another and back (rule 100)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import OperationalError, connection, models, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from guests.merging import is_kept_apart
from guests.models import Guest
from reservehub.core.errors import DomainError

T = TypeVar("T")
Moved = dict[str, list[Any]]
"""Primary keys by relation (`app.model.field`)."""

PATIENCE = "150ms"
"""Much less than PostgreSQL's `deadlock_timeout`, after which it would end one of the two."""
TRIES = 20


class GuestBusy(DomainError):
    """Others are changing what belongs to the guest, again and again."""

    code = "guest_busy"
    title = _("Somebody is changing this guest's bookings at the moment. Try again")


@transaction.atomic
def letting_others_pass(work: Callable[[], T]) -> T:
    """Do work that locks guests and then what belongs to them.

    Others lock in the other order: an entry of the waitlist, then the guest it becomes a booking
    of. Where something is not free for a moment all locks of the work are let go and it begins
    again, so that nobody ever waits in a circle with it, and whoever books is never the one that
    PostgreSQL ends.

    :raises GuestBusy: after three seconds
    """
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                before = _lock_timeout(PATIENCE)
                done = work()
                _lock_timeout(before)
                return done
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    raise GuestBusy


def _lock_timeout(wanted: str) -> str:
    """Set it until the end of the savepoint; returns what it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [wanted]
        )
        return str(cursor.fetchone()[0])


def relations() -> Iterator[tuple[str, models.ForeignKey[Any, Any]]]:
    """Every relation to a guest that follows a merge, also those without a name on the guest."""
    for related in Guest._meta.get_fields(include_hidden=True):
        field = getattr(related, "field", None)
        if related.auto_created and not related.concrete and isinstance(field, models.ForeignKey):
            path = f"{field.model._meta.label_lower}.{field.name}"
            if not is_kept_apart(path):
                yield path, field


def rows_count(guest_id: int) -> dict[str, int]:
    """How many rows each relation has that would follow a merge; one query, those with none left
    out.
    """
    parts: list[str] = []
    values: list[Any] = []
    for path, field in relations():
        table = connection.ops.quote_name(field.model._meta.db_table)
        column = connection.ops.quote_name(str(field.column))
        parts.append(f"SELECT %s AS path, count(*) FROM {table} WHERE {column} = %s")  # noqa: S608
        values += [path, guest_id]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {path: count for path, count in cursor.fetchall() if count}


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
