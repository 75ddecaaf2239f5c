"""Building a release, in a worker: the database is frozen into a spool, then everything is made from that alone.

Each stage leaves what it finished on the disk, so that a worker that takes over a killed build goes on from there. The
release's files are its own only when the last transaction says so: readers find files through their rows alone.
"""

import errno
import logging

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from core import events
from releases.actions.folders import Workshop
from releases.actions.freeze import freeze
from releases.actions.holding import held
from releases.actions.progress import Overtaken, Progress, progress_of
from releases.actions.unheld import hold_store
from releases.choices import ReleaseStatus, Stage, WithdrawalStatus
from releases.files import store
from releases.files.sealed import Written
from releases.models import Release, ReleaseFile, Withdrawal

log = logging.getLogger("candor.releases")


def build_waiting() -> Release | None:
    """Builds the oldest release that waits and that no other worker has in hand; returns it, built or failed.

    A failure that trying again would not heal (a full disk, a folder that cannot be written) is written on the release
    in one line. A database that goes away leaves the release waiting for the next call, and so does an order to take
    something out that came while it was built. Nothing is built before such an order was tried: the release before is
    edited first, and what changed since is told against that edition. Opens its own transactions.
    """
    if Withdrawal.objects.filter(status=WithdrawalStatus.WAITING, error="").exists():
        return None
    for waiting in Release.objects.filter(status=ReleaseStatus.BUILDING).order_by("cutoff", "pk"):
        with held(waiting) as mine:
            # Another worker may have built it since it was found.
            found = Release.objects.filter(pk=waiting.pk, status=ReleaseStatus.BUILDING).first() if mine else None
            if found is not None:
                return build_or_fail(found)
    return None


def build_or_fail(release: Release) -> Release:
    try:
        with progress_of(release) as progress:
            build_release(release, progress)
    except (OperationalError, InterfaceError):
        raise
    except Overtaken:
        log.info("release %s is read afresh: something was taken out meanwhile", release.version)
    except Exception as error:
        log.exception("release %s could not be built", release.version)
        fail(release, why(error))
    release.refresh_from_db()
    return release


def build_release(release: Release, progress: Progress) -> None:
    """Takes a release that this worker holds from wherever its build stopped to the end."""
    from releases.actions.describing import describe
    from releases.figures import compute_figures
    from releases.tables.spool import Spool
    from releases.tables.writing import write_tables

    place = Workshop.of(release)
    freeze(release, place, progress)
    spool = Spool(place.spool)
    progress.enter(Stage.COUNTING)
    compute_figures(spool)
    progress.enter(Stage.WRITING)
    tables = write_tables(spool, place.files, told=progress.told)
    progress.enter(Stage.DESCRIBING)
    described = describe(release, place, spool, tables)
    adopt(place, described.files)
    finish(release, place, described.files, described.counts)
    place.clear()


@transaction.atomic
def finish(release: Release, place: Workshop, files: list[Written], counts: dict[str, object]) -> None:
    """Makes the files those of the release, and says that it is built."""
    hold_store()
    mine = Release.objects.select_for_update(of=("self",)).filter(pk=release.pk, status=ReleaseStatus.BUILDING)
    found = mine.exclude(stage=Stage.WAITING).first()
    if found is None:
        raise Overtaken
    # Again: another release that was discarded meanwhile may have taken the same bytes along.
    adopt(place, files)
    ReleaseFile.objects.bulk_create(
        ReleaseFile(
            release=found,
            path=file.path,
            sha256=file.sha256,
            bytes=file.bytes,
            rows=file.rows,
            media_type=file.media_type,
        )
        for file in files
    )
    found.status = ReleaseStatus.BUILT
    found.stage = Stage.DONE
    found.progress = {}
    found.counts = counts
    found.save(update_fields=["status", "stage", "progress", "counts"])
    events.record(by=None, verb="build", of=found, version=found.version)


def adopt(place: Workshop, files: list[Written]) -> None:
    store.adopt_all((place.files / file.path, file.sha256) for file in files)


def fail(release: Release, line: str) -> None:
    """Says on the release why it could not be built; nothing of it stays on the disk."""
    Workshop.of(release).clear()
    with transaction.atomic():
        waiting = Release.objects.select_for_update(of=("self",)).filter(pk=release.pk, status=ReleaseStatus.BUILDING)
        if (found := waiting.first()) is not None:
            found.status = ReleaseStatus.FAILED
            found.error = line[:500]
            found.save(update_fields=["status", "error"])
            events.record(by=None, verb="fail", of=found, version=found.version)


def why(error: Exception) -> str:
    """One line for the maintainer: what happened, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk that holds the releases is full. Free some space, discard this release and start again."
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "The folder of the releases cannot be written to. Mend its rights, discard this release and start again."
    detail = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    what = "The database could not be read" if isinstance(error, DatabaseError) else "The files could not be written"
    return f"{what}: {detail.splitlines()[0]}. Discard this release and start again."
