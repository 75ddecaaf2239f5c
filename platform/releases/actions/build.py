"""Building a release, in a worker: one snapshot of the database, one folder, one commit.

The release's row stays locked by the building transaction, so no two workers build the same one; when a worker is
killed, its lock goes with it, the row still says BUILDING, and the next worker begins afresh. Readers see nothing of it
before the commit, since files are found through their rows alone.
"""

import errno
import logging
import shutil

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from core import events
from releases import selectors
from releases.actions.folders import appear, fresh, part_of
from releases.choices import ReleaseStatus
from releases.models import Release, ReleaseFile

log = logging.getLogger("candor.releases")


def build_waiting() -> Release | None:
    """Builds the oldest release that waits and that no other worker has in hand; returns it, built or failed.

    A failure that trying again would not heal (a full disk, a folder that cannot be written) is written on the release
    in one line. A database that goes away leaves the release waiting for the next call. Opens its own transaction.
    """
    release = None
    try:
        with transaction.atomic(durable=True):
            release = take()
            if release is not None:
                build_or_fail(release)
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        if release is None:
            raise
        release = fail_afterwards(release, error)
    return release


def take() -> Release | None:
    """The release to build, locked. What it reads first fixes the moment that the whole transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    waiting = Release.objects.select_for_update(skip_locked=True, of=("self",))
    return waiting.filter(status=ReleaseStatus.BUILDING).order_by("cutoff", "pk").first()


def build_or_fail(release: Release) -> None:
    try:
        build_release(release)
    except (DatabaseError, InterfaceError):
        raise  # the transaction is lost, and with it the lock: nothing can be written on the release here
    except Exception as error:
        log.exception("release %s could not be built", release.version)
        fail(release, why(error))


def fail_afterwards(release: Release, error: Exception) -> Release:
    """Says that it failed once the building transaction is gone, unless another worker did better."""
    log.exception("release %s could not be built", release.version)
    with transaction.atomic():
        waiting = Release.objects.select_for_update(of=("self",)).filter(pk=release.pk, status=ReleaseStatus.BUILDING)
        if (found := waiting.first()) is not None:
            fail(found, why(error))
    release.refresh_from_db()
    return release


def build_release(release: Release) -> None:
    """Writes every file of a locked release and says that it is built. Runs inside build_waiting's transaction."""
    from releases.manifest import LICENCE, Edition, card, manifest, sums
    from releases.rows import ROWS, Cut, left_out
    from releases.schema import TABLES
    from releases.sealed import Written, write_file
    from releases.writers import write_table

    assert release.key is not None
    cut = Cut(release.cutoff, bytes(release.key))
    place = selectors.folder(release)
    part = fresh(place)
    files: list[Written] = []
    for table in TABLES:
        files += write_table(table, ROWS[table.name](cut), part)
    edition = Edition(release.version, release.cutoff, left_out(cut), files)
    files.append(write_file(part, "README.md", card(edition), "text/markdown; charset=utf-8"))
    files.append(write_file(part, "LICENSE", LICENCE.encode(), "text/plain; charset=utf-8"))
    files.append(write_file(part, "manifest.json", manifest(edition), "application/json"))
    files.append(write_file(part, "SHA256SUMS", sums(files), "text/plain; charset=utf-8"))
    appear(place)
    ReleaseFile.objects.bulk_create(
        ReleaseFile(
            release=release,
            path=file.path,
            sha256=file.sha256,
            bytes=file.bytes,
            rows=file.rows,
            media_type=file.media_type,
        )
        for file in files
    )
    release.status = ReleaseStatus.BUILT
    release.counts = edition.counts()
    release.save(update_fields=["status", "counts"])
    events.record(by=None, verb="build", of=release, version=release.version)


def fail(release: Release, line: str) -> None:
    """Says on the locked release why it could not be built; nothing of it stays on the disk."""
    place = selectors.folder(release)
    for path in (part_of(place), place):
        shutil.rmtree(path, ignore_errors=True)
    release.status = ReleaseStatus.FAILED
    release.error = line[:500]
    release.save(update_fields=["status", "error"])
    events.record(by=None, verb="fail", of=release, version=release.version)


def why(error: Exception) -> str:
    """One line for the maintainer: what happened, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk that holds the releases is full. Free some space, discard this release and start again."
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "The folder of the releases cannot be written to. Mend its rights, discard this release and start again."
    detail = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return f"The files could not be written: {detail.splitlines()[0]}. Discard this release and start again."
