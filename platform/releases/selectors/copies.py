"""What lies where: each published release at each place it can be copied to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from releases.choices import Place, PushStatus
from releases.models import Push, Release
from releases.naming import labelled
from releases.selectors.published import newest_edition, published

# What Zenodo's sandbox gives out: it looks like a DOI and leads nowhere.
NO_DOI = "10.5072/"


@dataclass(frozen=True)
class Copy:
    release: Release
    place: Place
    # The newest push that is done; none where the release never went there.
    push: Push | None
    # Of a release that is there: whether it is the newest edition, or still holds what was taken out since.
    is_current: bool | None

    @property
    def label(self) -> str:
        """The edition that is there; the release's own version where none is."""
        return labelled(self.release.version, self.push.edition if self.push else 0)


def out_of_date() -> list[Copy]:
    """Copies that still hold what was taken out since: a maintainer has to push these again."""
    return [copy for copy in copies() if copy.is_current is False]


def newest_pushes(release: Release) -> list[Push]:
    """Where a release lies: of each place that told an address the newest edition that is there."""
    done = release.pushes.filter(status=PushStatus.DONE).exclude(url="").order_by("edition")
    return sorted({push.place: push for push in done}.values(), key=lambda push: push.place)


def doi_of(release: Release, edition: int) -> str:
    """The DOI of this very edition; empty where it has none."""
    pushed = at_zenodo().filter(release=release, edition=edition).first()
    return pushed.identifier if pushed else ""


def concept_doi() -> str:
    """The DOI that leads to whichever release is the newest; empty where there is none."""
    newest = at_zenodo().exclude(concept="").order_by("-done_at", "-pk").first()
    return newest.concept if newest else ""


def at_zenodo() -> QuerySet[Push]:
    done = Push.objects.filter(place=Place.ZENODO, status=PushStatus.DONE)
    return done.exclude(identifier="").exclude(identifier__startswith=NO_DOI)


def copies() -> Iterator[Copy]:
    """Newest release first."""
    done = Push.objects.filter(status=PushStatus.DONE).order_by("edition")
    there = {(push.release_id, push.place): push for push in done}
    for release in published():
        for place in Place:
            push = there.get((release.pk, place))
            yield Copy(release, place, push, None if push is None else push.edition == newest_edition(release))
