"""Releases that are not out yet as their maintainers see them: at which step of its build each is."""

from collections.abc import Iterable
from dataclasses import dataclass

from releases.choices import Stage
from releases.models import Release

# The stages a build goes through, in their order.
STAGES = (Stage.FREEZING, Stage.COUNTING, Stage.WRITING, Stage.DESCRIBING)


@dataclass(frozen=True)
class Build:
    """`step` counts from 1, and is 0 as long as nobody has begun or once it is done."""

    release: Release
    step: int
    steps: int = len(STAGES)


def builds(releases: Iterable[Release]) -> list[Build]:
    """Each of these with how far it has come."""
    return [Build(one, STAGES.index(Stage(one.stage)) + 1 if one.stage in STAGES else 0) for one in releases]
