"""Django's own backend for PostgreSQL, but that a connection in steady use is not asked before each request.

A `SELECT 1` costs as much as reading who is asking. Whether the server has closed a connection can be told without one:
there is something to read then. What is lost without a sign shows in a question, so that one is put where some
seconds have passed since the last.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations

ASK_EVERY = 5.0  # seconds


class Operations(DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Django reads it back from the cursor, and a raw one has none: then the statement as it was given."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations
    asked_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        self.asked_at = time.monotonic()
        return made

    def is_usable(self) -> bool:
        raw: Any = self.connection
        if raw is None or raw.closed:
            return False
        if time.monotonic() - self.asked_at < ASK_EVERY and quiet(raw.pgconn.socket):
            return True
        usable = bool(super().is_usable())
        self.asked_at = time.monotonic()
        return usable


def quiet(socket: int) -> bool:
    """Whether nothing has come from the server that nobody has read: a connection that waits for us is silent."""
    looked_at = select.poll()
    looked_at.register(socket, select.POLLIN)
    return not looked_at.poll(0)
