"""What lies where: each published release at each place it can be copied to."""

from collections.abc import Iterator
from dataclasses import dataclass

from releases.choices import Place, PushStatus
from releases.models import Push, Release
from releases.selectors import published


@dataclass(frozen=True)
class Copy:
    release: Release
    place: Place
    # The newest push that is done; none where the release never went there.
    push: Push | None
    # Of a release that is there: whether it is the newest edition, or still holds what was taken out since.
    is_current: bool | None


def copies() -> Iterator[Copy]:
    """Newest release first."""
    done = Push.objects.filter(status=PushStatus.DONE).order_by("edition")
    there = {(push.release_id, push.place): push for push in done}
    for release in published():
        for place in Place:
            push = there.get((release.pk, place))
            yield Copy(release, place, push, None if push is None else push.edition == newest_edition(release))


def newest_edition(release: Release) -> int:
    """0 as long as nothing was taken out of it."""
    return release.editions.order_by("-number").values_list("number", flat=True).first() or 0
