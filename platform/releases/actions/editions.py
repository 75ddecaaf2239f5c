"""Starting, publishing and discarding a release: a maintainer decides."""

import secrets
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events, locks
from core.errors import Conflict
from releases.actions.folders import Workshop
from releases.actions.published import on_published
from releases.actions.unheld import drop_unheld
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import Release, ReleaseFile
from releases.rules.maintainers import check_maintainer, next_version
from releases.selectors import published as selectors

KEY_BYTES = 32


@transaction.atomic
def start_release(*, by: User | None) -> Release:
    """A new release with now as its cut-off, waiting for a worker to build it.

    Raises:
        Forbidden: not a maintainer.
        Conflict: another is being built.
    """
    check_maintainer(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.RELEASES])
    if Release.objects.filter(status=ReleaseStatus.BUILDING).exists():
        raise Conflict(_("Another release is being built. Wait until it is done."))
    cutoff = timezone.now()
    version = next_version(cutoff, Release.objects.values_list("version", flat=True))
    release = Release.objects.create(
        version=version,
        cutoff=cutoff,
        key=secrets.token_bytes(KEY_BYTES),
        previous=selectors.latest(),
        created_by=by,
    )
    events.record(by=by, verb="start", of=release)
    return release


def publish_release(*, by: User | None, release: Release) -> Release:
    """BUILT to PUBLISHED, for good: every file is checked against its sum, and the key of the pseudonyms is destroyed.

    Reading the files takes a while and holds no row meanwhile; then it is published in one short transaction, if its
    files are still those.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is not built, published already, or a file is no longer what was built.
    """
    check_maintainer(by)
    files = list(ReleaseFile.objects.filter(release=release, release__status=ReleaseStatus.BUILT).order_by("path"))
    for file in files:
        check_file(file)
    return publish(by=by, release=release, checked=files)


@transaction.atomic
def publish(*, by: User | None, release: Release, checked: Sequence[ReleaseFile]) -> Release:
    """The change itself, of a release whose files were found to be what was built."""
    release = lock(release, ReleaseStatus.BUILT, why=_("Only a release that is built can be published."))
    changed_since = Conflict(_("Somebody else has changed this release in the meantime."))
    if set(release.files.values_list("pk", "sha256")) != {(file.pk, file.sha256) for file in checked}:
        raise changed_since
    changed = Release.objects.filter(pk=release.pk, status=ReleaseStatus.BUILT).update(
        status=ReleaseStatus.PUBLISHED, published_at=timezone.now(), key=None
    )
    if changed != 1:
        raise changed_since
    events.record(by=by, verb="publish", of=release, version=release.version)
    release.refresh_from_db()
    on_published(release)
    return release


@transaction.atomic
def discard_release(*, by: User | None, release: Release) -> None:
    """Takes away a release that was built but never published, or that failed, with its files.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is being built, published, or gone already.
    """
    check_maintainer(by)
    wanted = (ReleaseStatus.BUILT, ReleaseStatus.FAILED)
    why = _("Only a release that is built or failed can be discarded. A published one stays.")
    release = lock(release, *wanted, why=why)
    events.record(by=by, verb="discard", of=release, version=release.version)
    Release.objects.filter(pk=release.pk, status__in=wanted).delete()
    transaction.on_commit(Workshop.of(release).clear)
    transaction.on_commit(lambda: drop_unheld(store.sums()))


def lock(release: Release, *wanted: ReleaseStatus, why: str) -> Release:
    """The row, locked, in one of the wanted states."""
    found = Release.objects.select_for_update(of=("self",)).filter(pk=release.pk).first()
    if found is None:
        raise Conflict(_("This release has been discarded in the meantime."))
    if found.status not in wanted:
        raise Conflict(why)
    return found


def check_file(file: ReleaseFile) -> None:
    try:
        same = store.size(file.sha256) == file.bytes and store.sum_of(file.sha256) == file.sha256
    except OSError:
        same = False
    if not same:
        said = _("%(file)s is not the file that was built. Discard this release and start again.")
        raise Conflict(said % {"file": file.path})
