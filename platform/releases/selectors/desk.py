"""Releases that are not out yet as their maintainers see them: at which step of its build each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from releases.choices import ATTEMPTS_AT_MOST, ReleaseStatus, Stage
from releases.models import Release
from releases.selectors.signed import signed_before

# A release that is built helps nobody until a person has published it.
LONG = timedelta(days=7)
# The stages a build goes through, in their order.
STAGES = (Stage.FREEZING, Stage.COUNTING, Stage.WRITING, Stage.DESCRIBING)


@dataclass(frozen=True)
class Build:
    """`step` counts from 1, and is 0 as long as nobody has begun or once it is done. `attempts` is how often a worker
    may begin a step. `signed_before` is the release before where that was signed and this one, which is built, is not.
    `waits_days` is for how long one that is built has waited to be published, from LONG on.
    """

    release: Release
    step: int
    signed_before: Release | None = None
    waits_days: int = 0
    steps: int = len(STAGES)
    attempts: int = ATTEMPTS_AT_MOST


def builds(releases: Iterable[Release]) -> list[Build]:
    """Each of these with how far it has come."""
    return [
        Build(
            one,
            STAGES.index(Stage(one.stage)) + 1 if one.stage in STAGES else 0,
            signed_before(one) if one.status == ReleaseStatus.BUILT else None,
            waits_days(one),
        )
        for one in releases
    ]


def waits_days(release: Release) -> int:
    """Whole days since its cut-off, minutes after which it was built; 0 where it does not wait, or not for long."""
    waited = timezone.now() - release.cutoff
    return waited.days if release.status == ReleaseStatus.BUILT and waited >= LONG else 0
