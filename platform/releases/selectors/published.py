"""Reading releases."""

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
    """The files of these releases as they are now, with their release: what an edition took away is not among them."""
    live = ReleaseFile.objects.filter(release__in=releases, withdrawn_at=None)
    return live.select_related("release").order_by("release", "path")


def newest_edition(release: Release) -> int:
    """Its number: 0 as long as nothing was taken out."""
    last = release.editions.order_by("-number").values_list("number", flat=True).first()
    return last or 0
