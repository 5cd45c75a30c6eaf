"""Statements that PostgreSQL plans once per connection, for the few that every request runs.

Django sends values inside the statement, so each one is parsed and planned anew; for a short
statement that takes longer than running it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


class _Planned(psycopg.RawCursor[Any]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> _Planned:
        super().execute(query, params, prepare=True)
        return self


def planned_cursor() -> CursorWrapper:
    """Like ``connection.cursor()``, but its statements stay prepared.

    Values are PostgreSQL's own ``$1``, ``$2``, ... and go separately, so their types must be clear:
    cast where they are not.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    if database.connection.prepare_threshold is None:
        database.connection.prepare_threshold = 5  # Django forbids it, as it sends values inside
    with database.wrap_database_errors:
        cursor = _Planned(database.connection)
    wrapped: CursorWrapper = database._prepare_cursor(cursor)  # noqa: SLF001 - as cursor() does
    return wrapped
