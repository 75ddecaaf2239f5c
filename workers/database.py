"""Django's database from inside an event loop: threads of its own, because a connection belongs to a thread."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
# What says that the database is away, and may be back in a moment.
AWAY = (OperationalError, InterfaceError)
THREADS = 2


# Classes of PostgreSQL's errors that pass: connection, resources, deadlock and serialization, locks, operator.
PASSES = ("08", "40", "53", "55", "57")


def passes(error: BaseException) -> bool:
    """Whether an error of these means that the database is away or busy, and not that it refuses what it was given."""
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, AWAY) and (state is None or state.startswith(PASSES))


class Database:
    """`await database.run(work)` calls `work()` in one of its threads."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="candor-database")

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(with_connection, work))

    def close(self) -> None:
        """Closes the connections with their threads."""
        # Each waits for the others, so that no thread closes twice and another not at all.
        all_there = threading.Barrier(THREADS, timeout=2.0)
        for _ in range(THREADS):
            self.threads.submit(close_connection, all_there)
        self.threads.shutdown()


def with_connection(work: Callable[[], T]) -> T:
    """A connection that broke is dropped, so that the next use opens a new one."""
    try:
        return work()
    except AWAY:
        connection.close()
        raise


def close_connection(all_there: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        all_there.wait()
    connection.close()


def first_line(error: BaseException) -> str:
    """What an error says, short enough for a log."""
    return (str(error).splitlines() or [type(error).__name__])[0]
