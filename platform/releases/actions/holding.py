"""One worker at a time builds a release, for as long as that takes and not a moment longer.

A build is many transactions, so a lock of one of them will not do; and a lock of the session would outlive it behind a
pool of connections. A connection of its own holds one transaction open that does nothing but hold the lock: when the
worker dies, the database lets go of it. That transaction has no snapshot, so it keeps no old rows alive.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection

from core import locks
from releases.models import Release


@contextmanager
def held(release: Release) -> Iterator[bool]:
    """Holds the release for building; False where another worker has it in hand.

    Raises:
        OperationalError: the database cannot be reached.
    """
    guard = connection.copy()
    try:
        guard.set_autocommit(False)
        with guard.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [locks.BUILDS, release.pk])
            (mine,) = cursor.fetchone()
        yield bool(mine)
    finally:
        # Told in so many words: a server that only sees the connection end lets go a moment later.
        with suppress(OperationalError, InterfaceError):
            guard.rollback()
        guard.close()
