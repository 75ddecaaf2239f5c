"""Statements that are sent with every key press, prepared: PostgreSQL plans each once a connection, and not every time.

Planning the draw costs several times what running it does. Django's own cursors write the values into the statement,
which is another one each time; these send them apart. All else is as with Django's: transactions, errors, the log of
queries.
"""

import functools
import re
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg.adapt import AdaptersMap
from psycopg.types.numeric import Int8Dumper

KEPT = """
    SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('random_page_cost', '1.1', false)
"""


class PreparedCursor(psycopg.RawCursor[tuple[Any, ...]]):
    """A cursor whose statements are prepared when they are first seen on their connection.

    They name their values as Django's do, %(name)s. psycopg would read a long one anew each time; here it is read once.
    """

    def __init__(self, raw: psycopg.Connection[tuple[Any, ...]], adapters: AdaptersMap) -> None:
        super().__init__(raw)
        self._adapters = adapters

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        text, names = numbered(query)
        return super().execute(text, [params[name] for name in names], **options)

    @property
    def query(self) -> bytes | None:
        """The statement as it was sent, for the log of queries: with numbers in place of the values."""
        return self._query.query if self._query else None


@functools.cache
def numbered(statement: str) -> tuple[bytes, list[str]]:
    """A statement with numbers in place of the names of its values, and these in the order of the numbers."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%%|%\((\w+)\)s", number, statement).encode(), names


def keep_plans(*, connection: BaseDatabaseWrapper, **_told: object) -> None:
    """On a new connection, before any transaction. Left to itself PostgreSQL would plan the draw afresh each time: it
    takes limits that it does not know for large ones. Django's own statements are not prepared.

    A plan that is kept must be right for everybody. With the cost of a turning disk PostgreSQL counts the labels of
    somebody who has few by reading all there are, where a few people have given most of them.
    """
    with connection.cursor() as plain:
        plain.execute(KEPT)
    raw: Any = connection.connection
    raw.prepare_threshold = 0
    # A number is sent as one type whatever its size, or each size would be a statement of its own.
    raw.of_prepared = AdaptersMap(raw.adapters)
    raw.of_prepared.register_dumper(int, Int8Dumper)


def cursor() -> CursorWrapper:
    """A cursor of the default database whose statements stay prepared for as long as its connection lasts."""
    connection.ensure_connection()
    raw: Any = connection.connection
    made: Any = PreparedCursor(raw, raw.of_prepared)
    return connection.make_debug_cursor(made) if connection.queries_logged else connection.make_cursor(made)
