"""Reading releases."""

from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from releases.choices import ReleaseStatus
from releases.models import Release, ReleaseFile


def published() -> QuerySet[Release]:
    """What anyone may read, newest first."""
    return Release.objects.filter(status=ReleaseStatus.PUBLISHED).order_by("-cutoff", "-pk")


def latest() -> Release | None:
    """The newest published release, if there is one."""
    return published().first()


def unpublished() -> QuerySet[Release]:
    """What only maintainers see: being built, built, failed. Newest first."""
    return Release.objects.exclude(status=ReleaseStatus.PUBLISHED).order_by("-cutoff", "-pk")


def readable(*, by_maintainer: bool) -> QuerySet[Release]:
    """Releases a reader may open: the published ones, and for maintainers also what is built and waits for them."""
    seen = [ReleaseStatus.PUBLISHED, ReleaseStatus.BUILT] if by_maintainer else [ReleaseStatus.PUBLISHED]
    return Release.objects.filter(status__in=seen)


def files(releases: QuerySet[Release]) -> QuerySet[ReleaseFile]:
    """The files of these releases, with their release."""
    return ReleaseFile.objects.filter(release__in=releases).select_related("release").order_by("release", "path")


def folder(release: Release) -> Path:
    """Where its files lie. The version is made by rules.next_version, never by a reader."""
    return Path(settings.RELEASES_DIR) / release.version


def path_of(file: ReleaseFile) -> Path:
    return folder(file.release) / file.path
