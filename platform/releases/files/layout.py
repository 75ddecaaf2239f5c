"""A release laid out as a folder again: each of its files at its path."""

from pathlib import Path

from releases.files import store
from releases.files.sealed import SealedFile, copy_file
from releases.models import Release


def lay_out(release: Release, folder: Path) -> Path:
    """Puts the files of a release, as it is now, under `folder` (which is made), and returns it.

    Copies and no second names of the same bytes: what happens to the folder does not happen to the store.

    Raises:
        OSError: a file is not in the store, or the folder cannot be written.
    """
    for file in release.files.filter(withdrawn_at=None).order_by("path"):
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        found = store.local_path(file.sha256)
        if found is not None:
            copy_file(found, target)
            continue
        with SealedFile(target) as copy:
            for chunk in store.open_range(file.sha256, 0, file.bytes):
                copy.write(chunk)
    return folder
