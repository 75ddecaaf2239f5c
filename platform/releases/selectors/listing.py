"""Releases as they stand in a list: each at its newest edition, with the numbers of that one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from releases.models import Release
from releases.naming import labelled
from releases.selectors.published import published


@dataclass(frozen=True)
class Listed:
    """`counts` as in Edition.counts; `edition` is 0 and `edited_at` none as long as nothing was taken out."""

    release: Release
    edition: int
    edited_at: datetime | None
    counts: Mapping[str, Any]

    @property
    def label(self) -> str:
        return labelled(self.release.version, self.edition)


def listed(at_most: int) -> list[Listed]:
    """The published releases, newest first, by two queries."""
    return [at_newest(release) for release in published().prefetch_related("editions")[:at_most]]


def at_newest(release: Release) -> Listed:
    edition = max(release.editions.all(), key=lambda edition: edition.number, default=None)
    if edition is None:
        return Listed(release, 0, None, release.counts)
    return Listed(release, edition.number, edition.made_at, edition.counts)
