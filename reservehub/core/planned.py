"""Statements that PostgreSQL plans once per connection, for the few that every request runs.

Django sends values inside the statement, so each one is parsed and planned anew; for a short
statement that takes longer than running it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class _Planned(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> _Planned:
        super().execute(query, params, prepare=True)
        return self


def planned_cursor() -> CursorWrapper:
    """Like ``connection.cursor()``, but its statements stay prepared.

    Values go separately, so their types must be clear to PostgreSQL: cast where they are not.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = _Planned(connection.connection)
    # What connection.cursor() does with its own.
    wrapped: CursorWrapper = connection._prepare_cursor(cursor)  # type: ignore[attr-defined]  # noqa: SLF001
    return wrapped
