"""Statements that PostgreSQL plans once per connection, for the few that every request runs.

Django sends values inside the statement, so each one is parsed and planned anew; for a short
statement that takes longer than running it. Its cursors, made anew for each statement, take as long
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Rows = list[tuple[Any, ...]]


def planned(statement: str, values: Sequence[Any] = ()) -> Rows:
    """The rows of a statement, which stays prepared.

    It must return some kind of row (`RETURNING` where it writes). Values are PostgreSQL's own `$1`,
    `$2`, ... and go separately, so their types must be clear: cast where they are not.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    if database.queries_logged or database.execute_wrappers:
        watched = database._prepare_cursor(database.planned_cursor)  # noqa: SLF001 - as cursor()
        watched.execute(statement, values)
        seen: Rows = watched.fetchall()
        return seen
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        rows: Rows = database.planned_cursor.execute(statement, values).fetchall()
        return rows
