"""Answers that are dear to find and asked for by anybody: found by one process at a time, and kept for a few seconds.

The web processes have four threads between them, so several such questions at once would leave none for labels. Whoever
asks while one is being answered gets what was found last, or waits a moment, or is told to come back.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from core.errors import Busy

T = TypeVar("T")

FRESH_S = 10
# What was found last is given out for so long while somebody else finds it, or another answer, anew.
STALE_S = 60
WAIT_S = 0.5
LOOK_EVERY_S = 0.05
QUERY_S = 10.0
# A question that took too long is not tried again for so long.
TOO_LONG_S = 60
# Longer than any turn takes, for a process that died in its own.
TURN_S = 60
TURN = "filling"
CANCELED = "57014"  # PostgreSQL's query_canceled


class TooLong(Exception):
    """The query took longer than it may."""


def filled(question: tuple[object, ...], find: Callable[[], T]) -> T:
    """What `find` gives for this question, now or within the last FRESH_S seconds.

    Raises:
        Busy: another question is being answered, or this one takes too long.
    """
    name = f"filled:{hashlib.sha256(repr(question).encode()).hexdigest()}"
    until = time.monotonic() + WAIT_S
    while True:
        known: tuple[float, T] | None = cache.get(name)
        if known and time.time() - known[0] < FRESH_S:
            return known[1]
        too_long = cache.get(f"{name}:too-long")
        if not too_long and cache.add(TURN, 1, TURN_S):
            return fill(name, find)
        if known:
            return known[1]
        if too_long:
            raise too_many()
        if time.monotonic() >= until:
            raise Busy(_("Other slices are being crossed at the moment. Try again in a few seconds."))
        time.sleep(LOOK_EVERY_S)


def fill(name: str, find: Callable[[], T]) -> T:
    """Finds it and keeps it, in this process's turn."""
    asked_at = time.time()
    try:
        found = find()
        cache.set(name, (asked_at, found), STALE_S)
    except TooLong:
        cache.set(f"{name}:too-long", 1, TOO_LONG_S)
        raise too_many() from None
    finally:
        cache.delete(TURN)
    return found


def too_many() -> Busy:
    return Busy(_("There are too many answers to cross these slices now. The API can cross one of them, by its key."))


def rows(statement: str, values: Mapping[str, str | int | list[str]]) -> list[tuple[Any, ...]]:
    """All rows of a statement, if it takes no longer than QUERY_S.

    Raises:
        TooLong: it does.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{QUERY_S * 1000:.0f}ms"])
            cursor.execute(statement, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            # The transaction may be part of a longer one.
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == CANCELED:
            raise TooLong from error
        raise
    return found
