"""Emptying the database after a test that committed.

Django truncates every table and writes content types and permissions anew: most of a second each
time, for a handful of rows. Here only tables that have rows are emptied.
"""

from __future__ import annotations

from django.db import connection, transaction

KEPT = {"django_content_type", "auth_permission", "django_migrations"}
"""What Django itself puts there, the same for every test."""


def empty_database() -> None:
    """Delete every row; waits for whoever still writes. Foreign keys are checked at the end, when
    the referring rows are gone as well.
    """
    quote = connection.ops.quote_name
    names = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    tables = [quote(name) for name in sorted(names)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        rows = (f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables)  # noqa: S608
        cursor.execute(" UNION ALL ".join(rows))
        filled = [row[0] for row in cursor.fetchall()]
        if filled:
            cursor.execute("SET LOCAL reservehub.audit_purge = 'on'")
            cursor.execute(";".join(f"DELETE FROM {table}" for table in filled))  # noqa: S608
