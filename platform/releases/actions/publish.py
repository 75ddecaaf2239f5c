"""Publishing a release: a maintainer decides, and nothing takes it back.

Whoever built it has read every byte of it back from the store. What is left to look at here takes no time: whether its
files are there, and whether it still follows on the release it was compared with.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict
from releases.actions.editions import hold_releases, lock
from releases.actions.orders import begin_again
from releases.actions.published import on_published
from releases.actions.unheld import sweep_store
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import Release, ReleaseFile
from releases.rules.maintainers import check_maintainer
from releases.selectors import published as selectors
from releases.selectors.signed import signed_before


def publish_release(*, by: User | None, release: Release, unsigned: bool = False) -> Release:
    """BUILT to PUBLISHED, for good, and the key of the pseudonyms is destroyed.

    Where another release was published since it was built, it is BUILDING again instead: it tells what changed since
    the one before, and that is another one now. It is published when it is built once more.

    Args:
        unsigned: though it has no signature and the release before has one.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is not built, or published already; a file is not there; a release with a later cut-off is out; or
            it is not signed, and that was not asked for.
    """
    check_maintainer(by)
    files = list(ReleaseFile.objects.filter(release=release, release__status=ReleaseStatus.BUILT).order_by("path"))
    for file in files:
        check_file(file)
    return publish(by=by, release=release, files=files, unsigned=unsigned)


@transaction.atomic
def publish(*, by: User | None, release: Release, files: Sequence[ReleaseFile], unsigned: bool) -> Release:
    """The change itself, of a release whose files were found to be there."""
    hold_releases()
    release = lock(release, ReleaseStatus.BUILT, why=_("Only a release that is built can be published."))
    changed_since = Conflict(_("Somebody else has changed this release in the meantime."))
    if set(release.files.values_list("pk", "sha256")) != {(file.pk, file.sha256) for file in files}:
        raise changed_since
    latest = selectors.latest()
    if latest is not None and latest.cutoff > release.cutoff:
        said = _("Release %(version)s is out, and its cut-off is later. Discard this one and start a new one.")
        raise Conflict(said % {"version": latest.version})
    if (latest.pk if latest else None) != release.previous_id:
        return follow_on(by=by, release=release, latest=latest)
    if not unsigned and (before := signed_before(release)) is not None:
        said = _("This release is not signed, and %(version)s was. To publish it all the same, tick the box beside.")
        raise Conflict(said % {"version": before.version})
    changed = Release.objects.filter(pk=release.pk, status=ReleaseStatus.BUILT).update(
        status=ReleaseStatus.PUBLISHED, published_at=timezone.now(), key=None
    )
    if changed != 1:
        raise changed_since
    events.record(by=by, verb="publish", of=release, version=release.version)
    release.refresh_from_db()
    on_published(release)
    return release


def follow_on(*, by: User | None, release: Release, latest: Release | None) -> Release:
    """Has it built again, to tell what changed since the release that is the latest now."""
    begin_again([release.pk])
    Release.objects.filter(pk=release.pk).update(previous=latest)
    events.record(by=by, verb="build_again", of=release, version=release.version)
    # Where the store is away, a later sweep does it.
    transaction.on_commit(sweep_store, robust=True)
    release.refresh_from_db()
    return release


def check_file(file: ReleaseFile) -> None:
    try:
        there = store.size(file.sha256) == file.bytes
    except OSError:
        there = False
    if not there:
        said = _("%(file)s is not the file that was built. Discard this release and start again.")
        raise Conflict(said % {"file": file.path})
