"""Bytes in the store that no release holds any more go, and so do copies that were never finished."""

from collections.abc import Iterable

from django.db import connection, transaction

from core import locks
from releases.files import store
from releases.models import ReleaseFile


def hold_store() -> None:
    """Until the transaction ends nobody else gives files to releases or takes bytes out of the store."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.STORE])


def sweep_store() -> None:
    """Deletes all that lies in the store and that no release has: what a build had put there when it was killed.

    Raises:
        OSError: as `drop_unheld`.
    """
    store.drop_unfinished()
    drop_unheld(store.sums())


@transaction.atomic
def drop_unheld(sums: Iterable[str]) -> None:
    """Deletes what lies in the store under these SHA-256, but for what a release still has. Best after the commit.

    Raises:
        OSError: something could not be deleted; what could be, is.
    """
    hold_store()
    wanted = set(sums)
    held = ReleaseFile.objects.filter(sha256__in=wanted, withdrawn_at=None).values_list("sha256", flat=True)
    failed: OSError | None = None
    for sha256 in sorted(wanted - set(held)):
        try:
            store.delete(sha256)
        except OSError as error:
            failed = error
    if failed is not None:
        raise failed
