"""Building a release, in a worker: the database is frozen into a spool, then everything is made from that alone.

Each stage leaves what it finished on the disk, so that a worker that takes over a killed build goes on from there. The
release's files are its own only when the last transaction says so: readers find files through their rows alone.
"""

import errno
import logging

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from core import events
from releases.actions.folders import Workshop, sweep_workshops
from releases.actions.freeze import freeze
from releases.actions.holding import held
from releases.actions.progress import OutOfReach, Overtaken, Progress, progress_of
from releases.actions.unheld import hold_store, sweep_store
from releases.choices import ATTEMPTS_AT_MOST, ReleaseStatus, Stage, WithdrawalStatus
from releases.files import store
from releases.files.sealed import Written
from releases.models import Release, ReleaseFile, Withdrawal

log = logging.getLogger("candor.releases")


class Damaged(Exception):
    """A file came back from the store as another one."""


def build_waiting() -> Release | None:
    """Builds the oldest release that waits and that no other worker has in hand; returns it, built or failed, or None
    where it was discarded meanwhile.

    A failure that trying again would not heal (a full disk, a folder that cannot be written) is written on the release
    in one line. A database that goes away leaves the release waiting for the next call, and so does an order to take
    something out that came while it was built. A stage that ATTEMPTS_AT_MOST workers have begun and none has finished,
    whether the database refused it or the worker was killed, has failed as well. Nothing is built before an order was
    tried: the release before is edited first, and what changed since is told against that edition. Opens its own
    transactions.

    Raises:
        OperationalError, InterfaceError: the database went away, or refuses; a later call tries again.
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


def build_or_fail(release: Release) -> Release | None:
    sweep_workshops()
    if release.attempts >= ATTEMPTS_AT_MOST:
        fail(release, stopped(release))
    else:
        Release.objects.filter(pk=release.pk).update(attempts=F("attempts") + 1)
        attempt(release)
    found = Release.objects.filter(pk=release.pk).first()
    if found is None:
        # Whoever discarded it took away what was there by then.
        log.info("release %s was discarded while it was built", release.version)
        Workshop.of(release).clear()
        sweep_store()
    return found


def attempt(release: Release) -> None:
    """Builds it as far as that goes."""
    try:
        with progress_of(release) as progress:
            build_release(release, progress)
    except Overtaken:
        log.info("release %s is read afresh, or not any more", release.version)
        Release.objects.filter(pk=release.pk).update(attempts=0)
    except OutOfReach as error:
        log.exception("release %s, which %s follows, cannot be read", error, release.version)
        found = Release.objects.filter(pk=release.pk).first()
        if found is not None and found.attempts >= ATTEMPTS_AT_MOST:
            fail(found, out_of_reach(found, error))
    except (OperationalError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        found = Release.objects.filter(pk=release.pk).first()
        if found is None:
            return
        if found.attempts < ATTEMPTS_AT_MOST:
            raise
        log.exception("release %s could not be built", release.version)
        fail(found, refused(found, error))
    except Exception as error:
        if Release.objects.filter(pk=release.pk).exists():
            log.exception("release %s could not be built", release.version)
            fail(release, why(error))


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
    read_back(place, described.files)
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


def read_back(place: Workshop, files: list[Written]) -> None:
    """Every byte, as the store gives it: who publishes later need not wait for that.

    No release holds the bytes yet, so whoever sweeps the store meanwhile takes them along: what is missing is put there
    again, and read once more.

    Raises:
        Damaged: one is not what was written.
        OSError: one cannot be read, or went a second time.
    """
    for file in files:
        try:
            found = store.sum_of(file.sha256)
        except FileNotFoundError:
            adopt_again(place, files)
            found = store.sum_of(file.sha256)
        if found != file.sha256:
            raise Damaged(file.path)


@transaction.atomic
def adopt_again(place: Workshop, files: list[Written]) -> None:
    """Once nobody sweeps: a sweep that is under way would take away what has just been put there."""
    hold_store()
    adopt(place, files)


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


def refused(release: Release, error: Exception) -> str:
    """The database did not do what it was asked, again and again."""
    return (
        f"Tried {release.attempts} times, and each time the database gave up at the step "
        f"“{release.get_stage_display()}”: {detail_of(error)}. See in its log what it lacks (disk, memory, time), mend "
        "that, discard this release and start again."
    )


def out_of_reach(release: Release, error: OutOfReach) -> str:
    return (
        f"Tried {release.attempts} times, and each time release {error}, which this one is compared with, could not be "
        "read. See that the store can be reached, discard this release and start again."
    )


def stopped(release: Release) -> str:
    """Workers came to an end without a word."""
    return (
        f"Tried {release.attempts} times, and each time the worker was stopped at the step "
        f"“{release.get_stage_display()}”, most likely because memory ran out. Give it more memory, discard this "
        "release and start again."
    )


def detail_of(error: Exception) -> str:
    """The first line of what went wrong."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def why(error: Exception) -> str:
    """One line for the maintainer: what happened, and what to do."""
    if isinstance(error, Damaged):
        return f"{error} came back from the store damaged. Look at its disk, discard this release and start again."
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk that holds the releases is full. Free some space, discard this release and start again."
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "The folder of the releases cannot be written to. Mend its rights, discard this release and start again."
    detail = (error.strerror if isinstance(error, OSError) else None) or detail_of(error)
    what = "The database could not be read" if isinstance(error, DatabaseError) else "The files could not be written"
    return f"{what}: {detail}. Discard this release and start again."
