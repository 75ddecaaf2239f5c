"""Erasing what is otherwise kept: the database refuses it unless the transaction says that it means it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def erasing() -> Iterator[None]:
    """Within it, rows that are never deleted may be (see core.triggers). Wants a transaction.

    After an error it is not taken back: the transaction is lost then, and the word with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL candor.erasing = 'on'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL candor.erasing = 'off'")
