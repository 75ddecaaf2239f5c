"""The folder a release is built in, which is gone once it is built: what is left of a killed build is found there.

The row's number is in its name: a worker that has not noticed yet that its release was discarded stays out of the way
of the next one, which may have the same version.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from releases.models import Release


@dataclass(frozen=True)
class Workshop:
    """The folders of a release in the making. The version is made by rules.next_version, never by a reader."""

    folder: Path

    @classmethod
    def of(cls, release: Release) -> "Workshop":
        return cls(Path(settings.RELEASES_DIR) / f"{release.version}-{release.pk}.part")

    @property
    def spool(self) -> Path:
        """What was read from the database, and what was computed from it."""
        return self.folder / "spool"

    @property
    def files(self) -> Path:
        """The files of the release, at their paths."""
        return self.folder / "files"

    @property
    def previous(self) -> Path:
        """The release before, read back for what changed since."""
        return self.folder / "previous"

    def clear(self) -> None:
        """Takes everything away; what cannot be taken away stays."""
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep_workshops() -> None:
    """Takes away the folders of releases that are no more: a worker was killed before it noticed."""
    there = {Workshop.of(release).folder.name for release in Release.objects.only("version")}
    for folder in Path(settings.RELEASES_DIR).glob("*.part"):
        if folder.name not in there:
            shutil.rmtree(folder, ignore_errors=True)
