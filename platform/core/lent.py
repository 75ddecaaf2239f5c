"""A few connections to the database for many threads.

The process for files and streams has a thread for each reader, and most of them wait for readers. A thread is lent a
connection for as long as it asks something, and so long only. There are two, so that readers, however many and however
fast, never keep the database from those who label.
"""

import contextlib
import queue
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from core.errors import Busy
from core.readers import busy

AT_ONCE = 2
WAITS_AT_MOST = 30.0  # seconds for a connection

_free: "queue.LifoQueue[BaseDatabaseWrapper | None]" = queue.LifoQueue()
for _number in range(AT_ONCE):
    _free.put(None)


@contextlib.contextmanager
def lent() -> Iterator[None]:
    """What is asked within goes over a lent connection. In any other process it is the thread's own, as ever.

    Raises:
        Busy: none came free in time.
    """
    if not settings.IS_FILES_PROCESS or getattr(connections[DEFAULT_DB_ALIAS], "is_lent", False):
        yield
        return
    try:
        kept = _free.get(timeout=WAITS_AT_MOST)
    except queue.Empty:
        raise Busy(_("The database is busy with other readers. Try again in half a minute.")) from None
    try:
        if kept is None:
            kept = connections.create_connection(DEFAULT_DB_ALIAS)
            kept.inc_thread_sharing()
            kept.is_lent = True  # type: ignore[attr-defined]  # so that a loan within a loan is the same one
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
        _free.put(kept)


class OneOfAFew:
    """A view of the process for files and streams asks the database over a lent connection."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with lent():
                return self.get_response(request)
        except Busy as error:
            return busy(error)
