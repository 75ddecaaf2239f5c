"""Statements that are sent with every key press, prepared: PostgreSQL plans each once a connection, and not every time.

Planning the draw costs ten times what running it does. Django's own cursors write the values into the statement, which
is another one each time; these send them apart. All else is as with Django's: transactions, errors, the log of queries.
"""

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.types.numeric import Int8Dumper


class PreparedCursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor whose statements are prepared when they are first seen on their connection."""

    def __init__(self, raw: psycopg.Connection[tuple[Any, ...]]) -> None:
        super().__init__(raw)
        # A number is sent as one type whatever its size, or each size would be a statement of its own.
        self.adapters.register_dumper(int, Int8Dumper)

    @property
    def query(self) -> bytes | None:
        """The statement as it was sent, for the log of queries: with numbers in place of the values."""
        return self._query.query if self._query else None


def cursor() -> CursorWrapper:
    """A cursor of the default database whose statements stay prepared for as long as its connection lasts."""
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.prepare_threshold = 0
    made: Any = PreparedCursor(raw)
    return connection.make_debug_cursor(made) if connection.queries_logged else connection.make_cursor(made)
