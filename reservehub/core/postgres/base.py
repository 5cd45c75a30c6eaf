"""The database backend (``ENGINE = "reservehub.core.postgres"``).

Django's own, but for three things that every request paid for:

- psycopg forgets its prepared statements at every rollback, so each refused booking made the next
  ones plan everything anew; here they are kept (`reservehub.core.planned`);
- PostgreSQL would plan a prepared statement anew for its values where it hopes for a better plan;
  ours have one good plan each, so it is used always;
- the health check before the first statement of a request asks the server only where something
  came from it unasked, as from a server that goes away.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import pq
from psycopg._preparing import PrepareManager


class KeptStatements(PrepareManager):
    """Statements stay prepared until the connection closes.

    psycopg clears them as objects may be gone after a rollback. PostgreSQL itself keeps them
    through rollbacks and plans them anew where their tables changed.
    """

    def clear(self) -> bool:
        return False


class PlannedCursor(psycopg.RawCursor[Any]):
    """Prepares all its statements; one serves a connection for its whole life."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> PlannedCursor:
        super().execute(query, params, prepare=True)
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection._prepared = KeptStatements()  # noqa: SLF001 - it has no setting for it
        connection.prepare_threshold = 5  # Django forbids it, as it sends values inside
        self.planned_cursor = PlannedCursor(connection)
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        if not self.get_autocommit():
            self.connection.commit()

    def is_usable(self) -> bool:
        """Whether the connection still works.

        A server that closed it, or is about to, has sent something: an idle socket that is silent
        needs no question. One that vanished without a word is found out by the next statement, as
        the question would be.
        """
        if self.connection is None:
            return False
        link = self.connection.pgconn
        if link.status != pq.ConnStatus.OK:
            return False
        if link.transaction_status == pq.TransactionStatus.IDLE and _is_silent(link.socket):
            return True
        return bool(super().is_usable())


def _is_silent(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
