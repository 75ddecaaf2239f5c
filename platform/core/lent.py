"""A few connections to the database for many threads.

The process for files and streams has a thread for each reader, and most of them wait for readers. A thread is lent a
connection for as long as it asks something, and so long only. There are two for streams and one for all else, so that
readers, however many and however fast, never keep the database from those who label, and so that no stream, whatever it
asks of the database, keeps a file from its reader: to find a file is a short question.
"""

import contextlib
import queue
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from core.errors import Busy
from core.readers import busy

AT_ONCE = 2  # for streams
FOR_FILES = 1
WAITS_AT_MOST = 30.0  # seconds for a connection


class Shelf(queue.LifoQueue[BaseDatabaseWrapper | None]):
    """Connections that nobody has now; None is one that has yet to be made."""

    def __init__(self, at_once: int) -> None:
        super().__init__()
        for _number in range(at_once):
            self.put(None)


STREAMS, FILES = Shelf(AT_ONCE), Shelf(FOR_FILES)


@contextlib.contextmanager
def lent(shelf: Shelf | None = None) -> Iterator[None]:
    """What is asked within goes over a lent connection, one for streams unless another shelf is named.

    In any other process it is the thread's own, as ever.

    Raises:
        Busy: none came free in time.
    """
    if not settings.IS_FILES_PROCESS or getattr(connections[DEFAULT_DB_ALIAS], "is_lent", False):
        yield
        return
    if shelf is None:
        shelf = STREAMS
    try:
        kept = shelf.get(timeout=WAITS_AT_MOST)
    except queue.Empty:
        raise Busy(_("The database is busy with other readers. Try again in half a minute.")) from None
    try:
        if kept is None:
            kept = connections.create_connection(DEFAULT_DB_ALIAS)
            kept.inc_thread_sharing()
            kept.is_lent = True  # type: ignore[attr-defined]  # a loan within a loan is the same one; and for `alone`
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = kept
        try:
            kept.close_if_unusable_or_obsolete()
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            if kept.in_atomic_block or kept.errors_occurred:
                kept.close()
    finally:
        shelf.put(kept)


def alone(*, connection: BaseDatabaseWrapper, **_told: object) -> None:
    """On a new connection: what is asked over a lent one takes one process of PostgreSQL, with none beside it."""
    if getattr(connection, "is_lent", False):
        with connection.cursor() as plain:
            plain.execute("SELECT set_config('max_parallel_workers_per_gather', '0', false)")


class OneOfAFew:
    """A view of the process for files and streams asks the database over a lent connection."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with lent(STREAMS if is_of_the_api(request) else FILES):
                return self.get_response(request)
        except Busy as error:
            return busy(error)


def is_of_the_api(request: HttpRequest) -> bool:
    try:
        return hasattr(resolve(request.path_info).func, "cls")
    except Resolver404:
        return False
