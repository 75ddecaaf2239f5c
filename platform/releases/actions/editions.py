"""Starting and discarding a release: a maintainer decides."""

import secrets

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events, locks
from core.errors import Conflict
from releases.actions.folders import Workshop
from releases.actions.unheld import sweep_store
from releases.choices import ReleaseStatus
from releases.models import Release
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
    hold_releases()
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


@transaction.atomic
def discard_release(*, by: User | None, release: Release) -> None:
    """Takes away a release that was never published, with its files. A worker that is building it notices, stops, and
    clears up after itself.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is published, or gone already.
    """
    check_maintainer(by)
    wanted = (ReleaseStatus.BUILDING, ReleaseStatus.BUILT, ReleaseStatus.FAILED)
    why = _("A release that is published stays, for good.")
    release = lock(release, *wanted, why=why)
    events.record(by=by, verb="discard", of=release, version=release.version)
    Release.objects.filter(pk=release.pk, status__in=wanted).delete()
    transaction.on_commit(Workshop.of(release).clear)
    # Where the store is away, a later sweep does it.
    transaction.on_commit(sweep_store, robust=True)


def hold_releases() -> None:
    """Until the transaction ends nobody else starts or publishes a release: which one is the latest does not change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.RELEASES])


def lock(release: Release, *wanted: ReleaseStatus, why: str) -> Release:
    """The row, locked, in one of the wanted states."""
    found = Release.objects.select_for_update(of=("self",)).filter(pk=release.pk).first()
    if found is None:
        raise Conflict(_("This release has been discarded in the meantime."))
    if found.status not in wanted:
        raise Conflict(why)
    return found
